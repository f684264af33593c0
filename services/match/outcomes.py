"""What became of every row: gathered during a message, told once a part as `import-reported`."""

from collections.abc import Iterable

from claims.events import Finding, ImportReported, RowOutcome
from claims.model import Reason
from claims.reasons import hint_zh
from claims.row_batches import row_batches
from services.match.facts import Header

STAGE = "match"


def refusal(code: str) -> tuple[Finding, ...]:
    return (Finding(code, "error", "", "", "", hint_zh(code)),)


def remark(code: str) -> Finding:
    return Finding(code, "warning", "", "", "", hint_zh(code))


def warnings(reasons: Iterable[Reason]) -> tuple[Finding, ...]:
    """Reasons or hints as warnings of a row, with both values."""
    return tuple(
        Finding(
            reason.code,
            "warning",
            reason.field,
            reason.found,
            reason.expected,
            hint_zh(reason.code),
        )
        for reason in reasons
    )


def remarks(reasons: tuple[Reason, ...]) -> tuple[Finding, ...]:
    """A row was taken and does not count yet: that, and everything wrong with it."""
    named = (one for one in reasons if one.code != "UPLOADED_BUT_WRONG" or one.field)
    return (remark("UPLOADED_BUT_WRONG"), *warnings(named))


class Outcomes:
    """Row outcomes of the parts met in one message: of its own, and of parked rows now released."""

    def __init__(self) -> None:
        self._parts: dict[Header, dict[tuple[int, str], RowOutcome]] = {}

    def forget(self) -> None:
        self._parts = {}

    def add(self, header: Header, outcome: RowOutcome) -> None:
        """A later word about the same row replaces the earlier one."""
        part = self._parts.get(header)
        if part is None:
            part = self._parts[header] = {}
        part[outcome.row_no, outcome.command_id] = outcome

    def reports(self, own: Header | None) -> list[ImportReported]:
        """One report a part, more only where one would be too large (``.../match/2``).

        For ``own``, the part at hand, also when none of its rows came this far, or all wait in a
        quarantine. Rows of other parts have waited there: an id of their own reports them.
        """
        found = []
        if own is not None:
            self._parts.setdefault(own, {})
        for header, rows in self._parts.items():
            name = f"{header.submission_id}/{header.part_no}/{STAGE}"
            if header != own:
                first = next(iter(rows.values()))
                name += f"/released/{first.row_no}"
            batches = list(row_batches(rows.values())) or [[]]
            for number, batch in enumerate(batches, 1):
                suffix = "" if number == 1 else f"/{number}"
                found.append(_report(header, name + suffix, batch))
        self._parts = {}
        return found


def _report(header: Header, event_id: str, rows: list[RowOutcome]) -> ImportReported:
    return ImportReported(
        event_id,
        header.submission_id,
        header.part_no,
        header.part_count,
        header.facility_id,
        STAGE,
        tuple(rows),
    )
