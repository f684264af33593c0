"""What became of every row: gathered during a message, told once a part as `import-reported`."""

from claims.events import Finding, ImportReported, RowOutcome
from claims.model import Reason
from claims.reasons import hint_zh
from services.match.facts import Header

STAGE = "match"


def refusal(code: str) -> tuple[Finding, ...]:
    return (Finding(code, "error", "", "", "", hint_zh(code)),)


def remark(code: str) -> Finding:
    return Finding(code, "warning", "", "", "", hint_zh(code))


def remarks(reasons: tuple[Reason, ...]) -> tuple[Finding, ...]:
    """A row was taken and does not count yet: that, and everything wrong with it."""
    return (
        remark("UPLOADED_BUT_WRONG"),
        *(
            Finding(
                reason.code,
                "warning",
                reason.field,
                reason.found,
                reason.expected,
                hint_zh(reason.code),
            )
            for reason in reasons
            if reason.code != "UPLOADED_BUT_WRONG" or reason.field
        ),
    )


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

    def reports(self, own: tuple[str, int] | None) -> list[ImportReported]:
        """One report a part. ``own`` is (submission, part) of the message at hand; rows of other
        parts waited in a quarantine, and are reported under an id of their own."""
        found = []
        for header, rows in self._parts.items():
            part = (header.submission_id, header.part_no)
            name = f"{header.submission_id}/{header.part_no}/{STAGE}"
            if part != own:
                first = next(iter(rows.values()))
                name += f"/released/{first.row_no}"
            found.append(
                ImportReported(
                    name,
                    header.submission_id,
                    header.part_no,
                    header.part_count,
                    header.facility_id,
                    STAGE,
                    tuple(rows.values()),
                )
            )
        self._parts = {}
        return found
