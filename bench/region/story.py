"""A story: one person at one facility in one fee month, told with its truth.

A scenario calls ``case`` (the clinic claims), ``row`` (the clinic uploads) and ``lives`` (what must
become of the claim, by the specification). It states the truth; nothing here works it out from
the rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from bench.region.dates import LAST_CLOSED, Month, due_of, roc
from bench.region.layouts import Row
from bench.region.numbers import Numbers
from bench.region.world import Facility

NONE, WRONG, OK, GONE, INVALID = "none", "wrong", "ok", "gone", "invalid"


@dataclass(frozen=True)
class Moment:
    """From ``day`` on a case stands so. received: the day of the result that answers it."""

    day: date
    stands: str
    reasons: tuple[str, ...] = ()
    received: date | None = None


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


@dataclass(frozen=True)
class Truth:
    """What must be known of a case at the end."""

    claim_id: str
    scenario: str
    programme: str
    order_code: str
    state: str
    system_status: int
    reasons: tuple[str, ...]
    is_late: bool
    was_late: bool
    was_matched: bool
    needs_note: bool

    @classmethod
    def of(
        cls,
        claim: "Claim",
        scenario: str,
        moments: Sequence[Moment],
        positive: bool,
    ) -> "Truth":
        """The end of a life of moments (correction.md rows 1 to 7, 23, 24, 27; R-1, R-10)."""
        last, due = moments[-1], claim.due
        over = due <= LAST_CLOSED
        state = {
            NONE: "late" if over else "pending",
            WRONG: "late" if over else "pending_error",
            OK: "matched",
            GONE: "withdrawn",
            INVALID: "invalid",
        }[last.stands]
        ends = [moment.day for moment in moments[1:]] + [LAST_CLOSED + timedelta(days=1)]
        overdue = [
            moment.stands
            for moment, end in zip(moments, ends, strict=True)
            if max(moment.day, due) < end
        ]
        return cls(
            claim.claim_id,
            scenario,
            claim.programme,
            claim.order_code,
            state,
            {NONE: 1, WRONG: 2}.get(last.stands, 0) if state == "late" else 0,
            tuple(sorted(last.reasons)),
            last.received is not None and last.received > due,
            NONE in overdue or WRONG in overdue,
            any(moment.stands == OK for moment in moments),
            positive and WRONG in overdue,
        )


@dataclass(frozen=True)
class Sheet:
    """A claim file: one facility, fee month, kind and claim date."""

    facility: str
    fee_month: str
    appl_type: str
    appl_date: str
    sent_on: date


@dataclass
class Line:
    """One pdata. seq None: p13 is missing."""

    code: str
    seq: str | None
    order_type: str = "2"
    points: str = "300"
    lab: str = ""


@dataclass
class Case:
    """One ddata in one sheet. ``broken`` is put into the XML as it stands."""

    sheet: Sheet
    seq: int
    case_type: str
    tags: dict[str, str]
    lines: list[Line]
    broken: str = ""


@dataclass(frozen=True)
class Claim:
    """One claimed line that must have a case."""

    claim_id: str
    programme: str
    order_code: str
    due: date


@dataclass
class ResultRow:
    """One row of a result file. codes: of the refusal. ``file`` and ``place`` come when packed."""

    facility: str
    sent_on: date
    programme: str
    cells: Row
    outcome: str
    codes: tuple[str, ...]
    scenario: str
    file: str = ""
    place: int = 0


@dataclass
class Command:
    """What a clinic does without a file. row: the result it names; claim_id: the claim."""

    facility: str
    sent_on: date
    kind: str
    outcome: str
    code: str
    row: ResultRow | None = None
    claim_id: str = ""
    seen_version: int = 1
    cells: Row = field(default_factory=dict)
    file: str = ""
    place: int = 0


@dataclass
class Region:
    """Everything made so far."""

    random: Random
    numbers: Numbers
    facilities: list[Facility]
    cases: list[Case] = field(default_factory=list)
    rows: list[ResultRow] = field(default_factory=list)
    commands: list[Command] = field(default_factory=list)
    truths: dict[str, Truth] = field(default_factory=dict)


def programme_of(code: str) -> str:
    return "oral" if code in ("95", "97") else "child" if code[0] == "7" else "adult"


class Story:
    """One telling of a scenario: who, where, in which month."""

    def __init__(self, region: Region, scenario: str, facility: Facility, month: Month) -> None:
        self.region = region
        self.scenario = scenario
        self.facility = facility
        self.month = month
        self.random = region.random
        self.sex = self.random.choice("12")
        self.person = region.numbers.person(self.sex)
        self.born = date(1900, 1, 1)
        self.first = self.second = month.first

    def visit(self, last: int = 28, first: int = 1) -> date:
        """A day of service in the fee month."""
        return self.month.day(self.random.randint(first, last))

    def sheet(self, kind: str = "main") -> Sheet:
        """main: the month's file. newer: a later version of it. older: a version that comes late,
        with an earlier claim date. added: 補報 sent that day. early-added: 補報 sent that day whose
        claim date lies before the main file's."""
        month = self.month
        sent_on = month.claims if kind == "main" else month.resend
        dated = month.claims if kind in ("main", "newer", "added") else month.early
        if kind in ("newer", "added"):
            dated = month.resend
        appl_type = "2" if kind.endswith("added") else "1"
        return Sheet(self.facility.code, month.fee_month, appl_type, roc(dated), sent_on)

    def case(
        self,
        visit: date,
        *codes: str,
        sheet: Sheet | None = None,
        seq: int | None = None,
        person: str | None = None,
        lines: Sequence[Line] | None = None,
        case_type: str = "A3",
        broken: str = "",
        tags: dict[str, str] | None = None,
    ) -> list[Claim]:
        """The clinic claims these order codes for one visit; ``tags`` replace ours.

        returns the claims, in the order of the codes (see claim_id in claim-file.md section 2).
        """
        sheet = sheet or self.sheet()
        number = seq or self.facility.next_case(
            *(sheet.fee_month, sheet.appl_type, case_type),
            *([sheet.appl_date] if sheet.appl_type == "2" else []),
        )
        made = list(lines or (Line(code, str(at)) for at, code in enumerate(codes, start=1)))
        serial = "IC29" if codes == ("L1001C",) else f"IC{codes[0][:2]}" if codes else "0001"
        own = {
            "d3": person or self.person,
            "d8": "AA" if codes and codes[0] not in ("95", "97") else "40",
            "d9": roc(visit),
            "d11": roc(self.born),
            "d15": "009",
            "d29": serial,
            "d49": "測試民眾",
        }
        self.region.cases.append(Case(sheet, number, case_type, own | (tags or {}), made, broken))
        key = [sheet.facility, sheet.fee_month, sheet.appl_type]
        key += [sheet.appl_date] if sheet.appl_type == "2" else []
        claims = []
        seen: set[str] = set()
        for place, line in enumerate(made, start=1):
            last = line.seq if line.seq and line.seq not in seen else f"#{place}"
            seen.add(line.seq or "")
            claim_id = "/".join([*key, case_type, str(number), last])
            code = "L1001C" if line.code == "29" else line.code
            claims.append(Claim(claim_id, programme_of(code), code, due_of(visit)))
        return claims

    def row(
        self,
        programme: str,
        day: date,
        cells: Row,
        outcome: str,
        *codes: str,
    ) -> ResultRow:
        """The clinic uploads a row on a day."""
        row = ResultRow(self.facility.code, day, programme, cells, outcome, codes, self.scenario)
        self.region.rows.append(row)
        return row

    def lives(self, claim: Claim, *moments: Moment, positive: bool = False) -> None:
        """What must become of the claim."""
        truth = Truth.of(claim, self.scenario, moments, positive)
        assert claim.claim_id not in self.region.truths, claim.claim_id
        self.region.truths[claim.claim_id] = truth

    def command(self, day: date, kind: str, outcome: str = "done", code: str = "") -> Command:
        command = Command(self.facility.code, day, kind, outcome, code)
        self.region.commands.append(command)
        return command
