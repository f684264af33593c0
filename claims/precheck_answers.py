"""Answers to a pre-check: one message a stage and part, whatever is wrong with the rows."""

from collections.abc import Sequence
from typing import Protocol

from claims.events import RowOutcome
from claims.model import with_
from claims.precheck_events import CaseStanding, PrecheckAnswered
from claims.row_batches import row_batches

MOST_FINDINGS = 64
"""Of a row, where the answer would outgrow a message; halved until it fits."""
MOST_CASE_BYTES = 250_000
"""Of an answer beside its rows; a broker takes 1 MiB."""


class PartAsked(Protocol):
    """What PrecheckAsked and PrecheckChecked have in common."""

    @property
    def request_id(self) -> str: ...
    @property
    def part_no(self) -> int: ...
    @property
    def part_count(self) -> int: ...
    @property
    def facility_id(self) -> str: ...


def answered(
    part: PartAsked,
    stage: str,
    rows: Sequence[RowOutcome],
    cases: Sequence[CaseStanding] = (),
) -> PrecheckAnswered:
    """The one answer of a stage to a part; the same part gives the same event_id."""
    return PrecheckAnswered(
        event_id=f"{part.request_id}/{part.part_no}/precheck/{stage}",
        request_id=part.request_id,
        part_no=part.part_no,
        part_count=part.part_count,
        facility_id=part.facility_id,
        stage=stage,
        rows=_fitting(tuple(rows)),
        cases=_first(cases),
    )


def _fitting(rows: tuple[RowOutcome, ...]) -> tuple[RowOutcome, ...]:
    """Every row, with fewer findings each where all of them would not fit one message."""
    most = MOST_FINDINGS
    while most and len(list(row_batches(rows))) > 1:
        rows = tuple(with_(row, findings=row.findings[:most]) for row in rows)
        most //= 2
    return rows


def _first(cases: Sequence[CaseStanding]) -> tuple[CaseStanding, ...]:
    """As many as fit; a character has up to three bytes."""
    found, size = [], 0
    for case in cases:
        texts = (case.case_id, *case.reasons)
        size += 80 + sum(map(len, texts)) + 3 * sum(map(len, case.shortest_fix))
        if size > MOST_CASE_BYTES:
            break
        found.append(case)
    return tuple(found)
