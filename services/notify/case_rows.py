"""Rows of notify.cases: what is open and due, a row a case; only a later step changes one."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from claims.states import OPEN
from services.notify.database import Connection
from services.notify.journal import CaseStep

_BEFORE = "select case_id, sequence from notify.cases where case_id = any ($1)"
# The rows are locked in the order of their ids.
_UPSERT = """
insert into notify.cases as known (case_id, sequence, facility_id, lab_facility_id, programme,
    state, is_open, due_on, round_id, changed_on)
select * from unnest($1::text[], $2::int[], $3::text[], $4::text[], $5::text[], $6::text[],
    $7::boolean[], $8::int[], $9::text[], $10::int[]) as new (case_id) order by case_id
on conflict (case_id) do update set sequence = excluded.sequence,
    facility_id = excluded.facility_id, lab_facility_id = excluded.lab_facility_id,
    programme = excluded.programme, state = excluded.state, is_open = excluded.is_open,
    due_on = excluded.due_on, round_id = excluded.round_id, changed_on = excluded.changed_on,
    changed_at = now()
where known.sequence < excluded.sequence
returning case_id
"""


async def write_cases(connection: Connection, latest: Mapping[str, CaseStep]) -> dict[str, int]:
    """Upsert the latest step of each case; the cases that changed, with the sequence they had (0:
    new). A case whose stored step is later (its facility was renamed, and the other partition was
    ahead) stays as it is."""
    steps = list(latest.values())
    columns: list[list[Any]] = [
        [step.case_id for step in steps],
        [step.sequence for step in steps],
        [step.facility_id for step in steps],
        [step.lab_facility_id for step in steps],
        [step.programme for step in steps],
        [step.state for step in steps],
        [step.state in OPEN for step in steps],
        [step.due_on for step in steps],
        [step.round_id for step in steps],
        [step.occurred_on for step in steps],
    ]
    known = {row["case_id"]: row["sequence"] for row in await connection.fetch(_BEFORE, columns[0])}
    written = await connection.fetch(_UPSERT, *columns)
    return {row["case_id"]: known.get(row["case_id"], 0) for row in written}


def latest_of(steps: Iterable[CaseStep]) -> dict[str, CaseStep]:
    """The last step of each case."""
    latest: dict[str, CaseStep] = {}
    for step in steps:
        known = latest.get(step.case_id)
        if known is None or known.sequence < step.sequence:
            latest[step.case_id] = step
    return latest


def fresh_of(steps: Sequence[CaseStep], changed: Mapping[str, int]) -> list[CaseStep]:
    """The steps that were not known before, each once, in their order."""
    seen: set[tuple[str, int]] = set()
    fresh = []
    for step in steps:
        at = step.case_id, step.sequence
        if step.case_id in changed and step.sequence > changed[step.case_id] and at not in seen:
            seen.add(at)
            fresh.append(step)
    return fresh
