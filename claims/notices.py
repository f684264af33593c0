"""What is told to whom: one row for each kind of notice (通知), and how a notice is named.

A notice speaks of one programme at one facility (or laboratory), and counts cases; never a person.
source: issue 5 and line-bot.md section 2; who hears it and what is urgent are assumptions.
"""

from collections.abc import Iterable
from typing import NamedTuple

from claims import states
from claims.periods import iso_text

CLAIMING, LAB, AGENCY = "claiming", "lab", "agency"
AUDIENCES = (CLAIMING, LAB, AGENCY)

ROUND_OPENED, CORRECTION_DUE, UPLOAD_DUE = "round_opened", "correction_due", "upload_due"
IMPORT_REFUSED, NOTE_REVIEWED = "import_refused", "note_reviewed"
CASE_OVERDUE, DECISION_MADE, DAILY_SUMMARY = "case_overdue", "decision_made", "daily_summary"


class Kind(NamedTuple):
    """One kind of notice.

    while_states  a case counts only while it is in one of these; empty: see Told, or the kind
                  counts no cases
    newest_only   of several that wait, for one programme, subject and deadline, only the newest is
                  still right; others add up
    """

    name: str
    zh: str
    audiences: tuple[str, ...]
    while_states: tuple[str, ...]
    newest_only: bool = False

    @property
    def counts_cases(self) -> bool:
        return self.name not in (IMPORT_REFUSED, DAILY_SUMMARY)


_LISTED = (states.OPEN_MISSING, states.OPEN_ERROR)
_BOTH = (CLAIMING, LAB)
# In the order in which a digest shows them: what can still be put right by a deadline comes first.
KINDS: tuple[Kind, ...] = (
    Kind(CORRECTION_DUE, "補正期限將至", _BOTH, _LISTED, newest_only=True),
    Kind(ROUND_OPENED, "補正期開始", _BOTH, _LISTED, newest_only=True),
    Kind(
        *(UPLOAD_DUE, "上傳期限將至", _BOTH, (states.PENDING, states.PENDING_ERROR)),
        newest_only=True,
    ),
    Kind(IMPORT_REFUSED, "上傳檔有退件", (CLAIMING,), ()),
    Kind(NOTE_REVIEWED, "無法補登說明審核結果", (CLAIMING,), ()),
    Kind(CASE_OVERDUE, "屆期仍未補正", (CLAIMING,), (states.OVERDUE,)),
    Kind(DECISION_MADE, "核付決定", (CLAIMING,), ()),
    Kind(DAILY_SUMMARY, "每日摘要", (AGENCY,), (), newest_only=True),
)
BY_NAME: dict[str, Kind] = {kind.name: kind for kind in KINDS}
ORDER: dict[str, int] = {kind.name: number for number, kind in enumerate(KINDS)}

URGENT_DAYS_LEFT = 1


class Told(NamedTuple):
    """A change of a case that is told: as which kind, about what, and how long it stays true.

    subject  the change itself, as far as a kind tells several apart; else empty
    """

    kind: str
    subject: str
    while_states: tuple[str, ...]


# What a refused note leads to is no reason to keep silent about the refusal; a match is.
_AFTER_REFUSAL = (states.OVERDUE, states.NOT_PAYABLE, states.RECOVERED)
CHANGES_TOLD = (
    Told(NOTE_REVIEWED, "note_approved", (states.EXCUSED,)),
    Told(NOTE_REVIEWED, "note_refused", _AFTER_REFUSAL),
    Told(DECISION_MADE, "payment_denied", (states.NOT_PAYABLE,)),
    Told(DECISION_MADE, "recovery_ordered", (states.RECOVERED,)),
    Told(DECISION_MADE, "decision_reversed", (states.MATCHED, states.EXCUSED)),
)
_OF_CHANGE = {told.subject: told for told in CHANGES_TOLD}
_OVERDUE = Told(CASE_OVERDUE, "", BY_NAME[CASE_OVERDUE].while_states)


def told_of(change: str, previous_state: str, state: str) -> Told | None:
    """What is told of a change of a case; None for most. By whatever way a case became overdue,
    that is told, once: a refused note says so itself."""
    known = _OF_CHANGE.get(change)
    if known is None and state == states.OVERDUE != previous_state:
        return _OVERDUE
    return known


def notice_id(
    kind: str,
    audience: str,
    facility_id: str,
    programme: str,
    subject: str,
    due_on: int | None,
    planned_on: int,
    number: int = 1,
) -> str:
    """Follows from what the notice is about, so that planning twice plans once.

    ``number`` counts from 1: what befalls a case after the day's notice was sent or cancelled goes
    into another one.
    """
    due = "-" if due_on is None else iso_text(due_on)
    parts = [kind, audience, facility_id or "-", programme or "-", subject or "-", due]
    parts.append(iso_text(planned_on))
    return "/".join(parts if number == 1 else [*parts, str(number)])


def round_of(kind: str, subject: str) -> str:
    """The round a notice is about; empty when none."""
    return subject if kind in (ROUND_OPENED, CORRECTION_DUE) else ""


def is_urgent(due_on: int | None, today: int) -> bool:
    """A deadline so near may be told in quiet hours, and out of the budget's reserve."""
    return due_on is not None and due_on - today <= URGENT_DAYS_LEFT


def deadlines_to_tell(
    ladder: Iterable[int], today: int, last_told_on: int | None
) -> frozenset[int]:
    """Deadlines, today or later, of which a step of the ladder fell on a day after the last one on
    which reminders were planned, up to today.

    One day after the other, these are the days exactly 14, 7, 3 and 1 ahead. After a gap, a step
    that fell into it is made good once; without a last time, whatever is near enough is told.
    """
    found: set[int] = set()
    for days in ladder:
        first = today if last_told_on is None else last_told_on + 1 + days
        found.update(range(max(today, first), today + days + 1))
    return frozenset(found)
