"""Step by step: what the product says after each message, beside what the oracle says."""

from collections.abc import Collection, Iterator

from claims.events import CaseChanged, RowOutcome
from tests.support.oracle.drive import Product
from tests.support.oracle.histories import History, Step
from tests.support.oracle.life import Moment
from tests.support.oracle.reading import OPEN, View
from tests.support.oracle.told import Told

SILENT = {"withdrawn", "invalid"}
"""States about which the pages name no deadline, sign or note."""


class Differs(AssertionError):
    """The product and the oracle, or the product and itself, do not agree."""


async def compare(history: History) -> Product:
    """Play the history on a fresh product; raises Differs at the first message that differs."""
    product = await Product().open()
    last: dict[str, CaseChanged] = {}
    for number, step in enumerate(history.steps, 1):
        start = len(product.place.outputs)
        product.give(step.event)
        await product.settle()
        events = product.said("case-changed", start)
        changed = {each.case_id: each for each in events if isinstance(each, CaseChanged)}
        last |= changed
        rows = {row.row_no: row for report in product.reports(start) for row in report.rows}
        fresh = changed.keys() if len(rows) < 2 else set()
        found = [*_outcomes(step, rows), *_cases(step.after, last, fresh)]
        found += [f"dead letter: {each.reason}" for each in product.said("dead-letters", start)]
        if found:
            raise Differs(f"after message {number}:\n  " + "\n  ".join(found))
    return product


def _outcomes(step: Step, rows: dict[int, RowOutcome]) -> Iterator[str]:
    if step.told.keys() != rows.keys():
        yield f"rows told: {sorted(rows)}, oracle {sorted(step.told)}"
    for row_no in step.told.keys() & rows.keys():
        told, row = step.told[row_no], rows[row_no]
        codes = {each.code for each in row.findings if each.level == "error"}
        if not _agrees(told, row, codes):
            yield f"row {row_no}: {row.outcome} {sorted(codes)}, oracle {_words(told)}"


def _agrees(told: Told, row: RowOutcome, codes: set[str]) -> bool:
    if told.outcome != row.outcome:
        return False
    return told.outcome != "refused" or (bool(codes) and codes <= told.codes)


def _words(told: Told) -> str:
    return f"{told.outcome} {sorted(told.codes)}"


def _cases(after: Moment, last: dict[str, CaseChanged], fresh: Collection[str]) -> Iterator[str]:
    if after.keys() != last.keys():
        yield f"cases: {sorted(last)}, oracle {sorted(after)}"
    for case_id in after.keys() & last.keys():
        view, event = after[case_id], last[case_id]
        for name, found, expected in _differences(view, event, fresh=case_id in fresh):
            yield f"{case_id} {name}: {found}, oracle {expected}"


def _differences(
    view: View, event: CaseChanged, *, fresh: bool
) -> Iterator[tuple[str, object, object]]:
    """(field, found, expected). State and reasons hold always, the rest when the event is new."""
    if view.state != event.state:
        yield "state", event.state, view.state
        return
    codes = frozenset(reason.code for reason in event.reasons)
    if view.state in OPEN | {"invalid"} and view.reasons and codes not in view.reasons:
        yield "reasons", sorted(codes), [sorted(each) for each in view.reasons]
    if view.state == "matched" and codes:
        yield "reasons", sorted(codes), []
    pairs: list[tuple[str, object, object]] = [
        ("completed_on", event.completed_on, view.completed_on),
        ("is_late", event.is_late, view.is_late),
    ]
    if view.state not in SILENT:
        pairs.append(("round_id", event.round_id, view.round_id))
    if view.state == "noted":
        pairs.append(("note_on", event.note_on, view.note_on))
    if fresh and view.state not in SILENT:
        pairs.append(("system_status", event.system_status, view.status))
        if view.due_on is not None:
            pairs.append(("due_on", event.due_on, view.due_on))
        pairs.append(("result_sign", event.result_sign, view.sign))
        pairs.append(("form_received_on", event.form_received_on, view.form_on))
    yield from (each for each in pairs if each[1] != each[2])
