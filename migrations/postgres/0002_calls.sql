-- Telephone calls: what is known of each, what was said, every event of it, and what callers left for the owner.

create table calls (
    business_id     uuid not null references businesses (id) on delete cascade,
    id              uuid not null,
    channel         text not null check (channel in ('phone', 'browser', 'terminal')),
    state           text not null check (state in ('in_progress', 'ended')),
    caller          text,
    dialled         text,
    customer_id     uuid,
    outside_id      text,
    epoch           bigint not null,
    reconnects      bigint not null,
    started_at      timestamptz not null,
    ended_at        timestamptz check ((state = 'ended') = (ended_at is not null)),
    outcome         text
        check ((state = 'ended') = (outcome is not null))
        check (outcome in ('booked', 'rescheduled', 'cancelled', 'transferred', 'message_taken', 'answered', 'unsettled',
                           'gave_up', 'silent', 'voicemail', 'too_long', 'never_started')),
    reason          text,
    transcript_kept boolean not null,
    journal_kept    boolean not null,
    created_at      timestamptz not null,
    updated_at      timestamptz not null,
    primary key (business_id, id),
    constraint calls_outside_key unique (business_id, outside_id),
    foreign key (business_id, customer_id) references customers (business_id, id)
);
create index calls_by_start on calls (business_id, started_at, id);
create index calls_by_outcome on calls (business_id, outcome, started_at, id);
create index calls_by_caller on calls (business_id, caller, started_at, id) where caller is not null;
create index calls_by_customer on calls (business_id, customer_id, started_at, id) where customer_id is not null;
create index calls_in_progress on calls (started_at) where state = 'in_progress';
-- What the clean-up looks through, each business with its own limit.
create index calls_with_transcript on calls (business_id, started_at) where transcript_kept;
create index calls_with_journal on calls (business_id, started_at) where journal_kept;

create table call_turns (
    business_id uuid not null,
    call_id     uuid not null,
    number      bigint not null,
    speaker     text not null check (speaker in ('caller', 'agent')),
    text        text not null,
    at_ms       bigint not null,
    timings     jsonb not null,
    primary key (business_id, call_id, number),
    foreign key (business_id, call_id) references calls (business_id, id) on delete cascade
);

-- The body is JSON, kept to the byte: a journal is replayed as it was written.
create table call_journal (
    business_id uuid not null,
    call_id     uuid not null,
    number      bigint not null,
    at_ms       bigint not null,
    body        text not null,
    primary key (business_id, call_id, number),
    foreign key (business_id, call_id) references calls (business_id, id) on delete cascade
);

create table messages (
    business_id uuid not null references businesses (id) on delete cascade,
    id          uuid not null,
    call_id     uuid,
    -- The name of the request that left it, so that a request sent twice leaves one message.
    request_key text,
    name        text,
    phone       text,
    text        text not null,
    done_at     timestamptz,
    version     bigint not null default 1,
    created_at  timestamptz not null,
    updated_at  timestamptz not null,
    primary key (business_id, id),
    constraint messages_request_key unique (business_id, request_key),
    foreign key (business_id, call_id) references calls (business_id, id)
);
create index messages_open on messages (business_id, id) where done_at is null;
create index messages_done on messages (business_id, done_at) where done_at is not null;
create index messages_by_call on messages (business_id, call_id) where call_id is not null;
create index messages_by_phone on messages (business_id, phone) where phone is not null;

-- bookings.call_id has no foreign key, because SQLite can't add one to a table that stands, and both promise the same. It needs
-- none: the desk writes it only with that call's row locked, and no call is ever deleted.

-- What a call changed, by the actor of the audit trail.
create index booking_changes_by_call on booking_changes (business_id, actor_id) where actor_kind = 'call';

-- What a call has done, for a node that takes it over: the sort of request, and whose it was.
alter table idempotency_keys add column request text not null default '';
alter table idempotency_keys add column call_id uuid;
create index idempotency_keys_by_call on idempotency_keys (business_id, call_id) where call_id is not null;
