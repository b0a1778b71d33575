-- Texts to customers. A text has its row before it is sent, and one only for each thing that happened to a booking.

create table texts (
    business_id     uuid not null,
    id              uuid not null,
    booking_id      uuid not null,
    -- Of the booking, when what the text is about happened.
    booking_version bigint not null,
    kind            text not null check (kind in ('confirmation', 'change', 'cancellation', 'tentative', 'declined')),
    recipient       text not null,
    body            text not null,
    state           text not null check (state in ('sending', 'sent', 'failed')),
    outside_id      text,
    error           text,
    created_at      timestamptz not null,
    sent_at         timestamptz check ((state = 'sent') = (sent_at is not null)),
    primary key (business_id, id),
    constraint texts_once unique (business_id, booking_id, kind, booking_version),
    foreign key (business_id, booking_id) references bookings (business_id, id) on delete cascade
);
create index texts_by_age on texts (created_at);
