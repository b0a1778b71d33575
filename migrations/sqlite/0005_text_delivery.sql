-- How far each text has come, texts about a call, and what numbers that texts go to or come from have to say.

create table texts_with_delivery (
    business_id     blob not null,
    id              blob not null,
    -- What it is about: a booking, at the version that what happened made of it, or a call.
    booking_id      blob,
    booking_version integer,
    call_id         blob,
    kind            text not null
        check (kind in ('confirmation', 'change', 'cancellation', 'tentative', 'declined', 'cut_off')),
    recipient       text not null,
    body            text not null,
    segments        integer not null default 1,
    state           text not null check (state in ('sending', 'queued', 'sent', 'delivered', 'undelivered', 'failed')),
    outside_id      text,
    error           text,
    error_code      integer,
    created_at      text not null,
    sent_at         text check (state in ('sending', 'failed') or sent_at is not null),
    -- When something was last heard of it.
    updated_at      text,
    primary key (business_id, id),
    constraint texts_once unique (business_id, booking_id, kind, booking_version),
    constraint texts_once_a_call unique (business_id, call_id, kind),
    check ((booking_id is null) = (booking_version is null)),
    check ((booking_id is null) <> (call_id is null)),
    foreign key (business_id, booking_id) references bookings (business_id, id) on delete cascade,
    foreign key (business_id, call_id) references calls (business_id, id) on delete cascade
) strict;
insert into texts_with_delivery
    select business_id, id, booking_id, booking_version, null, kind, recipient, body, 1, state, outside_id, error, null,
           created_at, sent_at, null
    from texts;
drop table texts;
alter table texts_with_delivery rename to texts;
create index texts_by_age on texts (created_at);
create index texts_by_outside on texts (outside_id) where outside_id is not null;
create index texts_by_recipient on texts (recipient, business_id);

-- A number as a place that texts go to.
create table text_numbers (
    business_id   blob not null references businesses (id) on delete cascade,
    phone         text not null,
    -- Since when they want no texts.
    stopped_at    text,
    -- When it last turned out that texts can't reach it.
    unreached_at  text,
    primary key (business_id, phone)
) strict;

-- What came in, so that a webhook sent twice is dealt with once. What a text said is kept in messages, if it was for the owner.
create table incoming_texts (
    business_id blob not null references businesses (id) on delete cascade,
    outside_id  text not null,
    sender      text,
    kind        text not null check (kind in ('stop', 'start', 'help', 'message')),
    received_at text not null,
    primary key (business_id, outside_id)
) strict;
create index incoming_texts_by_sender on incoming_texts (business_id, sender, received_at) where sender is not null;
create index incoming_texts_by_age on incoming_texts (received_at);
