-- What the agency does (actions of a round, a case, a person, a facility), as far as the door must know
-- it. An action itself lies sealed in its submission; nothing here holds a whole ID in clear.

-- A submission of several decisions is held until a second person of the agency confirms it. Then
-- it gets its day and its number, as if it had come that moment.
alter table ingest.submissions drop constraint submissions_state_check;
alter table ingest.submissions add constraint submissions_state_check
    check (state in ('begun', 'produced', 'refused', 'held'));
alter table ingest.submissions add column confirmed_by text not null default '';
create index submissions_held on ingest.submissions (begun_no) where state = 'held';

-- The actions of a submission, in order. subject: round, facility or case; IDs are masked.
create table ingest.action_rows (
    submission_id text not null references ingest.submissions,
    row_no        integer not null,
    kind          text not null,
    subject       text not null,
    primary key (submission_id, row_no)
);

-- 補正期. ended_early is null unless the agency ended the round before its deadline.
create table ingest.rounds (
    round_id            text primary key,
    programme           text not null,
    service_from        date not null,
    service_to          date not null,
    pickup_from         date not null,
    pickup_to           date not null,
    correction_deadline date not null,
    paper_deadline      date,
    opened_on           date not null,
    ended_early         date
);

-- 新舊身分證號: the edges that stand. AES-SIV under one binding gives equal bytes for equal IDs, so
-- an edge can be found without opening any. They form a forest: nothing is joined twice.
create table ingest.person_aliases (
    old_sealed    bytea not null,
    new_sealed    bytea not null,
    key_id        text not null,
    submission_id text not null references ingest.submissions,
    primary key (old_sealed, new_sealed)
);
create index person_aliases_of_new on ingest.person_aliases (new_sealed);

-- 變更醫事機構代碼. entered_at is null while the registry merely knows the successor: then nothing
-- moves. Rows stay as they were, so that what was begun before is routed as it was begun.
create table ingest.facility_successors (
    old_code   text primary key references ingest.facilities,
    new_code   text not null references ingest.facilities,
    valid_from date not null,
    known_at   timestamptz not null default now(),
    entered_at timestamptz,
    check (old_code <> new_code)
);
create index facility_successors_of_new on ingest.facility_successors (new_code);

-- The code under which a facility goes on, as known at a moment.
create function ingest.canonical_code(asked text, as_of timestamptz) returns text
language sql stable as $$
    with recursive chain (code, step) as (
        select coalesce((
            select facility_id from ingest.facility_codes
            where code = asked and entered_at <= as_of), asked), 0
        union all
        select s.new_code, step + 1
        from chain join ingest.facility_successors s on s.old_code = chain.code
        where s.entered_at <= as_of
    )
    select code from chain order by step desc limit 1
$$;
