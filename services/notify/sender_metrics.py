"""What the sender counts."""

from typing import Any

from asyncpg import Record

from pipeline.metrics import Meter, Metric
from pipeline.postgres import Pool
from services.notify.budget import Allowance
from services.notify.business_clock import Moment

DELIVERIES = Metric(
    "notify_deliveries_total", "counter", ("channel", "state"),
    "Deliveries that came to an end: sent, cancelled, failed or parked.",
)  # fmt: skip
CALLS_AGAIN = Metric(
    "notify_calls_again_total", "counter", ("channel", "reason"), "Calls that will be made again."
)
LINE_ANSWERS = Metric(
    "line_answers_total", "counter", ("endpoint", "status"), "Calls to LINE; status 0: no answer."
)
DIGESTS = Metric("notify_digests_total", "counter", (), "Digests prepared.")
PUBLISHED = Metric("notify_facts_published_total", "counter", (), "Facts sent to topic reminders.")
PLANNED = Metric("notify_notices_planned", "gauge", (), "Notices that wait for their digest.")
WAITING = Metric("notify_deliveries_waiting", "gauge", (), "Deliveries not yet at their end.")
OLDEST_S = Metric(
    "notify_oldest_delivery_seconds", "gauge", (),
    "Age of the oldest delivery that could go out now; 0 when none.",
)  # fmt: skip
PARKED = Metric("notify_deliveries_parked", "gauge", (), "Deliveries that wait for a person.")
FACTS_WAITING = Metric("notify_facts_waiting", "gauge", (), "Facts not yet in topic reminders.")
BUDGET_USED = Metric("line_budget_used_messages", "gauge", (), "LINE messages charged this month.")
BUDGET = Metric("line_budget_messages", "gauge", (), "LINE messages allowed this month; -1: any.")
EXHAUSTED = Metric(
    "line_budget_exhausted", "gauge", (), "1 when LINE says that the month's messages are used up."
)
JOURNAL_AGE_S = Metric(
    "notify_journal_age_seconds", "gauge", (),
    "Since when the planner has not read the journal, of its oldest partition; 0 before its first.",
)  # fmt: skip
EVENTS_AGE_S = Metric(
    "line_webhook_oldest_event_seconds", "gauge", (),
    "Age of the oldest event of the webhook that nobody has handled; 0 when none.",
)  # fmt: skip
SENDER = (
    DELIVERIES, CALLS_AGAIN, LINE_ANSWERS, DIGESTS, PUBLISHED, PLANNED, WAITING, OLDEST_S, PARKED,
    FACTS_WAITING, BUDGET_USED, BUDGET, EXHAUSTED, JOURNAL_AGE_S, EVENTS_AGE_S,
)  # fmt: skip
_LOOK = """
select
    (select count(*) from notify.notices where state = 'planned') as planned,
    (select count(*) from notify.deliveries where state in ('ready', 'calling')) as waiting,
    (select min(not_before) from notify.deliveries
        where state in ('ready', 'calling') and not_before <= $1) as oldest,
    (select count(*) from notify.deliveries where state = 'parked') as parked,
    (select count(*) from notify.facts where published_at is null) as facts
"""
# By the clock of the database, which wrote these moments. Nothing read yet is as old as the epoch.
_AGES = """
select
    (select extract(epoch from clock_timestamp() - min(greatest(until, 'epoch')))::float8
        from notify.reading) as journal_s,
    (select extract(epoch from clock_timestamp() - min(received_at))::float8
        from notify.webhook_events where done_at is null) as events_s
"""


async def look_at_queues(pool: "Pool[Record]", meter: Meter, moment: Moment) -> float:
    """Set the gauges; the age of the oldest delivery that could go out, seconds."""
    row: Any = await pool.fetchrow(_LOOK, moment.at)
    age_s = 0.0 if row["oldest"] is None else (moment.at - row["oldest"]).total_seconds()
    meter.set(PLANNED, row["planned"])
    meter.set(WAITING, row["waiting"])
    meter.set(OLDEST_S, age_s)
    meter.set(PARKED, row["parked"])
    meter.set(FACTS_WAITING, row["facts"])
    ages: Any = await pool.fetchrow(_AGES)
    meter.set(JOURNAL_AGE_S, ages["journal_s"] or 0.0)
    meter.set(EVENTS_AGE_S, ages["events_s"] or 0.0)
    return age_s


def show_budget(meter: Meter, allowance: Allowance) -> None:
    meter.set(BUDGET_USED, allowance.used)
    meter.set(BUDGET, -1 if allowance.allowed is None else allowance.allowed)
    meter.set(EXHAUSTED, int(allowance.is_exhausted))
