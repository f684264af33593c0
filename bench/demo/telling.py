"""What notify has done, read from its tables: whether it is at an end, and what went out."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from bench.demo.told import Said

STAGE = "notify"
LOOK_S, PATIENCE_S = 0.1, 120.0
_OPENED = "select count(*) from notify.milestones where cause = any ($1)"
_POSITIONS = "select partition, positions from pipeline.ledgers where stage = $1"
# What is planned for a day whose digest has gone out waits for the next day, which never comes.
_WAITING = """
select notice_id from notify.notices n where state = 'planned' and {} exists (
    select from notify.digests d where d.facility_id = n.facility_id and d.day >= n.planned_on)
"""
_BUSY = """
select (select count(*) from notify.deliveries where state in ('ready', 'calling'))
    + (select count(*) from notify.facts where published_at is null)
    + (select count(*) from notify.webhook_events where done_at is null)
"""
_SAID = """
select d.delivery_id, d.frozen_on, n.kind, n.audience, n.facility_id, n.programme, n.subject,
    n.due_on, n.while_states, s.count
from notify.deliveries d join notify.delivery_notices s using (delivery_id)
join notify.notices n using (notice_id)
where d.purpose = 'digest' and d.state in ('sent', 'parked')
"""
_SENT = """
select channel, purpose, count(*)::integer as messages, sum(cost)::integer as cost
from notify.deliveries where state = 'sent' group by 1, 2 order by 1, 2
"""
_OF_PHONES = """
select recipient, count(*)::integer as sent from notify.deliveries
where channel = 'line' and state = 'sent' group by 1
"""
_TWICE = """
select count(*)::integer from (
    select from notify.deliveries where purpose = 'digest' and state in ('sent', 'parked')
    group by facility_id, channel, recipient, day having count(*) > 1) as twice
"""
_STATES = "select state, count(*)::integer as count from notify.deliveries group by state"
_BUDGET = "select month, used from notify.budgets order by month"
_TO = """
select d.state, d.channel, count(*)::integer as count from notify.deliveries d
where d.facility_id = $1 and d.purpose = 'digest' group by 1, 2
"""


class Telling:
    """Looks only. Raises what asyncpg raises."""

    def __init__(self, connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        self._connection = connection

    async def rounds_told(self, round_ids: Iterable[str]) -> None:
        """Wait until these rounds were planned for. Raises TimeoutError."""
        causes = [f"round-opened/{each}" for each in round_ids]
        async with asyncio.timeout(PATIENCE_S):
            while await self._connection.fetchval(_OPENED, causes) < len(causes):
                await asyncio.sleep(LOOK_S)

    async def is_at_an_end(self, ends: Mapping[str, int]) -> bool:
        """Everything before these offsets (``topic:partition``) is read, everything that is
        planned is decided, sent and told."""
        read: dict[str, int] = {}
        for row in await self._connection.fetch(_POSITIONS, STAGE):
            for topic, position in json.loads(row["positions"]).items():
                read[f"{topic}:{row['partition']}"] = position
        if any(read.get(place, 0) < end for place, end in ends.items()):
            return False
        if await self._connection.fetch(_WAITING.format("not")):
            return False
        return not await self._connection.fetchval(_BUSY)

    async def waiting(self) -> set[str]:
        """Notices that a next day would bring."""
        rows = await self._connection.fetch(_WAITING.format(""))
        return {row["notice_id"] for row in rows}

    async def said(self) -> list[Said]:
        """Every notice in every message that went out."""
        rows = await self._connection.fetch(_SAID)
        return [Said(**{**row, "while_states": tuple(row["while_states"])}) for row in rows]

    async def twice(self) -> int:
        """Days on which somebody got more than one digest of a facility by one channel."""
        return int(await self._connection.fetchval(_TWICE))

    async def sent(self) -> list[dict[str, Any]]:
        """channel, purpose, messages, cost."""
        return [dict(row) for row in await self._connection.fetch(_SENT)]

    async def sent_to_phones(self) -> dict[str, int]:
        """Messages by LINE user."""
        rows = await self._connection.fetch(_OF_PHONES)
        return {row["recipient"]: row["sent"] for row in rows}

    async def states(self) -> dict[str, int]:
        """Deliveries by state."""
        rows = await self._connection.fetch(_STATES)
        return {row["state"]: row["count"] for row in rows}

    async def charged(self) -> dict[int, int]:
        """LINE messages charged, by month (AD year times 100 plus month)."""
        rows = await self._connection.fetch(_BUDGET)
        return {row["month"]: row["used"] for row in rows}

    async def digests_of(self, facility_id: str) -> dict[tuple[str, str], int]:
        """By state and channel."""
        rows = await self._connection.fetch(_TO, facility_id)
        return {(row["state"], row["channel"]): row["count"] for row in rows}


@asynccontextmanager
async def open_telling(url: str) -> AsyncIterator[Telling]:
    connection = await asyncpg.connect(url)
    try:
        yield Telling(connection)
    finally:
        await connection.close()
