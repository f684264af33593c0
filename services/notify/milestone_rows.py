"""Sweeps and rounds: once every partition has finished a milestone, what follows is planned."""

from services.notify.housekeeping import tidy
from services.notify.journal import Ended, Opened, Swept
from services.notify.notice_rows import Desk
from services.notify.planning import plan_day, plan_round
from services.notify.plans import Plans

DAY_CLOSED, ROUND_OPENED = "day-closed/", "round-opened/"
# Two partitions that finish at the same time would not see each other's sweep, and the milestone
# would never be complete. Taken before any row is touched, so that nobody waits for it with rows
# that its holder needs.
_LOCK = "select pg_advisory_xact_lock(7244011)"
_SWEPT = """
insert into notify.sweeps (cause, partition, day) values ($1, $2, $3) on conflict do nothing
"""
_FINISHED = "select count(*) from notify.sweeps where cause = $1"
_MILESTONE = """
insert into notify.milestones (cause, day) values ($1, $2) on conflict do nothing returning day
"""
_PLANNED = "update notify.milestones set planned_on = $2 where cause = $1"
_OPENED = """
insert into notify.rounds (round_id, programme, service_from, service_to, pickup_from, pickup_to,
    correction_deadline, paper_deadline, opened_on)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing
"""
_ENDED = """
update notify.rounds set closed_on = $2 where round_id = $1 and closed_on is null
"""


async def one_at_a_time(desk: Desk) -> None:
    """Until the end of the transaction, no other partition writes milestones."""
    await desk.connection.execute(_LOCK)


async def write_sweep(desk: Desk, plans: Plans, swept: Swept) -> None:
    """Note the sweep; the last partition's plans what follows from the milestone.

    Behind the newest day known at the start nothing is planned: a year's journal read again would
    plan each day's reminders and cancel them as out of date a moment later. No deadline is missed
    by it, for the newest day makes good the steps of the ladder that fell on days left out.
    """
    at = desk.connection
    await at.execute(_SWEPT, swept.cause, swept.partition, swept.day)
    if await at.fetchval(_FINISHED, swept.cause) < plans.partitions:
        return
    if await at.fetchval(_MILESTONE, swept.cause, swept.day) is None:
        return
    if swept.cause.startswith(DAY_CLOSED):
        if plans.newest_day is None or swept.day >= plans.newest_day:
            today = await plan_day(desk, swept.day, plans.ladder)
            await at.execute(_PLANNED, swept.cause, today)
        await tidy(at, swept.day)
    elif swept.cause.startswith(ROUND_OPENED):
        round_id = swept.cause.removeprefix(ROUND_OPENED)
        await plan_round(desk, round_id, swept.day, plans.newest_day)


async def write_round(desk: Desk, entry: Opened | Ended) -> None:
    """A round as every partition tells of it; the first one counts."""
    if isinstance(entry, Ended):
        await desk.connection.execute(_ENDED, entry.round_id, entry.closed_on)
        return
    event = entry.event
    await desk.connection.execute(
        _OPENED,
        event.round_id,
        event.programme,
        event.service_from,
        event.service_to,
        event.pickup_from,
        event.pickup_to,
        event.correction_deadline,
        event.paper_deadline,
        event.opened_on,
    )
