"""Runs tables that a clerk can read: a story of what came on which day, and what is then so.

    day       | what                          | then
    114-03-20 | claim A: 21 on 114-03-10      | A pending NOT_FOUND
    114-04-02 | row R: adult on 114-03-10     | A matched; R matched
    114-05-30 | day closes                    | A matched

what    claim NAME: ORDER on DATE [field=value ...]      row NAME: PROGRAMME on DATE [...]
        edit NAME: PROGRAMME on DATE [...]  delete NAME  withdraw NAME  day closes
        round NAME: PROGRAMME from=DATE to=DATE until=DATE      end NAME (by the agency)
        note NAME: TEXT (nothing: emptied)   review NAME: approved | refused   form NAME
        decide NAME: not_payable | recovered   reverse NAME: WHY   exempt NAME   annotate NAME: CODE
        facility closes | opens   rules change
then    NAME STATE [REASON[(field)] ...] of a case; NAME OUTCOME [CODE] of a row; ``-`` says nothing

A row is complete and right unless it says otherwise: ``missing=hdl,ldl``, ``filled=...``,
``born=``, ``stage2=DATE``, and any value the rules read (payer=2). NAME stands for the id of a
claim or a row; a second ``row R`` is a second upload on R's key; a line without a day continues the
one before. Everybody is one person at one facility.
"""

from dataclasses import dataclass, field
from hashlib import blake2b

from claims.book import (
    Act,
    Book,
    Cause,
    Change,
    act,
    catch_up,
    edit_result,
    find_result,
    judged_by_new_rules,
    may_delete,
    new_book,
    opened_rounds,
    remove_result,
    save_note,
    take_case,
    take_row,
    with_,
    withdraw_claim,
)
from claims.model import (
    DAY_CLOSED,
    ROUND_CLOSED,
    ROUND_OPENED,
    Claim,
    Milestone,
    Result,
    Round,
)
from claims.periods import iso_text, month_of, roc_date
from claims.programmes import programmes
from claims.settling import settle_all
from claims.states import FACILITY_CLOSED, FACILITY_REOPENED
from claims.verdicts import verdict

FACILITY = "3501200000"
PERSON = "A123456789"
BORN = "060-05-05"
COMMANDS = {
    "note": "",
    "review": "review_{}",
    "decide": "decide_{}",
    "reverse": "reverse",
    "exempt": "exempt",
    "form": "form_received",
    "annotate": "annotate",
}
"""The verbs of a table, and the kind of action on the wire."""
WHOLE = {
    "adult": ("stage1",),
    "child": (),
    "oral": (),
}
SAID = {
    "adult": {"bc_history": "0"},
    "child": {},
    "oral": {
        "payer": "1",
        "indigenous": "0",
        "betel": "2",
        "smoking": "0",
        "result_sign": "0",
        "residence_code": "6401",
    },
}


def day(text: str) -> int:
    """``114-03-10`` as a day; raises ValueError for anything else."""
    value = roc_date(text).value
    if value is None:
        raise ValueError(f"not a date: {text}")
    return value


def a_claim(name: str = "A", **fields: object) -> Claim:
    """A claim line; any field by its name. ``case`` groups lines; by default each is a case."""
    order = str(fields.pop("order", "21"))
    known = programmes().orders.get(order)
    visit = fields.pop("visit", day("114-03-10"))
    assert visit is None or isinstance(visit, int)
    born = fields.pop("born", day(BORN))
    case = str(fields.pop("case", name))
    values: dict[str, object] = {
        "claim_id": f"{FACILITY}/11403/1/A3/{case}/{name}",
        "case_key": f"{FACILITY}/11403/1/A3/{case}",
        "record_id": f"S{name}:1",
        "received_on": day("114-04-05"),
        "person_id": PERSON,
        "birth_date": born,
        "subject_birth_date": born,
        "is_newborn": False,
        "newborn_mark": "",
        "visit_date": visit,
        "fee_month": 202503 if visit is None else month_of(visit),
        "appl_date": day("114-04-05"),
        "order_code": order,
        "programme": known.programme if known else "unknown",
        "requirement": known.requirement if known else "none",
        "points": "300",
        "lab_facility_id": "",
    }
    values.update(fields)
    return Claim(**values)  # type: ignore[arg-type]


def a_result(name: str = "R", programme: str = "adult", **fields: object) -> Result:
    """An accepted, complete and right row; any field, or any value the rules read, by its name."""
    values = dict(SAID[programme])
    record_id = str(fields.pop("record_id", f"S{name}:1"))
    row: dict[str, object] = {
        "result_id": record_id,
        "version": 1,
        "record_id": record_id,
        "received_on": day("114-04-05"),
        "programme": programme,
        "person_id": PERSON,
        "birth_date": fields.pop("born", day(BORN)),
        "visit_date": fields.pop("visit", day("114-03-10")),
        "stage2_date": fields.pop("stage2", None),
        "order_code": fields.pop("order", ""),
        "newborn_mark": fields.pop("mark", ""),
        "filled": WHOLE[programme],
        "missing": (),
    }
    for name_, value in fields.items():
        if name_ in row or name_ == "content_hash":
            row[name_] = value
        else:
            values[name_] = str(value)
    row["values"] = values
    shown = {key: value for key, value in row.items() if key not in ("received_on", "record_id")}
    shown.pop("result_id")
    row.setdefault("content_hash", blake2b(repr(shown).encode(), digest_size=16).hexdigest())
    return Result(**row)  # type: ignore[arg-type]


@dataclass
class Story:
    """One book, a partition's milestones, and the names a table uses."""

    book: Book = field(default_factory=lambda: new_book(FACILITY, ()))
    milestones: tuple[Milestone, ...] = ()
    results: dict[str, str] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)
    journal: list[Change] = field(default_factory=list)
    uploads: int = 0

    def step(self, when: int, what: str) -> None:
        """Do one thing on a day; ``said`` then holds what its row was answered."""
        self.said = {}
        self._tell(*catch_up(self.book, self.milestones))
        verb, _, rest = what.partition(" ")
        if what == "day closes":
            self._milestone(Milestone(DAY_CLOSED, when, f"day-closed/{iso_text(when)}"))
        elif verb == "claim":
            self._claims(when, rest)
        elif verb == "round":
            self._round(when, rest)
        elif verb == "end":
            opened = next(
                each.round
                for each in self.milestones
                if each.kind == ROUND_OPENED and each.round and each.round.round_id == rest
            )
            self._milestone(Milestone(ROUND_CLOSED, when, f"round-closed/{rest}", opened))
        elif verb in COMMANDS:
            self._command(verb, when, rest)
        elif verb == "facility":
            closed_on = when if rest == "closes" else None
            book = with_(self.book, facility_closed=closed_on)
            trigger = FACILITY_REOPENED if closed_on is None else FACILITY_CLOSED
            self._tell(*settle_all(book, Cause(when, "F"), trigger))
        elif what == "rules change":
            book = with_(self.book, rules="older")
            self._tell(*judged_by_new_rules(book, Cause(when, "rules-changed/newer")))
        elif verb == "withdraw":
            claim_id = a_claim(rest).claim_id
            book, code, changes = withdraw_claim(self.book, claim_id, Cause(when, "C1"))
            self._tell(book, changes)
            self.said[rest] = f"refused {code}" if code else "done"
        else:
            self._result(verb, when, rest)

    def _milestone(self, milestone: Milestone) -> None:
        self.milestones += (milestone,)
        self._tell(*catch_up(self.book, self.milestones))

    def _round(self, when: int, text: str) -> None:
        name, _, rest = text.partition(": ")
        programme, *words = rest.split()
        days = {key: day(value) for key, _, value in (word.partition("=") for word in words)}
        opened = Round(
            name, programme, days["from"], days["to"], days["until"], days.get("paper"), when
        )
        self._milestone(Milestone(ROUND_OPENED, when, f"round-opened/{name}", opened))

    def _command(self, verb: str, when: int, text: str) -> None:
        name, _, said = text.partition(":")
        said = said.strip()
        cause = Cause(when, f"C{verb}")
        case_id = a_claim(name).claim_id
        if verb == "note":
            book, done = save_note(self.book, case_id, said, cause.id, cause)
        else:
            kind = COMMANDS[verb].format(said)
            on = when if verb == "form" else None
            wanted = Act(kind, cause.id, said if verb == "annotate" else "", said, on)
            book, done = act(self.book, case_id, wanted, cause)
        self._tell(book, done.changes)
        self.said[name] = f"refused {done.code}" if done.code else "done"

    def _tell(self, book: Book, changes: tuple[Change, ...]) -> None:
        self.book = book
        self.journal += changes

    def _claims(self, when: int, text: str) -> None:
        """``A: 21 on DATE & B: 23 on DATE`` are lines of one case, named by the first."""
        names, lines = [], []
        case = ""
        for part in text.split(" & "):
            name, _, rest = part.partition(": ")
            case = case or name
            order, fields = _fields(rest)
            fields["received_on"] = when
            fields.setdefault("case", case)
            names.append(name)
            lines.append(a_claim(name, order=order, **fields))
        appl_date = max(line.appl_date for line in lines)
        cause = Cause(when, lines[0].record_id)
        book, taken = take_case(self.book, lines[0].case_key, tuple(lines), appl_date, cause)
        self._tell(book, taken.changes)
        self.said.update(zip(names, taken.outcomes, strict=True))

    def _result(self, verb: str, when: int, text: str) -> None:
        name, _, rest = text.partition(": ")
        self.uploads += 1
        cause = Cause(when, f"C{self.uploads}")
        known = find_result(self.book, self.results.get(name, ""))
        version = known.version if known else 1
        if verb == "delete":
            code = may_delete(self.book, self.results.get(name, "?"), version)
            if not code:
                self.book, gone = remove_result(self.book, self.results[name], cause)
                self.journal += gone.changes
            self.said[name] = f"refused {code}" if code else "done"
            return
        programme, fields = _fields(rest)
        fields["received_on"] = when
        fields["record_id"] = f"S{fields.pop('file', self.uploads)}:{self.uploads}"
        version = int(str(fields.pop("seen", version)))
        form = fields.pop("form", "")
        row = a_result(name, programme, **fields)
        if verb == "row":
            rounds = opened_rounds(self.milestones)
            self.book, taken = take_row(self.book, row, cause, rounds)
            if taken.stored is not None:
                self.results[name] = taken.stored.result_id
        else:
            target = self.results.get(name, "?")
            form_no = str(form)
            self.book, taken = edit_result(self.book, row, target, version, cause, form_no)
        self.journal += taken.changes
        codes = [taken.code] if taken.code else [reason.code for reason in taken.reasons]
        self.said[name] = " ".join([taken.outcome, *codes])

    def state_of(self, name: str) -> str:
        """``late NOT_FOUND`` of a case, from its head; the verdict must agree with it."""
        claim_id = a_claim(name).claim_id
        for claim, head in zip(self.book.claims, self.book.heads, strict=True):
            if claim.claim_id.rpartition("/")[2] == claim_id.rpartition("/")[2]:
                if head.state != "withdrawn":
                    found = verdict(claim, self.book)
                    assert (found.state, found.reasons) == (head.state, head.reasons)
                reasons = (
                    f"{reason.code}({reason.field})" if "," in reason.field else reason.code
                    for reason in head.reasons
                )
                return " ".join([head.state, *reasons])
        return "no case"


def played(text: str) -> Story:
    """The story of steps such as ``114-03-20 claim A: 21 on 114-03-10``, parted by semicolons."""
    story = Story()
    for step in text.split(";"):
        when, _, what = step.strip().partition(" ")
        story.step(day(when), what)
    return story


def _fields(text: str) -> tuple[str, dict[str, object]]:
    """``21 on 114-03-10 born=060-05-05`` as the first word and the fields."""
    first, *words = text.split()
    fields: dict[str, object] = {}
    while words:
        word = words.pop(0)
        if word == "on":
            word = f"visit={words.pop(0)}"
        key, _, value = word.partition("=")
        if key in ("visit", "born", "stage2", "appl", "subject_birth_date"):
            key = "appl_date" if key == "appl" else key
            fields[key] = day(value) if value else None
        elif key in ("filled", "missing"):
            fields[key] = tuple(part for part in value.split(",") if part)
        elif key == "is_newborn":
            fields[key] = value == "yes"
        else:
            fields[key] = value
    return first, fields


def _lines(table: str) -> list[list[str]]:
    """The cells of each line; a line without a day continues the one before it."""
    rows: list[list[str]] = []
    for line in table.strip().splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        if cells[0]:
            rows.append(cells)
        else:
            rows[-1][1:] = [
                f"{a} {b}".strip() for a, b in zip(rows[-1][1:], cells[1:], strict=True)
            ]
    assert rows[0] == ["day", "what", "then"], rows[0]
    return rows[1:]


def judge(table: str) -> Story:
    """Play a table, compare each line's ``then``, and give the story back for more questions."""
    story = Story()
    for when, what, then in _lines(table):
        story.step(day(when), what)
        for clause in then.split(";"):
            name, _, expected = clause.strip().partition(" ")
            if name == "-":
                continue
            found = {story.said.get(name, ""), story.state_of(name)}
            assert expected in found, f"{when} {what}\n{name}: {expected!r}, found {found}"
    return story
