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

    @property
    def owner_codes(self) -> tuple[str, ...]:
        """Codes that may stand in its files, the canonical one first."""
        return (self.facility_id, *self.earlier_codes)


_SELECT = """
    select f.facility_id, f.name, f.county, f.closed_on,
        coalesce(array_agg(c.code order by c.code) filter (where c.code is not null), '{}') as codes
    from ingest.facilities f left join ingest.facility_codes c using (facility_id)
"""


def checked(code: str) -> str:
    """A code in its canonical shape; raises RegistryRefuses."""
    read = facility_code(code)
    if not read.ok:
        raise RegistryRefuses(f"{code[:20]!r} is not a facility code ({read.code})")
    return read.value


async def everyone(connection: Connection) -> list[Facility]:
    rows = await connection.fetch(_SELECT + " group by f.facility_id order by f.facility_id")
    return [_facility(row) for row in rows]


async def find(connection: Connection, code: str) -> Facility | None:
    """The facility with this code, be it the canonical one or an earlier one."""
    row = await connection.fetchrow(
        _SELECT + " where f.facility_id = coalesce("
        "(select facility_id from ingest.facility_codes where code = $1), $1)"
        " group by f.facility_id",
        code,
    )
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
    return {row["code"]: row["facility_id"] for row in rows}


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


async def close(connection: Connection, code: str, day: int) -> bool:
    """Note that a facility closed; False when it is not registered."""
    done = await connection.execute(
        "update ingest.facilities set closed_on = $2 where facility_id = $1", code, date_of(day)
    )
    return done == "UPDATE 1"


def _facility(row: Record) -> Facility:
    return Facility(
        row["facility_id"],
        row["name"],
        row["county"],
        None if row["closed_on"] is None else day_number(row["closed_on"]),
        tuple(row["codes"]),
    )
