"""keys: who may use the agency's API."""

from typing import Annotated

import typer
from rich.table import Table

from services.notify import cli, keys
from services.notify.database import opened
from services.notify.settings import StoreSettings

app = typer.Typer(help="API keys of the agency; the secret is shown once and kept nowhere.")


@app.command("create")
def create(
    label: Annotated[str, typer.Option(help="Whose it is, for example a desk or the portal.")],
) -> None:
    """Make a key and print it once. 產生金鑰（只顯示一次）。"""

    async def work() -> str:
        pool = await opened(_settings().database_url, 2)
        async with pool, pool.acquire() as connection:
            return await keys.create(connection, label)

    cli.out.print(cli.run(work), markup=False)


@app.command("list")
def list_keys() -> None:
    """Print key ids, never secrets. 列出金鑰代號。"""

    async def work() -> list[keys.KeyEntry]:
        pool = await opened(_settings().database_url, 2)
        async with pool, pool.acquire() as connection:
            return await keys.everyone(connection)

    table = Table("key id", "label", "created", "revoked")
    for one in cli.run(work):
        revoked = one.revoked_at.isoformat(timespec="seconds") if one.revoked_at else ""
        created = one.created_at.isoformat(timespec="seconds")
        table.add_row(one.key_id, one.label, created, revoked)
    cli.out.print(table)


@app.command("revoke")
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
