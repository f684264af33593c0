-- Where the stages that write to Postgres stand: one row for each partition of a stage, moved by
-- compare-and-set in the transaction that writes the stage's rows (pipeline/postgres_ledger.py).

create schema if not exists pipeline;

create table pipeline.ledgers (
    stage      text not null,
    partition  integer not null check (partition >= 0),
    partitions integer not null,               -- of the source topics; another number is refused
    owner      bigint not null,                -- one more at every opening: an older owner fails
    commits    bigint not null,                -- one more at every commit
    positions  jsonb not null,                 -- topic to offset of the next message
    primary key (stage, partition)
);

create table pipeline.states (
    stage     text not null,
    partition integer not null,
    key       bytea not null,
    value     bytea not null,
    primary key (stage, partition, key)
);
