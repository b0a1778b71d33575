-- Every row of a tenant carries business_id first in its keys: rows of two tenants can't refer to each other, and the tables
-- can be partitioned or sharded by it later. Instants are UTC, to the microsecond, and come from the program, never from now().

create table businesses (
    id          blob primary key,
    name        text not null,
    zone        text not null,
    hours       text not null,
    languages   text not null,
    description text,
    policies    text not null,
    ai_config   text not null,
    version     integer not null default 1,
    created_at  text not null,
    updated_at  text not null
) strict;

create table business_numbers (
    business_id blob not null references businesses (id) on delete cascade,
    phone       text not null,
    position    integer not null,
    primary key (business_id, phone),
    constraint business_numbers_phone_key unique (phone)
) strict;

create table closures (
    business_id blob not null references businesses (id) on delete cascade,
    id          blob not null,
    kind        text not null check (kind in ('closure', 'holiday')),
    first_day   text not null,
    last_day    text not null check (last_day >= first_day),
    every_year  integer not null,
    reason      text,
    primary key (business_id, id)
) strict;

create table staff (
    business_id blob not null references businesses (id) on delete cascade,
    id          blob not null,
    name        text not null,
    hours       text,
    active      integer not null,
    profile     text not null,
    version     integer not null default 1,
    created_at  text not null,
    updated_at  text not null,
    primary key (business_id, id)
) strict;

create table services (
    business_id           blob not null references businesses (id) on delete cascade,
    id                    blob not null,
    name                  text not null,
    aliases               text not null,
    duration_minutes      integer not null check (duration_minutes between 5 and 1440),
    buffer_before_minutes integer not null check (buffer_before_minutes between 0 and 480),
    buffer_after_minutes  integer not null check (buffer_after_minutes between 0 and 480),
    price_minor           integer,
    price_currency        text,
    active                integer not null,
    version               integer not null default 1,
    created_at            text not null,
    updated_at            text not null,
    primary key (business_id, id)
) strict;

create table staff_services (
    business_id blob not null,
    staff_id    blob not null,
    service_id  blob not null,
    primary key (business_id, staff_id, service_id),
    foreign key (business_id, staff_id) references staff (business_id, id) on delete cascade,
    foreign key (business_id, service_id) references services (business_id, id) on delete cascade
) strict;
create index staff_services_by_service on staff_services (business_id, service_id);

create table leaves (
    business_id blob not null,
    id          blob not null,
    staff_id    blob not null,
    first_day   text not null,
    last_day    text not null check (last_day >= first_day),
    part        text,
    reason      text,
    primary key (business_id, id),
    foreign key (business_id, staff_id) references staff (business_id, id) on delete cascade
) strict;
create index leaves_by_staff on leaves (business_id, staff_id, last_day);

create table date_exceptions (
    business_id blob not null,
    id          blob not null,
    staff_id    blob not null,
    date        text not null,
    spans       text not null,
    reason      text,
    primary key (business_id, id),
    constraint date_exceptions_day_key unique (business_id, staff_id, date),
    foreign key (business_id, staff_id) references staff (business_id, id) on delete cascade
) strict;

create table blocks (
    business_id blob not null,
    id          blob not null,
    staff_id    blob not null,
    starts_at   text not null,
    ends_at     text not null check (ends_at > starts_at),
    source      text not null check (source in ('manual', 'calendar')),
    reason      text,
    primary key (business_id, id),
    foreign key (business_id, staff_id) references staff (business_id, id) on delete cascade
) strict;
create index blocks_by_staff on blocks (business_id, staff_id, ends_at);

create table customers (
    business_id   blob not null references businesses (id) on delete cascade,
    id            blob not null,
    phone         text not null,
    name          text not null,
    email         text,
    gender        text check (gender in ('female', 'male', 'other')),
    date_of_birth text,
    preferences   text not null,
    no_sms        integer not null,
    no_email      integer not null,
    version       integer not null default 1,
    created_at    text not null,
    updated_at    text not null,
    primary key (business_id, id),
    constraint customers_phone_key unique (business_id, phone)
) strict;

create table customer_history (
    business_id blob not null,
    id          blob not null,
    customer_id blob not null,
    kind        text not null check (kind in ('symptom', 'condition', 'allergy', 'note')),
    text        text not null,
    recorded_at text not null,
    primary key (business_id, id),
    foreign key (business_id, customer_id) references customers (business_id, id) on delete cascade
) strict;
create index customer_history_by_customer on customer_history (business_id, customer_id, id);

create table bookings (
    business_id     blob not null references businesses (id) on delete cascade,
    id              blob not null,
    staff_id        blob not null,
    service_id      blob not null,
    customer_id     blob,
    for_name        text,
    starts_at       text not null,
    ends_at         text not null check (ends_at > starts_at),
    busy_from       text not null,
    -- No booking is busy for longer than two days, so that whoever looks for overlaps need not look back further.
    busy_until      text not null check (julianday(busy_until) <= julianday(busy_from) + 2),
    status          text not null
        check (status in ('held', 'tentative', 'booked', 'cancelled', 'completed', 'no_show')),
    source          text not null check (source in ('phone', 'admin', 'api', 'link')),
    hold_expires_at text check ((status = 'held') = (hold_expires_at is not null)),
    unverified      integer not null,
    notes           text,
    price_minor     integer,
    price_currency  text,
    cancel_reason   text,
    call_id         blob,
    sync_status     text check (sync_status in ('pending', 'synced', 'failed', 'conflict', 'deleted')),
    sync_error      text,
    last_synced_at  text,
    version         integer not null default 1,
    created_at      text not null,
    updated_at      text not null,
    primary key (business_id, id),
    foreign key (business_id, staff_id) references staff (business_id, id),
    foreign key (business_id, service_id) references services (business_id, id),
    foreign key (business_id, customer_id) references customers (business_id, id),
    check (busy_from <= starts_at and busy_until >= ends_at)
) strict;
-- What keeps time, for the question who is free: answered from the index alone.
create index bookings_by_busy
    on bookings (business_id, staff_id, busy_from, busy_until, status, hold_expires_at, id)
    where status in ('held', 'tentative', 'booked');
create index bookings_by_staff on bookings (business_id, staff_id, starts_at, id);
create index bookings_by_start on bookings (business_id, starts_at, id);
create index bookings_by_customer on bookings (business_id, customer_id, starts_at);
create index bookings_by_call on bookings (business_id, call_id) where call_id is not null;
create index holds_by_expiry on bookings (hold_expires_at) where status = 'held';

-- The promise of the house: one person is never promised to two people at once. Nothing is busy for longer than two days (see
-- the check above), so three days are far enough to look back.
create trigger bookings_no_overlap_on_insert before insert on bookings
when new.status in ('held', 'tentative', 'booked')
begin
    select raise(abort, 'slot_taken') where exists (
        select 1 from bookings b
        where b.business_id = new.business_id and b.staff_id = new.staff_id
          and b.busy_from < new.busy_until
          and b.busy_from > strftime('%Y-%m-%dT%H:%M:%S', new.busy_from, '-3 days')
          and b.busy_until > new.busy_from
          and b.status in ('held', 'tentative', 'booked')
          and b.id <> new.id
    );
end;

create trigger bookings_no_overlap_on_update
before update of business_id, staff_id, busy_from, busy_until, status on bookings
when new.status in ('held', 'tentative', 'booked')
begin
    select raise(abort, 'slot_taken') where exists (
        select 1 from bookings b
        where b.business_id = new.business_id and b.staff_id = new.staff_id
          and b.busy_from < new.busy_until
          and b.busy_from > strftime('%Y-%m-%dT%H:%M:%S', new.busy_from, '-3 days')
          and b.busy_until > new.busy_from
          and b.status in ('held', 'tentative', 'booked')
          and b.id <> new.id
    );
end;

create table booking_external_ids (
    business_id   blob not null,
    booking_id    blob not null,
    connection_id blob not null,
    external_id   text not null,
    etag          text,
    sync_status   text not null
        check (sync_status in ('pending', 'synced', 'failed', 'conflict', 'deleted')),
    updated_at    text not null,
    primary key (business_id, booking_id, connection_id),
    constraint booking_external_ids_external_key unique (business_id, connection_id, external_id),
    foreign key (business_id, booking_id) references bookings (business_id, id) on delete cascade
) strict;

create table booking_changes (
    business_id blob not null,
    id          blob not null,
    booking_id  blob not null,
    at          text not null,
    actor_kind  text not null,
    actor_id    blob,
    action      text not null,
    before      text,
    after       text not null,
    primary key (business_id, id),
    foreign key (business_id, booking_id) references bookings (business_id, id) on delete cascade
) strict;
create index booking_changes_by_booking on booking_changes (business_id, booking_id, id);

-- Committed successes by the caller's own key. A refusal is never remembered.
create table idempotency_keys (
    business_id blob not null references businesses (id) on delete cascade,
    key         text not null,
    fingerprint text not null,
    booking_id  blob not null,
    outcome     text not null,
    created_at  text not null,
    constraint idempotency_keys_key primary key (business_id, key)
) strict;
create index idempotency_keys_by_booking on idempotency_keys (business_id, booking_id);
create index idempotency_keys_by_age on idempotency_keys (created_at);

create table jobs (
    id          blob primary key,
    business_id blob references businesses (id) on delete cascade,
    kind        text not null,
    payload     text not null,
    -- Jobs that share it run one after another, in the order of their ids.
    order_key   text,
    -- At most one queued job has it.
    dedupe_key  text,
    state       text not null check (state in ('queued', 'running', 'done', 'dead')),
    run_at      text not null,
    attempts    integer not null default 0,
    lease_until text,
    last_error  text,
    created_at  text not null,
    finished_at text
) strict;
create index jobs_due on jobs (run_at, id) where state in ('queued', 'running');
create index jobs_in_order on jobs (order_key, id) where state in ('queued', 'running');
-- Two workers that look at the same moment can't start two jobs of one order_key.
create unique index jobs_running_key on jobs (order_key) where state = 'running';
create unique index jobs_dedupe_key on jobs (dedupe_key) where state = 'queued';
create index jobs_dead on jobs (business_id, id) where state = 'dead';
create index jobs_by_business on jobs (business_id, id);
create index jobs_finished on jobs (finished_at) where state in ('done', 'dead');

create table users (
    id            blob primary key,
    email         text not null,
    name          text not null,
    password_hash text not null,
    version       integer not null default 1,
    created_at    text not null,
    updated_at    text not null,
    constraint users_email_key unique (email)
) strict;

create table memberships (
    business_id blob not null references businesses (id) on delete cascade,
    user_id     blob not null references users (id) on delete cascade,
    role        text not null check (role in ('owner', 'staff', 'viewer')),
    created_at  text not null,
    primary key (business_id, user_id)
) strict;
create index memberships_by_user on memberships (user_id);

-- A login on one device. Each refresh replaces its token; an old token shown again ends the session.
create table sessions (
    id          blob primary key,
    user_id     blob not null references users (id) on delete cascade,
    business_id blob references businesses (id) on delete cascade,
    token_hash  text not null,
    used_hashes text not null,
    created_at  text not null,
    expires_at  text not null,
    ended_at    text
) strict;
create index sessions_by_user on sessions (user_id);
create index sessions_by_expiry on sessions (expires_at);

create table api_keys (
    business_id  blob not null references businesses (id) on delete cascade,
    id           blob not null,
    name         text not null,
    hash         text not null,
    scopes       text not null,
    created_at   text not null,
    last_used_at text,
    revoked_at   text,
    primary key (business_id, id),
    constraint api_keys_id_key unique (id)
) strict;
