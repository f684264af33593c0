-- Schema of the service ingest: registry, keys, submissions with their sealed files, day ends, reports.
-- Days are dates of the Taipei calendar; instants are UTC. Nothing here holds a whole ID or a name:
-- files lie sealed, reports show the first five characters.

create schema if not exists ingest;

-- 醫事機構: one row a facility; its canonical code is the Kafka key of all its messages.
create table ingest.facilities (
    facility_id text primary key check (facility_id ~ '^[0-9]{6}[0-9A-Z][0-9]{3}$'),
    name        text not null,
    county      text not null default '',
    closed_on   date,
    entered_at  timestamptz not null default now()
);

-- Earlier codes of a facility. entered_at keeps the routing of what was begun before as it was.
create table ingest.facility_codes (
    code        text primary key check (code ~ '^[0-9]{6}[0-9A-Z][0-9]{3}$'),
    facility_id text not null references ingest.facilities,
    entered_at  timestamptz not null default now()
);

create table ingest.api_keys (
    key_id      text primary key,
    role        text not null check (role in ('facility', 'agency')),
    facility_id text references ingest.facilities,
    label       text not null default '',
    hash        text not null,                       -- argon2id of the secret part
    created_at  timestamptz not null default now(),
    revoked_at  timestamptz,
    check ((role = 'facility') = (facility_id is not null))
);

-- One row a file (or a list of commands). The same bytes of the same facility are the same row.
create table ingest.submissions (
    submission_id text primary key check (submission_id ~ '^S[0-9a-f]{24}$'),
    begun_no      bigint generated always as identity unique,   -- order in which they were accepted
    facility_id   text not null,                     -- canonical code of the uploader; or agency
    owner_codes   text[] not null,                   -- codes that may stand in it, as of acceptance
    uploader      text not null,                     -- key id, or cli
    file_name     text not null,
    sha256        text not null,
    size_bytes    bigint not null,
    kind_asked    text not null default '',
    map_asked     text not null default '',
    received_on   date not null,
    received_at   timestamptz not null,
    state         text not null default 'begun' check (state in ('begun', 'produced', 'refused')),
    kind          text not null default '',
    programme     text not null default '',
    map_version   text not null default '',
    refused_code  text not null default '',
    counts        jsonb not null default '{}',
    part_count    integer not null default 0,
    rows_sent     integer not null default 0,
    settled_at    timestamptz,                       -- when produced or refused
    receipt       text not null default ''           -- signed JSON, made after state = produced
);
create index submissions_of_facility on ingest.submissions (facility_id, begun_no);
create index submissions_begun on ingest.submissions (facility_id, begun_no) where state = 'begun';
create index submissions_open_days on ingest.submissions (received_on) where state = 'begun';

-- The file, sealed in chunks of 1 MiB, each bound to its submission and place.
create table ingest.sealed_chunks (
    submission_id text not null references ingest.submissions deferrable initially deferred,
    chunk_no      integer not null,
    key_id        text not null,
    sealed        bytea not null,
    primary key (submission_id, chunk_no)
);
alter table ingest.sealed_chunks alter column sealed set storage external;

-- What was produced, part by part: which rows, whose (masked), to which facility.
create table ingest.parts (
    submission_id text not null references ingest.submissions,
    part_no       integer not null,
    topic         text not null,
    facility_id   text not null,
    first_row     integer not null,
    last_row      integer not null,
    row_nos       integer[] not null,
    persons       text[] not null,                   -- first five characters and stars
    primary key (submission_id, part_no)
);

-- What ingest itself says: about the file, a refused case, or a row (warnings of the reader).
create table ingest.file_lines (
    submission_id text not null references ingest.submissions,
    line_no       integer not null,
    row_no        integer,
    case_position integer,
    byte_offset   bigint,
    person_masked text not null,
    refused       boolean not null,
    code          text not null,
    level         text not null,
    column_name   text not null,
    found         text not null,
    expected      text not null,
    hint          text not null,
    primary key (submission_id, line_no)
);
create index file_lines_of_row on ingest.file_lines (submission_id, row_no) where row_no is not null;

-- What validate and match said about each row or command; the last word stands.
create table ingest.row_outcomes (
    submission_id text not null,
    row_no        integer not null,
    stage_rank    smallint not null,                 -- 1 validate, 2 match
    outcome       text not null,
    command_id    text not null,
    result_id     text not null,
    version       integer not null,
    case_ids      text[] not null,
    warned        boolean not null,
    findings      jsonb,                             -- null when there are none
    primary key (submission_id, row_no)
);
create index row_outcomes_refused on ingest.row_outcomes (submission_id, row_no)
    where outcome = 'refused';

-- Cases (案件鍵) that the claim files of a facility and month held: for W_CASE_GONE.
create table ingest.claim_cases (
    file_key      text not null,                     -- facility and fee month, of 申報類別 1
    case_key      text not null,
    appl_date     integer not null,                  -- of the newest file that held it
    begun_no      bigint not null,
    primary key (file_key, case_key)
);

-- Day ends. closed_at is null while a day is being closed: nothing new is received on it any more.
create table ingest.days_closed (
    day       date primary key,
    begun_at  timestamptz not null default now(),
    closed_at timestamptz
);

-- What the agency does. produced_at is null until the broker has it.
create table ingest.actions (
    action_no    bigint generated always as identity primary key,
    kind         text not null check (kind in ('book-released')),
    partition_no integer not null,
    book         text not null,
    asked_at     timestamptz not null default now(),
    produced_at  timestamptz
);
