"""The facility registry: canonical codes, earlier codes, closures."""

from dataclasses import dataclass
from datetime import datetime

from asyncpg import Record

from claims.codes import facility_code
from claims.periods import date_of
from services.ingest.database import Connection
from services.ingest.submissions import day_number


class RegistryRefuses(Exception):
    """An entry that would make routing ambiguous, or is no code. Texts name codes only."""


@dataclass(frozen=True)
class Facility:
    facility_id: str
    name: str
    county: str
    closed_on: int | None
    earlier_codes: tuple[str, ...]
    successor: str = ""  # code under which it goes on; with a question mark while not entered

    @property
    def owner_codes(self) -> tuple[str, ...]:
        """Codes that may stand in its files, the canonical one first."""
        return (self.facility_id, *self.earlier_codes)


_EVERYONE = """
    select f.facility_id, f.name, f.county, f.closed_on,
        coalesce(array_agg(c.code order by c.code) filter (where c.code is not null), '{}')
            as codes,
        max(s.new_code || case when s.entered_at is null then '?' else '' end) as successor
    from ingest.facilities f left join ingest.facility_codes c using (facility_id)
        left join ingest.facility_successors s on s.old_code = f.facility_id
    group by f.facility_id order by f.facility_id
"""
# The facility that goes on, and every code that leads to it: earlier ones, and those renamed.
_FIND = """
    with recursive own (code) as (
        select ingest.canonical_code($1, 'infinity')
        union
        select s.old_code from ingest.facility_successors s join own on s.new_code = own.code
        where s.entered_at is not null
    )
    select f.facility_id, f.name, f.county, f.closed_on, '' as successor, array(
        select c.code from ingest.facility_codes c join own on c.facility_id = own.code
        union select own.code from own where own.code <> f.facility_id
        order by 1) as codes
    from ingest.facilities f where f.facility_id = ingest.canonical_code($1, 'infinity')
"""


def checked(code: str) -> str:
    """A code in its canonical shape; raises RegistryRefuses."""
    read = facility_code(code)
    if not read.ok:
        raise RegistryRefuses(f"{code[:20]!r} is not a facility code ({read.code})")
    return read.value


async def everyone(connection: Connection) -> list[Facility]:
    rows = await connection.fetch(_EVERYONE)
    return [_facility(row) for row in rows]


async def find(connection: Connection, code: str) -> Facility | None:
    """The facility with this code, be it the canonical one, an earlier or a renamed one."""
    row = await connection.fetchrow(_FIND, code)
    return _facility(row) if row else None


async def owner_codes(connection: Connection, code: str) -> tuple[str, ...]:
    """Canonical code first, then earlier ones. An unregistered code is its own canonical code."""
    facility = await find(connection, code)
    return facility.owner_codes if facility else (code,)


async def canonical_codes(connection: Connection, as_of: datetime) -> dict[str, str]:
    """Code to canonical code, as known at a moment: a resumed file is routed as it was begun."""
    rows = await connection.fetch(
        "select code, facility_id from ingest.facility_codes where entered_at <= $1"
        " union all select facility_id, facility_id from ingest.facilities where entered_at <= $1",
        as_of,
    )
    goes_on = await connection.fetch(
        "select old_code, new_code from ingest.facility_successors where entered_at <= $1", as_of
    )
    successors = {row["old_code"]: row["new_code"] for row in goes_on}
    first = dict(zip(successors, successors, strict=True))
    first.update((row["code"], row["facility_id"]) for row in rows)
    return {code: _last(successors, leads_to) for code, leads_to in first.items()}


def _last(successors: dict[str, str], code: str) -> str:
    """The end of a chain of renames; there are no cycles."""
    while code in successors:
        code = successors[code]
    return code


async def canonical(connection: Connection, code: str) -> str:
    """The code under which a facility goes on now; an unregistered one is its own."""
    return str(await connection.fetchval("select ingest.canonical_code($1, 'infinity')", code))


async def rename(
    connection: Connection, old: str, new: str, valid_from: int, entered_at: datetime | None
) -> None:
    """Note a successor; from ``entered_at`` on the facility goes on under it.

    The caller has made sure that neither code is renamed already and that no chain closes.
    """
    await connection.execute(
        "insert into ingest.facilities (facility_id, name) values ($1, '') on conflict do nothing",
        old,
    )
    await connection.execute(
        "insert into ingest.facilities (facility_id, name, county)"
        " select $2, name, county from ingest.facilities where facility_id = $1"
        " on conflict do nothing",
        old,
        new,
    )
    await connection.execute(
        "insert into ingest.facility_successors (old_code, new_code, valid_from, entered_at)"
        " values ($1, $2, $3, $4) on conflict (old_code) do update set new_code = $2,"
        " valid_from = $3, entered_at = $4",
        old,
        new,
        date_of(valid_from),
        entered_at,
    )


async def leads_to(connection: Connection, code: str, wanted: str) -> bool:
    """Whether one follows the successors of ``code``, entered or merely known, to ``wanted``."""
    return bool(
        await connection.fetchval(
            "with recursive chain (code) as (select $1::text union"
            " select s.new_code from chain join ingest.facility_successors s"
            " on s.old_code = chain.code) select true from chain where code = $2",
            code,
            wanted,
        )
    )


async def enter(connection: Connection, facility: Facility) -> None:
    """Add a facility or update it; earlier codes are added, never taken away.

    Raises RegistryRefuses when a code already leads elsewhere.
    """
    code = checked(facility.facility_id)
    leads_to = await connection.fetchval(
        "select facility_id from ingest.facility_codes where code = $1", code
    )
    if leads_to is not None:
        raise RegistryRefuses(f"{code} is an earlier code of {leads_to}")
    await connection.execute(
        "insert into ingest.facilities (facility_id, name, county, closed_on)"
        " values ($1, $2, $3, $4) on conflict (facility_id) do update"
        " set name = excluded.name, county = excluded.county,"
        " closed_on = coalesce(excluded.closed_on, ingest.facilities.closed_on)",
        code,
        facility.name,
        facility.county,
        None if facility.closed_on is None else date_of(facility.closed_on),
    )
    for earlier in facility.earlier_codes:
        await _enter_earlier(connection, checked(earlier), code)


async def _enter_earlier(connection: Connection, earlier: str, code: str) -> None:
    taken = await connection.fetchval(
        "select facility_id from ingest.facilities where facility_id = $1"
        " union all select facility_id from ingest.facility_codes where code = $1",
        earlier,
    )
    if taken == code and earlier != code:
        return
    if taken is not None or earlier == code:
        raise RegistryRefuses(f"{earlier} already belongs to {taken or code}")
    await connection.execute(
        "insert into ingest.facility_codes (code, facility_id) values ($1, $2)", earlier, code
    )


async def close(connection: Connection, code: str, day: int | None) -> bool:
    """Note that a facility closed, or is open again; False when it is not registered."""
    done = await connection.execute(
        "update ingest.facilities set closed_on = $2"
        " where facility_id = ingest.canonical_code($1, 'infinity')",
        code,
        None if day is None else date_of(day),
    )
    return done == "UPDATE 1"


def _facility(row: Record) -> Facility:
    return Facility(
        row["facility_id"],
        row["name"],
        row["county"],
        None if row["closed_on"] is None else day_number(row["closed_on"]),
        tuple(row["codes"]),
        row["successor"] or "",
    )
