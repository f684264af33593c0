"""The month's LINE messages: what may be spent, what was, and what LINE says of it.

source: line-bot.md section 3: recipients are counted, replies are free, and what LINE reports is
approximate and includes messages of its console. Charged when a message is prepared, given back
when LINE has certainly not taken it.
"""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from services.notify.database import Connection
from services.notify.line_client import LineClient

_OPEN = "insert into notify.budgets (month) values ($1) on conflict do nothing"
_LOCK = "select * from notify.budgets where month = $1 for update"
_LOOK = "select * from notify.budgets where month = $1"
_CHARGE = "update notify.budgets set used = used + $2 where month = $1"
_REFUND = "update notify.budgets set used = greatest(used - $2, 0) where month = $1"
_EXHAUSTED = "update notify.budgets set exhausted_at = $2 where month = $1"
# What waits is charged already, and LINE has not seen it; but what may have been accepted, LINE may
# have counted. What ended in doubt stays charged until LINE was asked later ($5): then its count
# says whether it was taken, and we need not.
_REPORTED = """
with doubtful as (
    select delivery_id, cost from notify.deliveries
    where channel = 'line' and uncertain and not doubt_settled and state in ('cancelled', 'parked')
        and finished_at < $5
        and to_char(date '1970-01-01' + day, 'YYYYMM')::integer = $1
    for update
), answered as (
    update notify.deliveries known set doubt_settled = true from doubtful
    where known.delivery_id = doubtful.delivery_id
)
update notify.budgets set reported = $2, monthly = $3, asked_at = $4,
    used = greatest(used - (select coalesce(sum(cost), 0)::integer from doubtful),
        $2 + (select coalesce(sum(cost), 0)::integer from notify.deliveries
            where channel = 'line' and state = 'ready' and not uncertain)),
    exhausted_at = case when $3::integer is null or $2 < $3 then null else exhausted_at end
where month = $1
"""


class Limits(NamedTuple):
    """``messages`` a month, 0: what LINE allows. ``reserve``: the share kept for urgent ones.
    ``counted_after_s``: see :func:`reconcile`."""

    messages: int
    reserve: float
    counted_after_s: float = 3600.0


class Allowance(NamedTuple):
    """Of a month, as the row says. ``allowed`` None: no limit."""

    allowed: int | None
    used: int
    is_exhausted: bool

    def left(self, urgent: bool, reserve: float) -> int | None:
        """Messages that may still be charged; None: any number."""
        if self.is_exhausted:
            return 0
        if self.allowed is None:
            return None
        share = 1.0 if urgent else 1.0 - reserve
        return max(int(self.allowed * share) - self.used, 0)


def allowance(row: Any, limits: Limits) -> Allowance:
    """The smaller of what we allow ourselves and what LINE allows."""
    known = [limit for limit in (limits.messages or None, row["monthly"]) if limit is not None]
    return Allowance(min(known, default=None), row["used"], row["exhausted_at"] is not None)


def shown(allowance: Allowance) -> str:
    """For the log."""
    return f"{allowance.used} of {'any' if allowance.allowed is None else allowance.allowed}"


class Budget:
    """Every method works within the caller's transaction."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits

    async def left(self, connection: Connection, month: int, urgent: bool, most: int) -> int:
        """How many of ``most`` messages may be charged. Locks the month until the end of the
        transaction: nobody else spends them meanwhile."""
        await connection.execute(_OPEN, month)
        row = await connection.fetchrow(_LOCK, month)
        left = allowance(row, self.limits).left(urgent, self.limits.reserve)
        return most if left is None else min(left, most)

    async def charge(self, connection: Connection, month: int, messages: int) -> None:
        if messages:
            await connection.execute(_CHARGE, month, messages)

    async def give_back(self, connection: Connection, month: int, messages: int) -> None:
        if messages:
            await connection.execute(_REFUND, month, messages)

    async def exhausted(self, connection: Connection, month: int, at: datetime) -> None:
        """LINE has said twice that the month's messages are used up."""
        await connection.execute(_OPEN, month)
        await connection.execute(_EXHAUSTED, month, at)

    async def is_exhausted(self, connection: Connection, month: int) -> bool:
        row = await connection.fetchrow(_LOOK, month)
        return row is not None and row["exhausted_at"] is not None

    async def now(self, connection: Connection, month: int) -> Allowance:
        await connection.execute(_OPEN, month)
        row = await connection.fetchrow(_LOOK, month)
        return allowance(row, self.limits)


async def reconcile(
    connection: Connection, line: LineClient, month: int, at: datetime, counted_after_s: float
) -> bool:
    """Ask LINE what it allows and has counted; False when it did not say.

    ``counted_after_s``: what it took so long ago is in its count, which is approximate.
    """
    quota, consumption = await line.quota(), await line.consumption()
    if not (quota.is_done and consumption.is_done):
        return False
    monthly = quota.body.get("value") if quota.body.get("type") == "limited" else None
    await connection.execute(_OPEN, month)
    before = at - timedelta(seconds=counted_after_s)
    await connection.execute(
        _REPORTED, month, int(consumption.body.get("totalUsage", 0)), monthly, at, before
    )
    return True
