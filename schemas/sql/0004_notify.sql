-- notify: what is open and due, what was planned and sent, who hears it, and the LINE account.
-- Days are days since 1970-01-01, instants timestamptz. What is personal is sealed (AES-SIV, bound
-- to the row's id); a LINE user id names an account, not a person, and never leaves this schema
-- except towards LINE.
create schema notify;

-- ── what is open (written by the planner alone)

create table notify.cases (
    case_id text primary key,
    sequence integer not null,
    facility_id text not null,
    lab_facility_id text not null,
    programme text not null,
    state text not null,
    is_open boolean not null,
    due_on integer,
    round_id text not null,
    changed_on integer not null,
    changed_at timestamptz not null default now()
);
create index cases_open_of_facility on notify.cases (facility_id, programme, due_on) where is_open;
create index cases_open_of_lab on notify.cases (lab_facility_id) where is_open and lab_facility_id <> '';
create index cases_open_due on notify.cases (due_on) where is_open;
create index cases_closed on notify.cases (changed_on) where not is_open;

create table notify.rounds (
    round_id text primary key,
    programme text not null,
    service_from integer not null,
    service_to integer not null,
    pickup_from integer not null,
    pickup_to integer not null,
    correction_deadline integer not null,
    paper_deadline integer,
    opened_on integer not null,
    closed_on integer
);

-- A sweep of one partition; a milestone is complete when every partition has finished it.
create table notify.sweeps (
    cause text not null,
    partition integer not null,
    day integer not null,
    primary key (cause, partition)
);
create table notify.milestones (
    cause text primary key,
    day integer not null,
    planned_on integer,                     -- day whose reminders were planned with it; null: none were
    completed_at timestamptz not null default now()
);
create index milestones_day on notify.milestones (day);

-- What was written to the journal until then, the planner has taken; by the clock of this database.
create table notify.reading (
    partition integer primary key,
    until timestamptz not null
);

create table notify.import_parts (
    event_id text primary key,
    submission_id text not null,
    facility_id text not null,
    rows integer not null,
    refused integer not null,
    heard_at timestamptz not null default now()
);

-- Changes of cases, for the daily summary; a row per partition, so that partitions do not wait.
create table notify.day_counts (
    day integer not null,
    partition integer not null,
    change text not null,
    count integer not null,
    primary key (day, partition, change)
);

-- ── what is to be told

create table notify.notices (
    notice_id text primary key,
    kind text not null,
    audience text not null check (audience in ('claiming', 'lab', 'agency')),
    facility_id text not null,              -- empty for the agency
    programme text not null,
    subject text not null,                  -- round_id, submission_id, or the change told; else empty
    due_on integer,
    while_states text[] not null,           -- its cases count only while in one of these; empty: any
    urgent boolean not null,
    count integer not null,                 -- when planned
    facts jsonb not null,                   -- further numbers and codes of its kind
    planned_on integer not null,            -- the business day it is for
    planned_at timestamptz not null default now(),
    state text not null default 'planned'
        check (state in ('planned', 'taken', 'cancelled')),
    digest_id text
);
create index notices_planned on notify.notices (facility_id, planned_on) where state = 'planned';
create index notices_digest on notify.notices (digest_id);
create index notices_newer on notify.notices (facility_id, kind, planned_on);
create index notices_day on notify.notices (planned_on);
create index notices_of_subject on notify.notices (subject) where state = 'planned' and subject <> '';

create table notify.notice_cases (
    notice_id text not null references notify.notices on delete cascade,
    case_id text not null,
    primary key (notice_id, case_id)
);
create index notice_cases_case on notify.notice_cases (case_id);

-- One digest per facility and day, also for one that is a laboratory besides (the agency has the
-- empty code); what of it goes to whom by which channel.
create table notify.digests (
    digest_id text primary key,
    facility_id text not null,
    day integer not null,
    urgent boolean not null,
    prepared_at timestamptz not null default now(),
    unique (facility_id, day)
);

create table notify.deliveries (
    delivery_id text primary key,
    digest_id text references notify.digests,   -- null for news and mails of the bot
    news_id text,
    facility_id text not null,
    purpose text not null,                      -- digest, news, answer, confirm, login, decision
    day integer not null,
    channel text not null check (channel in ('line', 'email')),
    recipient text not null,                    -- LINE user id, or contact_id
    urgent boolean not null,
    cost integer not null,                      -- LINE messages it costs
    -- frozen, what every attempt sends: LINE's messages as JSON; a mail, or an answer to one person,
    -- sealed, bound to the row
    body bytea not null,
    frozen_on integer not null default 0,       -- business day on which a digest's words were frozen
    retry_key uuid not null,                    -- stored before the first call
    state text not null default 'ready'
        check (state in ('ready', 'calling', 'sent', 'cancelled', 'failed', 'parked')),
    not_before timestamptz not null default now(),  -- while calling: when its caller counts as dead
    attempts integer not null default 0,
    first_call_at timestamptz,
    last_call_at timestamptz,
    uncertain boolean not null default false,   -- a call may have been accepted
    doubt_settled boolean not null default false,   -- LINE's count has said since whether it was
    reason text not null default '',
    request_id text not null default '',
    accepted_request_id text not null default '',
    falls_back boolean not null default true,
    created_at timestamptz not null default now(),
    finished_at timestamptz
);
create unique index deliveries_once on notify.deliveries (facility_id, channel, recipient, day)
    where purpose = 'digest';
create index deliveries_due on notify.deliveries (urgent desc, not_before)
    where state in ('ready', 'calling');
create index deliveries_digest on notify.deliveries (digest_id);
create index deliveries_news on notify.deliveries (news_id) where news_id is not null;
create index deliveries_finished on notify.deliveries (finished_at) where finished_at is not null;
create index deliveries_parked on notify.deliveries (created_at) where state = 'parked';

-- What a message says of each notice: the counts as its words were frozen.
create table notify.delivery_notices (
    delivery_id text not null references notify.deliveries on delete cascade,
    notice_id text not null references notify.notices,
    count integer not null,
    primary key (delivery_id, notice_id)
);
create index delivery_notices_notice on notify.delivery_notices (notice_id);

-- Facts for topic reminders, in order. Published ones stay for a while: a fact told again is the same.
create table notify.facts (
    number bigint generated always as identity primary key,
    event_id text not null unique,
    key text not null,
    value bytea not null,
    published_at timestamptz
);
create index facts_waiting on notify.facts (number) where published_at is null;

create table notify.budgets (
    month integer primary key,              -- AD year times 100 plus month
    used integer not null default 0,
    reported integer not null default 0,    -- what LINE says was consumed
    monthly integer,                        -- what LINE says is allowed; null: no limit
    asked_at timestamptz,
    exhausted_at timestamptz                -- when LINE said that the limit is reached; null: it did not
);

-- LINE gives out no logs: every call is kept.
create table notify.line_calls (
    number bigint generated always as identity primary key,
    at timestamptz not null default now(),
    method text not null,
    endpoint text not null,
    status integer not null,                -- 0: no answer
    request_id text not null,
    delivery_id text,
    took_ms integer not null
);

-- ── who hears it

create table notify.users (
    user_id text primary key,               -- LINE's
    user_ref text not null unique,          -- ours, for the API and logs: random
    is_following boolean not null,
    followed_at timestamptz,
    last_follow_ms bigint not null default 0,   -- event time of the last follow or unfollow
    menu text not null default '',
    first_seen_at timestamptz not null default now()
);

create table notify.applications (
    application_id text primary key,
    user_id text not null references notify.users,
    facility_id text not null,
    facility_name text not null,
    contact_sealed bytea not null,          -- name, e-mail, phone, remark as msgpack
    seal_key_id text not null,
    contact_id text not null,               -- its address; a recipient only once approved
    consented_at timestamptz not null,
    state text not null default 'submitted'
        check (state in ('submitted', 'approved', 'refused', 'withdrawn')),
    reason text not null default '',
    email_confirmed_at timestamptz,
    submitted_at timestamptz not null default now(),
    decided_at timestamptz,
    decided_by text not null default ''
);
create index applications_open on notify.applications (submitted_at) where state = 'submitted';
create unique index applications_one_open on notify.applications (user_id) where state = 'submitted';
create index applications_user on notify.applications (user_id);

-- An address that may be written to: of an approved applicant, of a laboratory, of the agency.
create table notify.contacts (
    contact_id text primary key,
    facility_id text not null,              -- empty for the agency
    email_sealed bytea not null,            -- bound to contact_id
    email_hash text not null,               -- keyed, to find it again
    seal_key_id text not null,
    confirmed_at timestamptz,
    unsubscribed_at timestamptz,
    bounced_at timestamptz,
    bounce text not null default '',
    created_at timestamptz not null default now(),
    removed_at timestamptz
);
create index contacts_facility on notify.contacts (facility_id) where removed_at is null;
create index contacts_email on notify.contacts (email_hash);

create table notify.bindings (
    binding_id text primary key,
    user_id text not null references notify.users,
    facility_id text not null,
    application_id text not null references notify.applications,
    contact_id text references notify.contacts,
    bound_at timestamptz not null default now(),
    unbound_at timestamptz,
    unbound_by text not null default ''     -- user, agency
);
create unique index bindings_live on notify.bindings (user_id, facility_id) where unbound_at is null;
create index bindings_facility on notify.bindings (facility_id) where unbound_at is null;

-- Single-use links: form, file, confirm, link, login. Only a hash is kept.
create table notify.tokens (
    token_hash bytea primary key,
    purpose text not null,
    subject text not null,
    expires_at timestamptz not null,
    used_at timestamptz
);

-- 帳號連結: who asked to be bound by an address the facility has, and how far that came.
create table notify.account_links (
    link_id text primary key,
    user_id text not null references notify.users,
    facility_id text not null,              -- as it was written on the page
    contact_id text references notify.contacts, -- null: nothing known, and nobody was written to
    asked_at timestamptz not null,
    nonce_hash bytea unique,                -- of the nonce that LINE was given; only a hash is kept
    nonce_until timestamptz,
    bound_at timestamptz
);
create index account_links_user on notify.account_links (user_id, asked_at);
create index account_links_contact on notify.account_links (contact_id, asked_at);

-- ── the LINE account

-- The inbox of the webhook: an event once, whatever is redelivered.
create table notify.webhook_events (
    webhook_event_id text primary key,
    user_id text not null,
    kind text not null,
    timestamp_ms bigint not null,
    is_redelivery boolean not null,
    body_sealed bytea not null,             -- the event as it came, bound to its id; emptied when done
    received_at timestamptz not null default now(),
    done_at timestamptz,
    outcome text not null default '',
    answer_sealed bytea                     -- decided but not said yet, bound to its id; else null
);
create index webhook_events_unsaid on notify.webhook_events (received_at) where answer_sealed is not null;
create index webhook_events_waiting on notify.webhook_events (user_id, timestamp_ms) where done_at is null;
create index webhook_events_unsent on notify.webhook_events (user_id, outcome) where kind = 'unsend';
create index webhook_events_done on notify.webhook_events (done_at);

create table notify.chats (
    chat_id text primary key,
    user_id text not null references notify.users,
    state text not null check (state in ('waiting', 'open', 'closed')),
    opened_at timestamptz not null default now(),
    taken_by text not null default '',
    closed_at timestamptz
);
create unique index chats_live on notify.chats (user_id) where state <> 'closed';

create table notify.chat_lines (
    line_id text primary key,
    chat_id text not null references notify.chats,
    author text not null check (author in ('user', 'staff')),
    message_id text not null default '',    -- LINE's, for unsend
    text_sealed bytea not null,             -- bound to line_id; emptied by unsend
    at timestamptz not null default now()
);
create index chat_lines_chat on notify.chat_lines (chat_id, at);
create index chat_lines_message on notify.chat_lines (message_id) where message_id <> '';

-- 電子檔申請: a task for staff.
create table notify.file_requests (
    request_id text primary key,
    user_id text not null references notify.users,
    facility_id text not null,
    facility_name text not null,
    contact_sealed bytea not null,
    seal_key_id text not null,
    state text not null default 'open' check (state in ('open', 'done', 'refused')),
    requested_at timestamptz not null default now(),
    done_at timestamptz,
    done_by text not null default ''
);

-- Links, videos, questions and answers, kept by the agency.
create table notify.contents (
    content_id text primary key,
    kind text not null check (kind in ('link', 'video', 'answer')),
    programme text not null,                -- empty: all
    title text not null,
    body text not null,
    url text not null,
    position integer not null,
    is_published boolean not null,
    changed_at timestamptz not null default now(),
    changed_by text not null
);

create table notify.news (
    news_id text primary key,
    title text not null,
    body text not null,
    url text not null,
    audience text not null check (audience in ('all', 'bound')),
    programme text not null,                -- empty: every programme
    county text not null,                   -- two digits of the facility code; empty: all
    state text not null default 'draft'
        check (state in ('draft', 'scheduled', 'sending', 'sent', 'cancelled')),
    send_at timestamptz,
    created_at timestamptz not null default now(),
    created_by text not null,
    sent_at timestamptz,
    recipients integer not null default 0,
    problem text not null default ''        -- why a scheduled one went back to draft
);
create index news_scheduled on notify.news (send_at) where state = 'scheduled';
create index news_sending on notify.news (news_id) where state = 'sending';

-- Who was written to, at most 500 users each (the limit of a multicast); also of a broadcast, as the
-- followers were then.
create table notify.news_batches (
    news_id text not null references notify.news,
    number integer not null,
    user_ids text[] not null,
    primary key (news_id, number)
);

create table notify.api_keys (
    key_id text primary key,
    label text not null,
    hash text not null,
    created_at timestamptz not null default now(),
    revoked_at timestamptz
);

-- What the agency decided by its API: who, when, about what. Codes and ids of ours only.
create table notify.decisions (
    number bigint generated always as identity primary key,
    at timestamptz not null,
    key_id text not null,
    what text not null,
    subject text not null,
    note text not null
);
create index decisions_subject on notify.decisions (subject, number);
