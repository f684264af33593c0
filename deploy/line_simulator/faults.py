"""Faults by switch: for an endpoint, so many times or with a probability.

source: line-bot.md section 3, Sending and retrying: each of these happens at the real LINE.
"""

import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Any


class Kind(StrEnum):
    """Before: the request has no effect. After: it has, and the caller does not hear of it."""

    TIMEOUT_BEFORE = "timeout-before-accept"
    TIMEOUT_AFTER = "timeout-after-accept"
    ERROR_BEFORE = "500-before-accept"
    ERROR_AFTER = "500-after-accept"
    RESET_BEFORE = "reset-before-accept"
    RESET_AFTER = "reset-after-accept"
    # Accepted late, even when the caller has left by then.
    SLOW = "slow"
    RATE_LIMIT = "429-rate"
    AT_ONCE = "429-at-once"
    MONTHLY_LIMIT = "429-monthly"
    TO_ONE_USER = "429-to-one-user"


@dataclass
class Fault:
    """``endpoint``: a name or a pattern such as message/*. ``times`` None: without end."""

    kind: Kind
    endpoint: str = "*"
    probability: float = 1.0
    times: int | None = None
    # How long slow is; how long a timeout keeps the caller waiting for nothing.
    seconds: float = 15.0

    def shown(self) -> dict[str, Any]:
        return {
            "kind": str(self.kind),
            "endpoint": self.endpoint,
            "probability": self.probability,
            "times": self.times,
            "seconds": self.seconds,
        }


class Faults:
    """At most one fault a request; where several could strike, their probabilities add up."""

    def __init__(self, seed: int = 1) -> None:
        self._dice = random.Random(seed)
        self._faults: list[Fault] = []
        self.injected: Counter[str] = Counter()

    def add(
        self,
        kind: Kind | str,
        endpoint: str = "*",
        *,
        times: int | None = None,
        probability: float = 1.0,
        seconds: float = 15.0,
    ) -> None:
        """Raises ValueError for a kind that does not exist."""
        self._faults.append(Fault(Kind(kind), endpoint, probability, times, seconds))

    def replace(self, faults: Iterable[dict[str, Any]], seed: int | None = None) -> None:
        """Instead of all there are. Raises ValueError or TypeError for what is no fault."""
        made = [Fault(**{**fault, "kind": Kind(fault["kind"])}) for fault in faults]
        if seed is not None:
            self._dice = random.Random(seed)
        self._faults = made

    def clear(self) -> None:
        self._faults = []

    def shown(self) -> list[dict[str, Any]]:
        return [fault.shown() for fault in self._faults]

    def strike(self, endpoint: str) -> Fault | None:
        """The fault of this request, counted as injected."""
        roll = None
        for fault in self._faults:
            if fault.times == 0 or not fnmatchcase(endpoint, fault.endpoint):
                continue
            if fault.probability < 1.0:
                roll = self._dice.random() if roll is None else roll
                if roll >= fault.probability:
                    roll -= fault.probability
                    continue
            if fault.times is not None:
                fault.times -= 1
            self.injected[str(fault.kind)] += 1
            return fault
        return None
