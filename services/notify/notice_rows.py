"""Rows of notify.notices: planned once, taken back when no case is left in them; each told."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from claims.notices import is_urgent, notice_id
from pipeline.clock import Clock
from pipeline.codec import Codec
from services.notify.belonging import BELONGS
from services.notify.database import Connection
from services.notify.facts import CANCELLED, PLANNED, RESOLVED, fact_of, tell


class Desk(NamedTuple):
    """What writing a notice needs: the transaction, the words on the wire, the time of a fact."""

    connection: Connection
    codec: Codec
    clock: Clock


@dataclass(frozen=True, slots=True)
class NewNotice:
    """A notice before it is written. ``facts``: see claims.notice_lines.Line."""

    kind: str
    audience: str
    facility_id: str
    programme: str
    subject: str
    due_on: int | None
    while_states: tuple[str, ...]
    count: int
    facts: Mapping[str, Any]
    planned_on: int
    number: int = 1

    @property
    def id(self) -> str:
        return notice_id(
            self.kind,
            self.audience,
            self.facility_id,
            self.programme,
            self.subject,
            self.due_on,
            self.planned_on,
            self.number,
        )


_INSERT = """
insert into notify.notices (notice_id, kind, audience, facility_id, programme, subject, due_on,
    while_states, urgent, count, facts, planned_on)
select notice_id, kind, audience, facility_id, programme, subject, due_on,
    array(select jsonb_array_elements_text(while_states)), urgent, count, facts, planned_on
from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::int[],
    $8::jsonb[], $9::boolean[], $10::int[], $11::jsonb[], $12::int[])
    as new (notice_id, kind, audience, facility_id, programme, subject, due_on, while_states,
    urgent, count, facts, planned_on)
order by notice_id
on conflict (notice_id) do nothing
returning notice_id, kind, audience, facility_id, programme, subject, due_on, count, planned_on
"""
# A case that no longer belongs leaves what is still only planned; the sender counts again itself.
# Begun from the few thousand cases, whatever the server believes about the size of the tables.
_LEAVE = f"""
with gone as materialized (
    select nc.notice_id, nc.case_id
    from unnest($1::text[]) as changed (case_id)
    join notify.notice_cases nc using (case_id)
    join notify.notices n on n.notice_id = nc.notice_id and n.state = 'planned'
    join notify.cases c on c.case_id = nc.case_id
    where not {BELONGS}
)
delete from notify.notice_cases nc using gone
where nc.notice_id = gone.notice_id and nc.case_id = gone.case_id
returning nc.notice_id
"""
# One that another partition or the sender holds is passed over: waiting for a laboratory's notices
# in several partitions at once would end in a deadlock.
_CANCEL_EMPTY = """
with free as (
    select n.notice_id from notify.notices n
    where n.notice_id = any ($1) and n.state = 'planned'
        and not exists (select from notify.notice_cases nc where nc.notice_id = n.notice_id)
    for no key update skip locked
)
update notify.notices n set state = 'cancelled' from free where n.notice_id = free.notice_id
returning n.*
"""


async def plan(desk: Desk, notices: Sequence[NewNotice]) -> list[str]:
    """Write those that are not there yet, and tell each; their ids."""
    if not notices:
        return []
    columns: list[list[Any]] = [
        [notice.id for notice in notices],
        [notice.kind for notice in notices],
        [notice.audience for notice in notices],
        [notice.facility_id for notice in notices],
        [notice.programme for notice in notices],
        [notice.subject for notice in notices],
        [notice.due_on for notice in notices],
        [json.dumps(notice.while_states) for notice in notices],
        [is_urgent(notice.due_on, notice.planned_on) for notice in notices],
        [notice.count for notice in notices],
        [json.dumps(notice.facts) for notice in notices],
        [notice.planned_on for notice in notices],
    ]
    new = await desk.connection.fetch(_INSERT, *columns)
    await _tell(desk, PLANNED, sorted(new, key=lambda row: str(row["notice_id"])))
    return [row["notice_id"] for row in new]


async def leave(desk: Desk, case_ids: Sequence[str]) -> None:
    """Take cases out of the planned notices they no longer belong to; a notice without any case
    is cancelled.

    An empty one may stay, when two partitions take the last two cases out of a laboratory's notice
    at once; the sender, which counts again, cancels it then.
    """
    left = await desk.connection.fetch(_LEAVE, case_ids)
    if left:
        ids = sorted({row["notice_id"] for row in left})
        gone = await desk.connection.fetch(_CANCEL_EMPTY, ids)
        await _tell(desk, CANCELLED, gone, RESOLVED)


async def _tell(desk: Desk, fact: str, rows: Iterable[Any], reason: str = "") -> None:
    at_ms = desk.clock.now_ms()
    facts = [fact_of(fact, row, at_ms, reason=reason) for row in rows]
    await tell(desk.connection, desk.codec, *facts)
