"""One partition of `records` once more, up to the end of a business day.

The stage is the live one, so that what was set aside then is set aside now; only its ledger and its
surroundings differ.
"""

import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from pipeline.codec import HEADER_BYTES, Codec
from pipeline.deadletter import DeadLetters
from pipeline.errors import PipelineError
from pipeline.message import Message
from pipeline.metrics import Meter, Metric
from pipeline.schemas import Schemas
from pipeline.sealing import PersonKeys, Sealer
from pipeline.stage import Limits, Stage, Surroundings
from services.match.handler import KINDS, MatchHandler
from services.match.people import publisher_of
from services.match.replay_cases import CaseRow, cases_of
from services.match.replay_ledger import ReplayLedger
from services.match.settings import NAME, MatchSettings
from services.match.state import BOOK

# What was set aside over years comes by within seconds: no sign of trouble.
LIMITS = Limits(sweep_books=50_000, poison=sys.maxsize)


class Unwatched(Meter):
    """Nobody asks a replay for its metrics."""

    def add(self, metric: Metric, amount: float, *labels: object) -> None: ...
    def set(self, metric: Metric, value: float, *labels: object) -> None: ...
    def observe(self, metric: Metric, value: float, *labels: object) -> None: ...


class ReplayStopped(PipelineError):
    """The live stage would have left at this message; ``exit_code`` is its own."""

    def __init__(self, text: str, exit_code: int) -> None:
        super().__init__(text)
        self.exit_code = exit_code


UNWATCHED = Unwatched()


class Rules:
    """What every partition shares: the codec, and the memory of the person keys."""

    def __init__(self, settings: MatchSettings) -> None:
        schemas = Schemas.read(settings.schemas_dir)
        self.codec = Codec(schemas, (*KINDS, DeadLetters))
        self.publisher = publisher_of(
            PersonKeys(settings.publish_key, settings.publish_key_id),
            Sealer(settings.seal_key, settings.seal_key_id),
        )
        self.day_closed = frozenset(s.header for s in schemas.versions("day-closed"))
        self.records = frozenset(s.header for s in schemas.versions("records"))


class PartitionReplay:
    """A partition on its way to the end of ``until``; with ``facility`` only that one's rows."""

    def __init__(self, rules: Rules, partition: int, until: int, facility: str = "") -> None:
        self._rules, self._until, self._facility = rules, until, facility
        self._key = facility.encode()
        self._ledger = ReplayLedger(partition)
        handler = MatchHandler(rules.codec, rules.publisher, silent=True)
        around = Surroundings(self._leave, meter=UNWATCHED, log=self._log)
        self._stage = Stage(NAME, handler, self._ledger, lambda letter: b"", around, LIMITS)
        self._why = ""
        self.set_aside = 0
        self.closed_on: int | None = None

    @property
    def is_over(self) -> bool:
        """The day is closed, and its sweep done."""
        return self.closed_on is not None and self.closed_on >= self._until

    async def take(self, messages: Sequence[Message]) -> None:
        """Apply them in order, up to the one that closes the day."""
        for message in messages:
            header = message.value[:HEADER_BYTES]
            if header in self._rules.records and self._is_foreign(message.key):
                continue
            self._stage.take(message)
            while await self._stage.sweep():
                pass
            if header in self._rules.day_closed:
                self.closed_on = self._rules.codec.decode(message.value).day
                if self.is_over:
                    return

    def _is_foreign(self, key: bytes | None) -> bool:
        """Rows of another facility touch no book of ours; all other messages are taken."""
        return bool(self._key) and key != self._key

    def cases(self) -> list[CaseRow]:
        return cases_of(self._ledger.of_kind(BOOK), self._facility)

    def _log(self, event: str, **fields: Any) -> None:
        if event == "set aside":
            self.set_aside += 1
        else:
            self._why = f"{fields['reason']} at offset {fields['offset']}"

    def _leave(self, exit_code: int) -> NoReturn:
        partition = self._ledger.partition
        raise ReplayStopped(f"partition {partition}: {self._why}", exit_code)
