"""What people send and do: claim files, result rows, commands, acts of the agency."""

from dataclasses import dataclass, field
from datetime import date

from bench.region.dates import due_of
from bench.region.layouts import Row


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
    visit: date
    points: str

    @property
    def due(self) -> date:
        return due_of(self.visit)


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
    """What a clinic does without a file. row: the result it names; claim_id: the claim. form_no:
    the agency enters it, on the clinic's behalf."""

    facility: str
    sent_on: date
    kind: str
    outcome: str
    code: str
    row: ResultRow | None = None
    claim_id: str = ""
    seen_version: int = 1
    text: str = ""
    form_no: str = ""
    cells: Row = field(default_factory=dict)
    file: str = ""
    place: int = 0


@dataclass
class Act:
    """What the agency does. fields: of the action beside its kind; claim_id: the case it is about,
    if it is about one."""

    day: date
    kind: str
    fields: dict[str, str]
    claim_id: str = ""
    outcome: str = "done"
    code: str = ""
    file: str = ""
    place: int = 0
