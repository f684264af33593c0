"""Rows of ingest.submissions: what was accepted, and how far it is."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from asyncpg import Record

from claims.periods import date_of, from_iso
from services.ingest.database import Connection

BEGUN, PRODUCED, REFUSED = "begun", "produced", "refused"
HELD = "held"  # waits for a second person of the agency; has no day yet that counts


@dataclass(frozen=True)
class Submission:
    """One file, or one list of commands, as it stands in the database. Days are ints."""

    submission_id: str
    begun_no: int
    facility_id: str
    owner_codes: tuple[str, ...]
    uploader: str
    file_name: str
    sha256: str
    size_bytes: int
    kind_asked: str
    map_asked: str
    received_on: int
    received_at: datetime
    state: str
    kind: str
    programme: str
    map_version: str
    refused_code: str
    counts: Mapping[str, Any]
    part_count: int
    rows_sent: int
    receipt: str
    confirmed_by: str

    @property
    def actor(self) -> str:
        """Who acted, and who confirmed it."""
        return f"{self.uploader}+{self.confirmed_by}" if self.confirmed_by else self.uploader

    @classmethod
    def of(cls, row: Record) -> "Submission":
        fields = {name: row[name] for name in cls.__dataclass_fields__}
        fields["owner_codes"] = tuple(row["owner_codes"])
        fields["received_on"] = day_number(row["received_on"])
        fields["counts"] = json.loads(row["counts"])
        return cls(**fields)


@dataclass(frozen=True)
class Offer:
    """A file that somebody hands in, before it is accepted."""

    submission_id: str
    facility_id: str
    owner_codes: tuple[str, ...]
    uploader: str
    file_name: str
    sha256: str
    size_bytes: int
    kind_asked: str = ""
    map_asked: str = ""
    state: str = BEGUN


@dataclass(frozen=True)
class Settled:
    """What became of a submission once it was read."""

    state: str
    kind: str
    programme: str
    map_version: str
    refused_code: str
    counts: Mapping[str, Any]
    part_count: int
    rows_sent: int


def day_number(day: date) -> int:
    return from_iso(day.isoformat())


async def find(connection: Connection, submission_id: str) -> Submission | None:
    row = await connection.fetchrow(
        "select * from ingest.submissions where submission_id = $1", submission_id
    )
    return Submission.of(row) if row else None


async def insert(
    connection: Connection, offer: Offer, received_on: int, received_at: datetime
) -> Submission:
    """Begin it; raises UniqueViolationError when it is there already."""
    row = await connection.fetchrow(
        """
        insert into ingest.submissions (submission_id, facility_id, owner_codes, uploader,
            file_name, sha256, size_bytes, kind_asked, map_asked, received_on, received_at, state)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
        returning *
        """,
        offer.submission_id,
        offer.facility_id,
        list(offer.owner_codes),
        offer.uploader,
        offer.file_name,
        offer.sha256,
        offer.size_bytes,
        offer.kind_asked,
        offer.map_asked,
        date_of(received_on),
        received_at,
        offer.state,
    )
    assert row is not None
    return Submission.of(row)


def unsaved(offer: Offer, received_on: int, received_at: datetime) -> Submission:
    """A submission that no database knows: to read and cut a file without keeping it."""
    return Submission(
        submission_id=offer.submission_id,
        begun_no=0,
        facility_id=offer.facility_id,
        owner_codes=offer.owner_codes,
        uploader=offer.uploader,
        file_name=offer.file_name,
        sha256=offer.sha256,
        size_bytes=offer.size_bytes,
        kind_asked=offer.kind_asked,
        map_asked=offer.map_asked,
        received_on=received_on,
        received_at=received_at,
        state=BEGUN,
        kind="",
        programme="",
        map_version="",
        refused_code="",
        counts={},
        part_count=0,
        rows_sent=0,
        receipt="",
        confirmed_by="",
    )


async def forget_refused(connection: Connection, submission_id: str) -> None:
    """A file that was refused may be tried again, for example with its map named this time."""
    refused = await connection.fetchval(
        "select 1 from ingest.submissions"
        " where submission_id = $1 and state = 'refused' for update",
        submission_id,
    )
    if refused is None:
        return
    for table in ("file_lines", "parts", "sealed_chunks"):
        await connection.execute(
            f"delete from ingest.{table} where submission_id = $1", submission_id
        )
    await connection.execute(
        "delete from ingest.submissions where submission_id = $1", submission_id
    )


async def oldest_begun(connection: Connection, facility_id: str) -> Submission | None:
    """What of this facility has to be produced next."""
    row = await connection.fetchrow(
        "select * from ingest.submissions where facility_id = $1 and state = 'begun'"
        " order by begun_no limit 1",
        facility_id,
    )
    return Submission.of(row) if row else None


async def facilities_begun(connection: Connection, until: int | None = None) -> list[str]:
    """Facilities with unfinished submissions; ``until``: only those received up to that day."""
    rows = await connection.fetch(
        "select facility_id from ingest.submissions where state = 'begun'"
        " and ($1::date is null or received_on <= $1)"
        " group by facility_id order by min(begun_no)",
        None if until is None else date_of(until),
    )
    return [row["facility_id"] for row in rows]


async def settle(connection: Connection, submission_id: str, settled: Settled) -> None:
    done = await connection.execute(
        """
        update ingest.submissions set state = $2, kind = $3, programme = $4, map_version = $5,
            refused_code = $6, counts = $7, part_count = $8, rows_sent = $9,
            settled_at = clock_timestamp()
        where submission_id = $1 and state = 'begun'
        """,
        submission_id,
        settled.state,
        settled.kind,
        settled.programme,
        settled.map_version,
        settled.refused_code,
        json.dumps(settled.counts, ensure_ascii=False),
        settled.part_count,
        settled.rows_sent,
    )
    assert done == "UPDATE 1", "settled twice"


async def keep_receipt(connection: Connection, submission_id: str, receipt: str) -> str:
    """Keep the first receipt made, and return the one that is kept."""
    row = await connection.fetchrow(
        "update ingest.submissions set receipt = case when receipt = '' then $2 else receipt end"
        " where submission_id = $1 and state = 'produced' returning receipt",
        submission_id,
        receipt,
    )
    assert row is not None, "a receipt for what was not produced"
    return str(row["receipt"])


async def listed(
    connection: Connection, codes: Sequence[str], before: int | None, limit: int
) -> list[Submission]:
    """Of a facility under any of its codes, the newest first."""
    rows = await connection.fetch(
        "select * from ingest.submissions where facility_id = any($1)"
        " and ($2::bigint is null or begun_no < $2) order by begun_no desc limit $3",
        list(codes),
        before,
        limit,
    )
    return [Submission.of(row) for row in rows]
