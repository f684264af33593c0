"""Everything the simulator was asked, did and noticed; in memory, for as long as it runs."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Call:
    """One request of the bot. ``status`` 0: it was given no answer."""

    at_ms: int
    method: str
    endpoint: str
    request_id: str
    retry_key: str | None
    status: int
    accepted: bool  # it had an effect, whatever was answered
    fault: str  # injected; empty: none
    body: Any


@dataclass(frozen=True, slots=True)
class Violation:
    """Something the bot must never do, even where LINE would not notice."""

    at_ms: int
    kind: str
    endpoint: str
    about: str


@dataclass
class Journal:
    """In the order in which it happened."""

    calls: list[Call] = field(default_factory=list)
    violations: list[Violation] = field(default_factory=list)

    def violation(self, kind: str, endpoint: str, about: str, at_ms: int) -> None:
        self.violations.append(Violation(at_ms, kind, endpoint, about))
