"""Where the planner writes, within the transaction of its ledger: rows and position stand or fall
together.

The entries of a partition are taken in their order: what a day plans follows from the cases as they
stood when that partition finished it, however many entries one transaction holds.
"""

from collections import Counter
from collections.abc import Sequence
from itertools import groupby

from pipeline.clock import Clock
from pipeline.codec import Codec
from pipeline.postgres_ledger import Rows, Sink
from services.notify.case_rows import fresh_of, latest_of, write_cases
from services.notify.database import Connection
from services.notify.happenings import tell_of_cases, tell_of_files
from services.notify.journal import CaseStep, Entry, Renamed, Swept, unpacked, unpacked_part
from services.notify.milestone_rows import one_at_a_time, write_round, write_sweep
from services.notify.new_codes import follow_new_code
from services.notify.notice_rows import Desk, leave
from services.notify.plans import Plans

_COUNT = """
insert into notify.day_counts as known (day, partition, change, count)
select day, $1, change, count from unnest($2::int[], $3::text[], $4::int[]) as new
    (day, change, count)
on conflict (day, partition, change) do update set count = known.count + excluded.count
"""


def journal_sink(partition: int, plans: Plans, codec: Codec, clock: Clock) -> Sink:
    """For the entries of one partition of case-changed."""

    async def write(connection: Connection, rows: Rows) -> None:
        desk = Desk(connection, codec, clock)
        entries = unpacked(packed for _, packed in rows)
        if not all(isinstance(entry, CaseStep) for entry in entries):
            await one_at_a_time(desk)
        for are_cases, run in groupby(entries, lambda entry: isinstance(entry, CaseStep)):
            if are_cases:
                steps = [entry for entry in run if isinstance(entry, CaseStep)]
                await _write_steps(desk, partition, steps, plans.news_from)
            else:
                await _write_milestones(desk, plans, list(run))

    return write


async def _write_steps(
    desk: Desk, partition: int, steps: Sequence[CaseStep], news_from: int
) -> None:
    latest = latest_of(steps)
    changed = await write_cases(desk.connection, latest)
    await leave(desk, [case_id for case_id, before in changed.items() if before])
    fresh = fresh_of(steps, changed)
    await tell_of_cases(desk, fresh, latest, news_from)
    counts = Counter((step.occurred_on, step.change) for step in fresh)
    await desk.connection.execute(
        _COUNT,
        partition,
        [day for day, _ in counts],
        [change for _, change in counts],
        list(counts.values()),
    )


async def _write_milestones(desk: Desk, plans: Plans, entries: Sequence[Entry]) -> None:
    for entry in entries:
        if isinstance(entry, Swept):
            await write_sweep(desk, plans, entry)
        elif isinstance(entry, Renamed):
            await follow_new_code(desk.connection, entry)
        elif not isinstance(entry, CaseStep):
            await write_round(desk, entry)


def imports_sink(plans: Plans, codec: Codec, clock: Clock) -> Sink:
    """For refused rows, out of import-reported."""

    async def write(connection: Connection, rows: Rows) -> None:
        parts = [unpacked_part(packed) for _, packed in rows]
        news = [part for part in parts if part.written_ms >= plans.news_from_ms]
        if news:
            await tell_of_files(Desk(connection, codec, clock), news, plans.newest_day)

    return write
