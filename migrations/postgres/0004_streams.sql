-- The media streams of calls: a token opens one of them, once, on any node.

create table stream_tokens (
    hash        text primary key not null,
    business_id uuid not null,
    call_id     uuid not null,
    -- The call as the telephone company knows it: the stream has to say the same.
    outside_id  text not null,
    created_at  timestamptz not null,
    expires_at  timestamptz not null,
    used_at     timestamptz,
    foreign key (business_id, call_id) references calls (business_id, id) on delete cascade
);
create index stream_tokens_by_call on stream_tokens (business_id, call_id);
create index stream_tokens_by_age on stream_tokens (expires_at);

-- The telephone company asks what comes next by its own name for a call.
create index calls_by_outside on calls (outside_id) where outside_id is not null;
