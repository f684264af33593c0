"""facilities and keys: who there is, and who may speak for whom."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from claims.periods import iso_text
from services.ingest import cli, keys, registry
from services.ingest.cli_days import day_of
from services.ingest.database import opened
from services.ingest.registry import Facility
from services.ingest.settings import StoreSettings

facilities = typer.Typer(help="醫事機構名冊: canonical codes, earlier codes, closures.")
api_keys = typer.Typer(help="API keys; the secret is shown once and kept nowhere.")

Code = Annotated[str, typer.Argument(help="醫事機構代碼, ten characters.")]


@facilities.command("add")
def add(
    code: Code,
    name: Annotated[str, typer.Option(help="Name.")],
    county: Annotated[str, typer.Option(help="County.")] = "",
    earlier: Annotated[list[str] | None, typer.Option(help="An earlier code; repeatable.")] = None,
) -> None:
    """Add a facility or update it; earlier codes are added. 新增或更新機構。"""
    _enter([Facility(code, name, county, None, tuple(earlier or ()))])


@facilities.command("import")
def import_(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV, UTF-8.")],
) -> None:
    """Add many from a CSV with the header facility_id,name,county,closed_on,earlier_codes.

    Only facility_id and name are needed; earlier codes are separated by blanks. All or none.
    """
    with file.open(encoding="utf-8-sig", newline="") as lines:
        _enter(list(_facilities_in(csv.DictReader(lines))))


@facilities.command("list")
def list_() -> None:
    """Print the registry. 列出名冊。"""

    async def work() -> list[Facility]:
        pool = await opened(_settings().database_url, 2)
        async with pool, pool.acquire() as connection:
            return await registry.everyone(connection)

    table = Table("code", "name", "county", "closed on", "earlier codes", "goes on as")
    for one in cli.run(work):
        closed = "" if one.closed_on is None else iso_text(one.closed_on)
        codes = " ".join(one.earlier_codes)
        table.add_row(one.facility_id, one.name, one.county, closed, codes, one.successor)
    cli.out.print(table)


@facilities.command("close")
def close(code: Code, day: Annotated[str, typer.Argument(help="Last day, yyyy-MM-dd.")]) -> None:
    """Note that a facility closed. 歇業。"""
    closed_on = day_of(day)

    async def work() -> bool:
        pool = await opened(_settings().database_url, 2)
        async with pool, pool.acquire() as connection:
            return await registry.close(connection, code, closed_on)

    if not cli.run(work):
        cli.leave(f"{code}: 名冊中沒有此機構 not registered", cli.REFUSED)


@api_keys.command("create")
def create(
    facility: Annotated[str | None, typer.Option(help="Facility the key speaks for.")] = None,
    agency: Annotated[bool, typer.Option("--agency", help="A key of the agency.")] = False,
    label: Annotated[str, typer.Option(help="What it is for, for example a vendor.")] = "",
) -> None:
    """Make a key and print it once. 產生金鑰（只顯示一次）。"""
    if (facility is None) == (not agency):
        cli.leave("either --facility CODE or --agency", 2)

    async def work() -> str | None:
        pool = await opened(_settings().database_url, 2)
        async with pool, pool.acquire() as connection:
            if facility is None:
                return await keys.create(connection, None, label)
            found = await registry.find(connection, facility)
            if found is None:
                return None
            return await keys.create(connection, found.facility_id, label)

    key = cli.run(work)
    if key is None:
        cli.leave(f"{facility}: 名冊中沒有此機構 not registered (facilities add)", cli.REFUSED)
    cli.out.print(key, markup=False)


@api_keys.command("list")
def list_keys() -> None:
    """Print key ids, never secrets. 列出金鑰代號。"""

    async def work() -> list[keys.KeyEntry]:
        pool = await opened(_settings().database_url, 2)
        async with pool, pool.acquire() as connection:
            return await keys.everyone(connection)

    table = Table("key id", "role", "facility", "label", "created", "revoked")
    for one in cli.run(work):
        revoked = one.revoked_at.isoformat(timespec="seconds") if one.revoked_at else ""
        created = one.created_at.isoformat(timespec="seconds")
        table.add_row(one.key_id, one.role, one.facility_id, one.label, created, revoked)
    cli.out.print(table)


@api_keys.command("revoke")
def revoke(key_id: Annotated[str, typer.Argument(help="The id from keys list.")]) -> None:
    """Take a key back; it counts at once. 撤銷金鑰。"""

    async def work() -> bool:
        pool = await opened(_settings().database_url, 2)
        async with pool, pool.acquire() as connection:
            return await keys.revoke(connection, key_id)

    if not cli.run(work):
        cli.leave(f"{key_id}: 沒有這個有效金鑰 no such live key", cli.REFUSED)


def _settings() -> StoreSettings:
    return cli.read(StoreSettings)


def _enter(entries: list[Facility]) -> None:
    async def work() -> None:
        pool = await opened(_settings().database_url, 2)
        async with pool, pool.acquire() as connection, connection.transaction():
            for entry in entries:
                await registry.enter(connection, entry)

    cli.run(work)
    cli.out.print(f"{len(entries)} facilities entered")


def _facilities_in(rows: "csv.DictReader[str]") -> Iterator[Facility]:
    for row in rows:
        code, name = row.get("facility_id"), row.get("name")
        if not code or not name:
            cli.leave(f"line {rows.line_num}: facility_id and name are needed", 2)
        closed = (row.get("closed_on") or "").strip()
        yield Facility(
            code.strip(),
            name.strip(),
            (row.get("county") or "").strip(),
            day_of(closed) if closed else None,
            tuple((row.get("earlier_codes") or "").split()),
        )
