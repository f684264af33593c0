"""How far the planner has read the journal: the sender speaks of nothing that is older.

Without it a planner that is away for a minute would let the sender tell of cases that have matched
meanwhile.
"""

import asyncio
from collections.abc import Callable, Mapping

import asyncpg
from asyncpg import Record

from pipeline.postgres import Pool

EVERY_S = 0.5
_BEGIN = """
insert into notify.reading (partition, until)
select number, '-infinity' from generate_series(0, $1::integer - 1) as number
on conflict do nothing
"""
# Begun before the lag was looked at, and by the database's clock, which the sender asks as well.
_TELL = """
insert into notify.reading as known (partition, until)
select number, $3::timestamptz - make_interval(secs => behind)
from unnest($1::integer[], $2::float8[]) as new (number, behind)
on conflict (partition) do update set until = greatest(known.until, excluded.until)
"""


async def tell_reading(
    pool: "Pool[Record]", partitions: int, behind_s: Callable[[], Mapping[int, float]]
) -> None:
    """Until cancelled. ``behind_s``: seconds that each of our partitions is behind; one that is not
    there keeps what was told of it. A database that is away hears it later."""
    begun = False
    while True:
        try:
            async with pool.acquire() as connection:
                if not begun:
                    await connection.execute(_BEGIN, partitions)
                    begun = True
                now = await connection.fetchval("select clock_timestamp()")
                behind = behind_s()
                if behind:
                    await connection.execute(_TELL, [*behind], [*behind.values()], now)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            pass
        await asyncio.sleep(EVERY_S)
