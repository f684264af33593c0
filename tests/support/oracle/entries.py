"""What the oracle remembers of a history: what was taken, never what followed from it."""

from dataclasses import dataclass

from claims.agency_events import RoundOpened
from tests.support.oracle.content import Held, Row


@dataclass(frozen=True)
class Sent:
    """One case in one file: its lines, all of them."""

    case_key: str
    lines: tuple[Held, ...]


@dataclass(frozen=True)
class TakenBack:
    claim_id: str


@dataclass(frozen=True)
class Stored:
    """A result, or its next version."""

    row: Row


@dataclass(frozen=True)
class Gone:
    result_id: str


@dataclass(frozen=True)
class DayEnd:
    day: int


@dataclass(frozen=True)
class RoundEnd:
    round_id: str
    day: int


@dataclass(frozen=True)
class Linked:
    """Two numbers are one person's, or no longer."""

    edge: frozenset[str]
    on: bool


@dataclass(frozen=True)
class Shut:
    """A facility is closed; None: open again."""

    facility: str
    day: int | None


@dataclass(frozen=True)
class Did:
    """An accepted command about a case: note, review, decision, exempt, form, annotate."""

    kind: str
    case_id: str
    text: str = ""
    day: int | None = None


Entry = Sent | TakenBack | Stored | Gone | DayEnd | RoundOpened | RoundEnd | Linked | Shut | Did
