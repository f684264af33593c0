"""bounce: what a mail server says about a mail, from stdin."""

import sys

from pipeline.clock import SystemClock
from services.notify import cli
from services.notify.bounces import Outcome, take_report
from services.notify.business_clock import instant_of
from services.notify.database import opened
from services.notify.settings import StoreSettings


def bounce() -> None:
    """Read a delivery report (DSN) from stdin and mark the address it is about. 登記退信。

    For the mailbox of the sender address: let the mail server pipe reports into it.
    """
    settings = cli.read(StoreSettings)
    raw = sys.stdin.buffer.read()
    outcome = cli.run(lambda: _take(settings, raw))
    cli.out.print(f"{outcome.result} {outcome.delivery_id}".strip(), markup=False)
    if outcome.result in ("unreadable", "unknown"):
        raise SystemExit(cli.REFUSED)


async def _take(settings: StoreSettings, raw: bytes) -> Outcome:
    pool = await opened(settings.database_url, 1)
    try:
        async with pool.acquire() as connection:
            return await take_report(connection, raw, instant_of(SystemClock()))
    finally:
        await pool.close()
