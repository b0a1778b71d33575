-- Every row of a tenant carries business_id first in its keys: rows of two tenants can't refer to each other, and the tables
-- can be partitioned or sharded by it later. Instants are UTC, to the microsecond, and come from the program, never from now().

create extension if not exists btree_gist;

create table businesses (
    id          uuid primary key,
    name        text not null,
    zone        text not null,
    hours       jsonb not null,
    languages   jsonb not null,
    description text,
    policies    jsonb not null,
    ai_config   jsonb not null,
    version     bigint not null default 1,
    created_at  timestamptz not null,
    updated_at  timestamptz not null
);

create table business_numbers (
    business_id uuid not null references businesses (id) on delete cascade,
    phone       text not null,
    position    bigint not null,
    primary key (business_id, phone),
    constraint business_numbers_phone_key unique (phone)
);

create table closures (
    business_id uuid not null references businesses (id) on delete cascade,
    id          uuid not null,
    kind        text not null check (kind in ('closure', 'holiday')),
    first_day   date not null,
    last_day    date not null check (last_day >= first_day),
    every_year  boolean not null,
    reason      text,
    primary key (business_id, id)
);

create table staff (
    business_id uuid not null references businesses (id) on delete cascade,
    id          uuid not null,
    name        text not null,
    hours       jsonb,
    active      boolean not null,
    profile     jsonb not null,
    version     bigint not null default 1,
    created_at  timestamptz not null,
    updated_at  timestamptz not null,
    primary key (business_id, id)
);

create table services (
    business_id           uuid not null references businesses (id) on delete cascade,
    id                    uuid not null,
    name                  text not null,
    aliases               jsonb not null,
    duration_minutes      bigint not null check (duration_minutes between 5 and 1440),
    buffer_before_minutes bigint not null check (buffer_before_minutes between 0 and 480),
    buffer_after_minutes  bigint not null check (buffer_after_minutes between 0 and 480),
    price_minor           bigint,
    price_currency        text,
    active                boolean not null,
    version               bigint not null default 1,
    created_at            timestamptz not null,
    updated_at            timestamptz not null,
    primary key (business_id, id)
);

create table staff_services (
    business_id uuid not null,
    staff_id    uuid not null,
    service_id  uuid not null,
    primary key (business_id, staff_id, service_id),
    foreign key (business_id, staff_id) references staff (business_id, id) on delete cascade,
    foreign key (business_id, service_id) references services (business_id, id) on delete cascade
);
create index staff_services_by_service on staff_services (business_id, service_id);

create table leaves (
    business_id uuid not null,
    id          uuid not null,
    staff_id    uuid not null,
    first_day   date not null,
    last_day    date not null check (last_day >= first_day),
    part        text,
    reason      text,
    primary key (business_id, id),
    foreign key (business_id, staff_id) references staff (business_id, id) on delete cascade
);
create index leaves_by_staff on leaves (business_id, staff_id, last_day);

create table date_exceptions (
    business_id uuid not null,
    id          uuid not null,
    staff_id    uuid not null,
    date        date not null,
    spans       jsonb not null,
    reason      text,
    primary key (business_id, id),
    constraint date_exceptions_day_key unique (business_id, staff_id, date),
    foreign key (business_id, staff_id) references staff (business_id, id) on delete cascade
);

create table blocks (
    business_id uuid not null,
    id          uuid not null,
    staff_id    uuid not null,
    starts_at   timestamptz not null,
    ends_at     timestamptz not null check (ends_at > starts_at),
    source      text not null check (source in ('manual', 'calendar')),
    reason      text,
    primary key (business_id, id),
    foreign key (business_id, staff_id) references staff (business_id, id) on delete cascade
);
create index blocks_by_staff on blocks (business_id, staff_id, ends_at);

create table customers (
    business_id   uuid not null references businesses (id) on delete cascade,
    id            uuid not null,
    phone         text not null,
    name          text not null,
    email         text,
    gender        text check (gender in ('female', 'male', 'other')),
    date_of_birth date,
    preferences   jsonb not null,
    no_sms        boolean not null,
    no_email      boolean not null,
    version       bigint not null default 1,
    created_at    timestamptz not null,
    updated_at    timestamptz not null,
    primary key (business_id, id),
    constraint customers_phone_key unique (business_id, phone)
);

create table customer_history (
    business_id uuid not null,
    id          uuid not null,
    customer_id uuid not null,
    kind        text not null check (kind in ('symptom', 'condition', 'allergy', 'note')),
    text        text not null,
    recorded_at timestamptz not null,
    primary key (business_id, id),
    foreign key (business_id, customer_id) references customers (business_id, id) on delete cascade
);
create index customer_history_by_customer on customer_history (business_id, customer_id, id);

create table bookings (
    business_id     uuid not null references businesses (id) on delete cascade,
    id              uuid not null,
    staff_id        uuid not null,
    service_id      uuid not null,
    customer_id     uuid,
    for_name        text,
    starts_at       timestamptz not null,
    ends_at         timestamptz not null check (ends_at > starts_at),
    busy_from       timestamptz not null,
    -- No booking is busy for longer than two days, so that whoever looks for overlaps need not look back further.
    busy_until      timestamptz not null check (busy_until <= busy_from + interval '2 days'),
    status          text not null
        check (status in ('held', 'tentative', 'booked', 'cancelled', 'completed', 'no_show')),
    source          text not null check (source in ('phone', 'admin', 'api', 'link')),
    hold_expires_at timestamptz check ((status = 'held') = (hold_expires_at is not null)),
    unverified      boolean not null,
    notes           text,
    price_minor     bigint,
    price_currency  text,
    cancel_reason   text,
    call_id         uuid,
    sync_status     text check (sync_status in ('pending', 'synced', 'failed', 'conflict', 'deleted')),
    sync_error      text,
    last_synced_at  timestamptz,
    version         bigint not null default 1,
    created_at      timestamptz not null,
    updated_at      timestamptz not null,
    primary key (business_id, id),
    foreign key (business_id, staff_id) references staff (business_id, id),
    foreign key (business_id, service_id) references services (business_id, id),
    foreign key (business_id, customer_id) references customers (business_id, id),
    check (busy_from <= starts_at and busy_until >= ends_at),
    -- The promise of the house: one person is never promised to two people at once.
    constraint slot_taken exclude using gist (
        business_id with =, staff_id with =, tstzrange(busy_from, busy_until) with &&
    ) where (status in ('held', 'tentative', 'booked'))
);
-- What keeps time, for the question who is free: answered from the index alone.
create index bookings_by_busy on bookings (business_id, staff_id, busy_from)
    include (busy_until, status, hold_expires_at, id)
    where status in ('held', 'tentative', 'booked');
create index bookings_by_staff on bookings (business_id, staff_id, starts_at, id);
create index bookings_by_start on bookings (business_id, starts_at, id);
create index bookings_by_customer on bookings (business_id, customer_id, starts_at);
create index bookings_by_call on bookings (business_id, call_id) where call_id is not null;
create index holds_by_expiry on bookings (hold_expires_at) where status = 'held';

create table booking_external_ids (
    business_id   uuid not null,
    booking_id    uuid not null,
    connection_id uuid not null,
    external_id   text not null,
    etag          text,
    sync_status   text not null
        check (sync_status in ('pending', 'synced', 'failed', 'conflict', 'deleted')),
    updated_at    timestamptz not null,
    primary key (business_id, booking_id, connection_id),
    constraint booking_external_ids_external_key unique (business_id, connection_id, external_id),
    foreign key (business_id, booking_id) references bookings (business_id, id) on delete cascade
);

create table booking_changes (
    business_id uuid not null,
    id          uuid not null,
    booking_id  uuid not null,
    at          timestamptz not null,
    actor_kind  text not null,
    actor_id    uuid,
    action      text not null,
    before      jsonb,
    after       jsonb not null,
    primary key (business_id, id),
    foreign key (business_id, booking_id) references bookings (business_id, id) on delete cascade
);
create index booking_changes_by_booking on booking_changes (business_id, booking_id, id);

-- Committed successes by the caller's own key. A refusal is never remembered.
create table idempotency_keys (
    business_id uuid not null references businesses (id) on delete cascade,
    key         text not null,
    fingerprint text not null,
    booking_id  uuid not null,
    outcome     jsonb not null,
    created_at  timestamptz not null,
    constraint idempotency_keys_key primary key (business_id, key)
);
create index idempotency_keys_by_booking on idempotency_keys (business_id, booking_id);
create index idempotency_keys_by_age on idempotency_keys (created_at);

create table jobs (
    id          uuid primary key,
    business_id uuid references businesses (id) on delete cascade,
    kind        text not null,
    payload     jsonb not null,
    -- Jobs that share it run one after another, in the order of their ids.
    order_key   text,
    -- At most one queued job has it.
    dedupe_key  text,
    state       text not null check (state in ('queued', 'running', 'done', 'dead')),
    run_at      timestamptz not null,
    attempts    bigint not null default 0,
    lease_until timestamptz,
    last_error  text,
    created_at  timestamptz not null,
    finished_at timestamptz
);
create index jobs_due on jobs (run_at, id) where state in ('queued', 'running');
create index jobs_in_order on jobs (order_key, id) where state in ('queued', 'running');
-- Two workers that look at the same moment can't start two jobs of one order_key.
create unique index jobs_running_key on jobs (order_key) where state = 'running';
create unique index jobs_dedupe_key on jobs (dedupe_key) where state = 'queued';
create index jobs_dead on jobs (business_id, id) where state = 'dead';
create index jobs_by_business on jobs (business_id, id);
create index jobs_finished on jobs (finished_at) where state in ('done', 'dead');

create table users (
    id            uuid primary key,
    email         text not null,
    name          text not null,
    password_hash text not null,
    version       bigint not null default 1,
    created_at    timestamptz not null,
    updated_at    timestamptz not null,
    constraint users_email_key unique (email)
);

create table memberships (
    business_id uuid not null references businesses (id) on delete cascade,
    user_id     uuid not null references users (id) on delete cascade,
    role        text not null check (role in ('owner', 'staff', 'viewer')),
    created_at  timestamptz not null,
    primary key (business_id, user_id)
);
create index memberships_by_user on memberships (user_id);

-- A login on one device. Each refresh replaces its token; an old token shown again ends the session.
create table sessions (
    id          uuid primary key,
    user_id     uuid not null references users (id) on delete cascade,
    business_id uuid references businesses (id) on delete cascade,
    token_hash  text not null,
    used_hashes jsonb not null,
    created_at  timestamptz not null,
    expires_at  timestamptz not null,
    ended_at    timestamptz
);
create index sessions_by_user on sessions (user_id);
create index sessions_by_expiry on sessions (expires_at);

create table api_keys (
    business_id  uuid not null references businesses (id) on delete cascade,
    id           uuid not null,
    name         text not null,
    hash         text not null,
    scopes       jsonb not null,
    created_at   timestamptz not null,
    last_used_at timestamptz,
    revoked_at   timestamptz,
    primary key (business_id, id),
    constraint api_keys_id_key unique (id)
);
