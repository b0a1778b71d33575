-- How far each text has come, texts about a call, and what numbers that texts go to or come from have to say.

alter table texts
    -- What it is about: a booking, at the version that what happened made of it, or a call.
    alter column booking_id drop not null,
    alter column booking_version drop not null,
    add column call_id uuid,
    add column segments bigint not null default 1,
    add column error_code bigint,
    -- When something was last heard of it.
    add column updated_at timestamptz,
    drop constraint texts_kind_check,
    drop constraint texts_state_check,
    drop constraint texts_check;
alter table texts
    add check (kind in ('confirmation', 'change', 'cancellation', 'tentative', 'declined', 'cut_off')),
    add check (state in ('sending', 'queued', 'sent', 'delivered', 'undelivered', 'failed')),
    add check (state in ('sending', 'failed') or sent_at is not null),
    add check ((booking_id is null) = (booking_version is null)),
    add check ((booking_id is null) <> (call_id is null)),
    add constraint texts_once_a_call unique (business_id, call_id, kind),
    add foreign key (business_id, call_id) references calls (business_id, id) on delete cascade;
create index texts_by_outside on texts (outside_id) where outside_id is not null;
create index texts_by_recipient on texts (recipient, business_id);

-- A number as a place that texts go to.
create table text_numbers (
    business_id   uuid not null references businesses (id) on delete cascade,
    phone         text not null,
    -- Since when they want no texts.
    stopped_at    timestamptz,
    -- When it last turned out that texts can't reach it.
    unreached_at  timestamptz,
    primary key (business_id, phone)
);

-- What came in, so that a webhook sent twice is dealt with once. What a text said is kept in messages, if it was for the owner.
create table incoming_texts (
    business_id uuid not null references businesses (id) on delete cascade,
    outside_id  text not null,
    sender      text,
    kind        text not null check (kind in ('stop', 'start', 'help', 'message')),
    received_at timestamptz not null,
    primary key (business_id, outside_id)
);
create index incoming_texts_by_sender on incoming_texts (business_id, sender, received_at) where sender is not null;
create index incoming_texts_by_age on incoming_texts (received_at);
