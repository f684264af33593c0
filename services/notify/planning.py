"""What is planned when a day is over, or a round has opened: reminders, and the daily summary."""

from collections.abc import Sequence
from typing import Any

from claims.notices import (
    AGENCY,
    BY_NAME,
    CLAIMING,
    CORRECTION_DUE,
    DAILY_SUMMARY,
    LAB,
    ROUND_OPENED,
    UPLOAD_DUE,
    deadlines_to_tell,
)
from services.notify.notice_rows import Desk, NewNotice, plan
from services.notify.summary import facts_of_day

# Who is told of a case: the facility that claimed it, and the laboratory that made the examination.
# One that examines for itself hears it once.
_WHO = {
    CLAIMING: ("facility_id", "true"),
    LAB: ("lab_facility_id", "c.lab_facility_id <> '' and c.lab_facility_id <> c.facility_id"),
}
_GROUPS = """
select c.{who} as facility_id, c.programme, c.due_on, c.round_id, count(*)::integer as count
from notify.cases c
where c.is_open and c.due_on = any ($1) and c.state = any ($2) and ($3 = '' or c.round_id = $3)
    and {where}
group by 1, 2, 3, 4 order by 1, 2, 3, 4
"""
_ATTACH = """
insert into notify.notice_cases (notice_id, case_id)
select n.notice_id, c.case_id from notify.notices n join notify.cases c
    on c.{who} = n.facility_id and c.programme = n.programme and c.due_on = n.due_on
    and c.round_id = n.subject and c.is_open and c.state = any (n.while_states) and {where}
where n.notice_id = any ($1)
order by 1, 2
on conflict do nothing
"""
_ROUND = """
select programme, pickup_from, pickup_to, correction_deadline, paper_deadline
from notify.rounds where round_id = $1
"""
_LAST_TOLD = "select max(planned_on) from notify.milestones"


async def plan_day(desk: Desk, day: int, ladder: Sequence[int]) -> int:
    """Everything that is told on the day after ``day``; that day.

    Between the count and the list of its cases one may have been matched in another partition; the
    sender counts again.
    """
    today = day + 1
    last = await desk.connection.fetchval(_LAST_TOLD)
    deadlines = sorted(deadlines_to_tell(ladder, today, last))
    planned = 0
    for kind in (CORRECTION_DUE, UPLOAD_DUE):
        planned += await _plan_cases(desk, kind, deadlines, today)
    facts = await facts_of_day(desk.connection, day, planned)
    summary = NewNotice(DAILY_SUMMARY, AGENCY, "", "", "", None, (), 0, facts, today)
    await plan(desk, [summary])
    return today


async def plan_round(desk: Desk, round_id: str, opened_on: int, over_on: int | None) -> None:
    """A list was issued: who has a case on it is told. Nobody is when its deadline is over by
    ``over_on``, the newest day known to be over."""
    row = await desk.connection.fetchrow(_ROUND, round_id)
    if row is None or (over_on is not None and row["correction_deadline"] <= over_on):
        return
    facts = {name: row[name] for name in ("pickup_from", "pickup_to", "paper_deadline")}
    deadline = [row["correction_deadline"]]
    await _plan_cases(desk, ROUND_OPENED, deadline, opened_on, round_id, facts)


async def _plan_cases(
    desk: Desk,
    kind: str,
    deadlines: Sequence[int],
    today: int,
    round_id: str = "",
    facts: dict[str, Any] | None = None,
) -> int:
    """One notice for each facility, programme, deadline and round, and who examined for it; how
    many."""
    states = BY_NAME[kind].while_states
    planned = 0
    for audience in BY_NAME[kind].audiences:
        who, where = _WHO[audience]
        groups = await desk.connection.fetch(
            _GROUPS.format(who=who, where=where), deadlines, states, round_id
        )
        notices = [
            NewNotice(
                kind, audience, row["facility_id"], row["programme"], row["round_id"],
                row["due_on"], states, row["count"], facts or {}, today,
            )
            for row in groups
        ]  # fmt: skip
        new = await plan(desk, notices)
        await desk.connection.execute(_ATTACH.format(who=who, where=where), new)
        planned += len(new)
    return planned
