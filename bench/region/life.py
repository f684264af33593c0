"""The life of one claim, walked day by day by the specification: what must be known at the end.

source: correction.md sections 2 and 3, rulings.md R-1 to R-10. A story states what befalls the
claim (moments: how results stand to it; deeds: what people do about it); the calendar adds due
day, list and the end of the round.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from bench.region.dates import LAST_CLOSED
from bench.region.rounds import Round

NONE, WRONG, OK, GONE, INVALID = "none", "wrong", "ok", "gone", "invalid"
HABITS = ("HABIT_MISMATCH", "HABIT_NOT_ELIGIBLE")
EXCEPTIONS = ("late", "open_missing", "open_error", "overdue")
OPEN = ("pending", "pending_error", "noted", *EXCEPTIONS)


@dataclass(frozen=True)
class Moment:
    """From ``day`` on a case stands so. received: the day of the result that answers it."""

    day: date
    stands: str
    reasons: tuple[str, ...] = ()
    received: date | None = None


@dataclass(frozen=True)
class Deed:
    """What somebody does about the case on a day.

    note, emptied         the clinic's explanation, saved or taken back
    approved, refused     the agency's review of it
    form                  the agency has received the form; on: the day of its postmark
    not_payable, recovered, reversed, exempt   the agency decides
    closed                the agency enters that the facility is closed
    (empty)               a refused command, or one that changes no state
    moved                 a new version of the claim has another visit date: no longer listed
    """

    day: date
    what: str
    on: date | None = None


def nothing(day: date, *reasons: str) -> Moment:
    """No result has the key."""
    return Moment(day, NONE, reasons or ("NOT_FOUND",))


def wrong(day: date, *reasons: str) -> Moment:
    """A result has the key, its content is wrong."""
    return Moment(day, WRONG, reasons)


def ok(day: date, received: date | None = None) -> Moment:
    return Moment(day, OK, received=received or day)


def gone(day: date) -> Moment:
    return Moment(day, GONE)


def invalid(day: date, *reasons: str) -> Moment:
    return Moment(day, INVALID, reasons)


@dataclass
class Life:
    """Where a claim stands. ended: the day on which the round that lists it ended.

    path       states, one after the other, none twice in a row
    orders     phases of every recovery of it, in order
    events     names of the steps that correction.md section 3 names for lists, notes and decisions
    told       every reason that was shown at some time
    """

    due: date
    positive: bool
    child: bool
    list_of: Round | None
    moment: Moment | None = None
    is_due: bool = False
    listed: bool = False
    ended: date | None = None
    noted: date | None = None
    formed: date | None = None
    review: str = ""
    decision: str = ""
    exempt: bool = False
    closed: bool = False
    path: list[str] = field(default_factory=list)
    orders: list[list[str]] = field(default_factory=list)
    events: list[str] = field(default_factory=list)
    told: set[str] = field(default_factory=set)
    needed_note: bool = False

    @property
    def right(self) -> bool:
        return self.moment is not None and self.moment.stands == OK

    @property
    def counts(self) -> bool:
        """A right result that came before the round was over (rows 12 and 20, R-7)."""
        received = self.moment.received if self.moment else None
        return self.right and (
            self.ended is None or (received is not None and received <= self.ended)
        )

    def state(self) -> str:
        assert self.moment is not None
        stands = self.moment.stands
        if stands in (GONE, INVALID):
            return {GONE: "withdrawn", INVALID: "invalid"}[stands]
        if self.decision:
            return self.decision
        if self.review == "approved":
            return "excused"
        if self.counts:
            return "matched"
        if self.exempt or (self.closed and self.child):
            return "exempt"
        if self.listed:
            return self._on_the_list(stands)
        if self.is_due:
            return "late"
        return "pending_error" if stands == WRONG else "pending"

    def _on_the_list(self, stands: str) -> str:
        if self.ended is not None:
            return "noted" if self.noted and not self.review else "overdue"
        if stands == WRONG:
            return "noted" if self.noted else "open_error"
        return "open_missing"

    @property
    def reasons(self) -> tuple[str, ...]:
        assert self.moment is not None
        state, reasons = self.path[-1], self.moment.reasons
        if self.right and not self.counts and not self.decision:
            return ("LATE_UPLOAD",)
        if state == "open_error" and self.positive:
            reasons = (*reasons, "NOTE_REQUIRED")
            reasons += ("FORM_REQUIRED",) if set(reasons) & set(HABITS) else ()
        return reasons

    def take(self, happening: "Moment | Deed") -> None:
        if isinstance(happening, Moment):
            if happening.stands == GONE and self.path and self.path[-1] in DECIDED:
                raise ValueError("a decided case is not withdrawn")
            self.moment = happening
        else:
            self._do(happening)
        self._go_on(happening.what if isinstance(happening, Deed) else "")

    def _do(self, deed: Deed) -> None:
        if not deed.what:
            return  # refused: nothing happened
        if deed.what == "note":
            self.noted = deed.day
        elif deed.what == "emptied":
            self.noted = None
        elif deed.what in ("approved", "refused"):
            self.review = deed.what
        elif deed.what == "form":
            self.formed = deed.on or deed.day
        elif deed.what == "exempt":
            self.exempt = True
        elif deed.what == "closed":
            self.closed = True
        elif deed.what == "moved":
            self.listed, self.ended, self.noted = False, None, None
        elif deed.what == "reversed":
            self.decision = "matched" if self.right else "excused"
        else:
            self.decision = deed.what

    def open_round(self) -> None:
        """R-4: what is late when the round opens is listed."""
        if self.path and self.path[-1] == "late":
            self.listed = True
            self._go_on()

    def end_round(self, day: date) -> None:
        if self.listed and self.ended is None:
            self.ended = day
            self._go_on()

    def day_is_over(self) -> None:
        """The due day closed."""
        self.is_due = True
        self._go_on()

    def _go_on(self, deed: str = "") -> None:
        if self.moment is None:
            return
        before, state = (self.path[-1] if self.path else ""), self.state()
        if self.positive and self.moment.stands == WRONG and state in NOTABLE:
            self.needed_note = True
        if state != before:
            self.path.append(state)
            self._recover(before, state)
            self.events += _event(before, state, deed)
        elif state == "overdue" and self.right and "LATE_UPLOAD" not in self.told:
            self.events.append("late_correction")
        self.told.update(self.reasons)

    def _recover(self, before: str, state: str) -> None:
        """追扣: due when it becomes overdue, then what is decided, reversed when it leaves."""
        if state == "overdue":
            self.orders.append(["due"])
        elif before in ("overdue", *DECIDED) and self.orders:
            phase = {"recovered": "ordered", "not_payable": "not_payable"}.get(state, "reversed")
            self.orders[-1].append(phase)


DECIDED = ("not_payable", "recovered")
NOTABLE = ("late", "open_error", "noted")
EVENTS = {
    ("pending", "late"): "upload_overdue",
    ("pending_error", "late"): "upload_overdue",
    ("late", "open_missing"): "unmatched",
    ("late", "open_error"): "unmatched",
    ("open_missing", "overdue"): "correction_overdue",
    ("open_error", "overdue"): "correction_overdue",
    ("open_error", "noted"): "note_filed",
    ("noted", "open_error"): "note_withdrawn",
    ("noted", "excused"): "note_approved",
    ("noted", "overdue"): "note_refused",
    ("overdue", "not_payable"): "payment_denied",
    ("overdue", "recovered"): "recovery_ordered",
}


def _event(before: str, state: str, deed: str) -> list[str]:
    """The name of a step; empty for the comings and goings of results."""
    if deed == "reversed":
        return ["decision_reversed"]
    if state == "exempt" and deed in ("exempt", "closed"):
        return ["exempted"]
    if state == "withdrawn":
        return ["claim_withdrawn"]
    name = EVENTS.get((before, state), "")
    if name in ("upload_overdue", "unmatched", "correction_overdue") and deed:
        return []
    return [name] if name else []


NAMED = frozenset(
    (*EVENTS.values(), "decision_reversed", "exempted", "claim_withdrawn", "late_correction")
)


def walk(life: Life, happenings: Sequence[Moment | Deed]) -> Life:
    """Live through all of it, up to the last closed day."""
    steps: list[tuple[date, int, int]] = [
        (happening.day, 1, place) for place, happening in enumerate(happenings)
    ]
    steps.append((life.due, 2, 0))
    if life.list_of is not None:
        steps += [(life.list_of.opens, 0, 0), (life.list_of.ends, 3, 0)]
    for day, phase, place in sorted(steps):
        if day > LAST_CLOSED:
            break
        if phase == 0:
            life.open_round()
        elif phase == 1:
            life.take(happenings[place])
        elif phase == 2:
            life.day_is_over()
        else:
            assert life.list_of is not None
            life.end_round(life.list_of.ends)
    return life
