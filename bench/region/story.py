"""A story: one person at one facility in one fee month, told with its truth.

A scenario calls ``case`` (the clinic claims), ``row`` (the clinic uploads), ``note`` and ``agency``
(what is done about it), and ``lives`` (what must become of the claim, by the specification). It
states the truth; nothing here works it out from the rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from random import Random

from bench.region.dates import Month, roc
from bench.region.facts import Act, Case, Claim, Command, Line, ResultRow, Sheet
from bench.region.layouts import Row
from bench.region.life import Deed, Life, Moment, walk
from bench.region.numbers import Numbers
from bench.region.rounds import Round, round_of, round_of_month
from bench.region.truth import More, Truth
from bench.region.world import Facility


@dataclass
class Region:
    """Everything made so far."""

    random: Random
    numbers: Numbers
    facilities: list[Facility]
    cases: list[Case] = field(default_factory=list)
    rows: list[ResultRow] = field(default_factory=list)
    commands: list[Command] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)
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
        made = list(lines or (self._line(code, at) for at, code in enumerate(codes, start=1)))
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
            claims.append(Claim(claim_id, programme_of(code), code, visit, line.points))
        return claims

    def _line(self, code: str, at: int) -> Line:
        lab = self.facility.laboratory if programme_of(code) == "adult" else ""
        return Line(code, str(at), lab=lab)

    def row(
        self,
        programme: str,
        day: date,
        cells: Row,
        outcome: str,
        *codes: str,
        at: Facility | None = None,
    ) -> ResultRow:
        """The clinic, or another facility, uploads a row on a day."""
        facility = (at or self.facility).code
        row = ResultRow(facility, day, programme, cells, outcome, codes, self.scenario)
        self.region.rows.append(row)
        return row

    def round(self, programme: str) -> Round:
        """The round that lists this month; raises LookupError when none does."""
        return round_of_month(programme, self.month)

    def lives(
        self,
        claim: Claim,
        *happenings: Moment | Deed,
        positive: bool = False,
        hints: Sequence[str] = (),
        fix: Sequence[str] = (),
    ) -> None:
        """What must become of the claim."""
        listed_by = round_of(claim.programme, claim.visit)
        life = Life(claim.due, positive, claim.programme == "child", listed_by)
        more = More(tuple(hints), tuple(fix))
        truth = Truth.of(claim, self.scenario, walk(life, happenings), more)
        assert claim.claim_id not in self.region.truths, claim.claim_id
        self.region.truths[claim.claim_id] = truth

    def command(self, day: date, kind: str, outcome: str = "done", code: str = "") -> Command:
        command = Command(self.facility.code, day, kind, outcome, code)
        self.region.commands.append(command)
        return command

    def note(self, claim: Claim, day: date, text: str, refusal: str = "") -> Deed:
        """The clinic saves an explanation, or empties it; a refused one changes nothing."""
        command = self.command(day, "note", "refused" if refusal else "done", refusal)
        command.claim_id, command.text = claim.claim_id, text
        return Deed(day, "" if refusal else "note" if text else "emptied")

    def agency(self, claim: Claim, day: date, kind: str, refusal: str = "", **fields: str) -> Deed:
        """The agency acts on the case; a refused action changes nothing."""
        outcome = "refused" if refusal else "done"
        self.region.acts.append(Act(day, kind, fields, claim.claim_id, outcome, refusal))
        on = date.fromisoformat(fields["on"]) if "on" in fields else None
        return Deed(day, "" if refusal else DEEDS.get(kind, ""), on)

    def proclaim(self, day: date, kind: str, **fields: str) -> None:
        """The agency enters something that is not about one case."""
        self.region.acts.append(Act(day, kind, fields))


DEEDS = {
    "review_approved": "approved",
    "review_refused": "refused",
    "form_received": "form",
    "decide_not_payable": "not_payable",
    "decide_recovered": "recovered",
    "reverse": "reversed",
    "exempt": "exempt",
}
