"""The one loop of a stage's partition: decode, take, commit, sweep; the only broad ``except``."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple, NoReturn

from pipeline import metrics, quarantine
from pipeline.clock import Clock, SystemClock
from pipeline.deadletter import DEAD_LETTERS_TOPIC, DeadLetters, PoisonLimit
from pipeline.errors import BookFailed, Fatal, PipelineError, Poison, Retryable, SweepFailed
from pipeline.handler import Handler
from pipeline.ledger import Ledger
from pipeline.logs import Log, no_log
from pipeline.message import Address, Fact, Message, Released
from pipeline.metrics import Meter

TRIES = 2  # a fact that fails this often is its book's fault, not the moment's


BEHIND = 4
"""A stage that is behind commits so many times less often: each commit costs the same, and nobody
waits for the one row any more."""


class Limits(NamedTuple):
    """When a stage commits, how much a sweep does at once, and when it stops."""

    commit_age_s: float = 0.1
    commit_rows: int = 8000
    sweep_books: int = 2000
    poison: int = 100
    poison_window_s: float = 600.0


DEFAULT_LIMITS = Limits()


@dataclass(frozen=True)
class Surroundings:
    """What a stage uses of the process it lives in; the defaults do for tests."""

    leave: Callable[[int], NoReturn]
    clock: Clock = field(default_factory=SystemClock)
    meter: Meter | None = None
    log: Log = no_log


class Stage:
    """One partition: a handler over a ledger.

    ``take`` applies one message to the open transaction: it counts once ``commit`` has returned,
    and until then it never happened. ``encode`` turns a DeadLetters into the bytes of its topic.
    """

    def __init__(
        self,
        name: str,
        handler: Handler,
        ledger: Ledger,
        encode: Callable[[DeadLetters], bytes],
        around: Surroundings,
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        self.name, self.handler, self.ledger, self.limits = name, handler, ledger, limits
        self._encode, self._around = encode, around
        self._clock, self._meter = around.clock, around.meter or Meter()
        self._poison = PoisonLimit(limits.poison, limits.poison_window_s)
        self._parked: set[bytes] = set()
        self._rows = 0
        self._since: float | None = None
        self._running: asyncio.Task[None] | None = None
        self._running_since: float | None = None
        self._sweep_wanted = True
        self.is_behind = False
        self._last = Address("", ledger.partition, 0)
        self._letters: list[DeadLetters] = []

    async def open(self) -> None:
        """Take the partition over; raises what the ledger raises."""
        await self.ledger.open()
        self._parked = set(quarantine.parked_books(self.ledger))
        self._gauge(metrics.QUARANTINED, len(self._parked))

    async def close(self) -> None:
        """Commit what is open, then let the partition go."""
        await self.commit()
        await self.ledger.close()

    # -- messages

    def take(self, message: Message) -> bool:
        """Apply one message; False when it had been applied before."""
        topic, _, offset = self._last = message.address
        position = self.ledger.position(topic)
        if position is not None and offset < position:
            return False
        try:
            self._take(message)
        except PipelineError as end:
            self._leave(end)
        self.ledger.advance(topic, offset + 1)
        self._since = self._since or self._clock.monotonic()
        self._sweep_wanted = True
        self._count(metrics.MESSAGES, 1)
        return True

    def _take(self, message: Message) -> None:
        failures: Counter[tuple[int, bytes]] = Counter()
        aside: dict[int, Exception] = {}
        others: defaultdict[int, list[BookFailed]] = defaultdict(list)
        while True:
            self.ledger.mark()
            self._letters = []
            at, parked = -1, set(self._parked)
            facts: list[Fact] = []
            try:
                facts = list(self.handler.facts(self.ledger, message))
                for at, fact in enumerate(facts):
                    for failed in others[at] if others else ():
                        self._park_other(failed, parked)
                    self._take_fact(fact, parked, aside.get(at))
                at = -1
                self.handler.finish(self.ledger, message)
            except (Fatal, Retryable):
                raise
            except Exception as bad:
                self.ledger.undo()
                other = self._other_book(bad, facts[at] if at >= 0 else None, parked)
                failures[at, other] += 1
                again = failures[at, other] < TRIES
                if isinstance(bad, BookFailed) and other:
                    if not again:
                        others[at].append(bad)
                elif isinstance(bad, Poison) or not again:
                    if at < 0:
                        self._letters = []
                        self._set_aside(bad)
                        self._tell_letters()
                        return
                    aside[at] = bad
            else:
                self._quarantine(parked)
                rows = sum(fact.rows for fact in facts)
                self._rows += rows
                self._count(metrics.ROWS, rows)
                self._tell_letters()
                return

    def _take_fact(self, fact: Fact, parked: set[bytes], problem: Exception | None) -> None:
        """One fact to the handler, or behind its book's others; ``problem``: what it failed of."""
        book, ledger = fact.book, self.ledger
        release = isinstance(fact.body, Released)
        if problem is not None:
            # A release that fails leaves everything where it waits, and says so.
            self._set_aside(problem, book)
            if not release:
                quarantine.park(ledger, book, self.handler.park(fact))
                parked.add(book)
        elif book in parked and release:
            for waiting in quarantine.unpark(ledger, book):
                self.handler.take(ledger, self.handler.unpark(book, waiting))
            self.handler.take(ledger, fact)
            parked.discard(book)
        elif book in parked:
            quarantine.park(ledger, book, self.handler.park(fact))
        else:
            self.handler.take(ledger, fact)

    @staticmethod
    def _other_book(bad: Exception, fact: Fact | None, parked: set[bytes]) -> bytes:
        """The book at fault when it is not that of the fact at hand; else empty."""
        if fact is None or not isinstance(bad, BookFailed) or bad.book in {fact.book, *parked}:
            return b""
        return bad.book

    def _park_other(self, failed: BookFailed, parked: set[bytes]) -> None:
        """A book that a fact of another one touched: it goes, and the fact stays."""
        quarantine.park(self.ledger, failed.book, None)
        parked.add(failed.book)
        cause = failed.__cause__
        self._set_aside(cause if isinstance(cause, Exception) else failed, failed.book)

    def _set_aside(self, problem: Exception, book: bytes = b"") -> None:
        self._poison.count(self.ledger, self._clock.now_ms())
        letter = DeadLetters.about(self.name, self._last, problem, book)
        self.ledger.emit(DEAD_LETTERS_TOPIC, letter.event_id.encode(), self._encode(letter))
        self._letters.append(letter)

    def _tell_letters(self) -> None:
        """Once the message is through: a try that was undone set nothing aside."""
        self._count(metrics.DEAD_LETTERS, len(self._letters))
        for letter in self._letters:
            self._around.log(
                "set aside",
                stage=self.name,
                topic=letter.topic,
                partition=letter.partition,
                offset=letter.offset,
                reason=letter.reason,
            )

    def _quarantine(self, parked: set[bytes]) -> None:
        if parked != self._parked:
            self._parked = parked
            self._gauge(metrics.QUARANTINED, len(parked))

    # -- commits

    @property
    def commit_age(self) -> float:
        """Seconds since the oldest work that is not durable was done; 0 when all is."""
        oldest = self._running_since if self._running_since is not None else self._since
        return 0.0 if oldest is None else self._clock.monotonic() - oldest

    @property
    def full(self) -> bool:
        """True when as many rows wait for the next commit as one should hold."""
        return self._rows >= self.limits.commit_rows

    def commit_if_due(self) -> None:
        """Begin a commit by age or rows, unless one is under way; taking goes on meanwhile."""
        if self._running is None and self._since is not None:
            age = self._clock.monotonic() - self._since
            limit = self.limits.commit_age_s * (BEHIND if self.is_behind else 1)
            if self.full or age >= limit:
                self._begin_commit()

    async def commit(self) -> None:
        """Return once everything taken before the call is durable."""
        while self._running is not None:
            await asyncio.shield(self._running)
        if self.ledger.changes:
            await asyncio.shield(self._begin_commit())

    async def relieve(self) -> None:
        """Wait while a commit is under way and the next one is full already."""
        self.commit_if_due()
        while self.full and self._running is not None:
            await asyncio.shield(self._running)
            self.commit_if_due()

    def _begin_commit(self) -> asyncio.Task[None]:
        self._running_since, self._since, self._rows = self._since, None, 0
        self._running = asyncio.create_task(self._commit())
        return self._running

    async def _commit(self) -> None:
        began = self._clock.monotonic()
        try:
            await self.ledger.commit()
        except Exception as end:  # whatever a driver raises: nothing may be applied on top of it
            self._leave(end)
        finally:
            self._running = self._running_since = None
        self._observe(metrics.COMMIT_SECONDS, self._clock.monotonic() - began)
        self._gauge(metrics.LAST_COMMIT, self._clock.now_ms() / 1000)

    # -- sweeps

    async def sweep(self) -> bool:
        """One slice, and a commit of what it changed; False when there is nothing left to sweep.

        A slice that finds nothing to do costs no commit: this is asked after every message.
        """
        if not self._sweep_wanted:
            return False
        before = self.ledger.changes
        try:
            more = self._sweep_slice()
        except PipelineError as end:
            self._leave(end)
        self._sweep_wanted = more
        if self.ledger.changes > before:
            self._since = self._since or self._clock.monotonic()
            self._count(metrics.SWEEPS, 1)
            await self.commit()
        return more

    def _sweep_slice(self) -> bool:
        failures = 0
        while True:
            self.ledger.mark()
            try:
                more = self.handler.sweep(self.ledger, self.limits.sweep_books)
                self.handler.finish(self.ledger, None)
                return more
            except (Fatal, Retryable):
                raise
            except Exception as bad:
                self.ledger.undo()
                failures += 1
                if failures < TRIES:
                    continue
                if not isinstance(bad, BookFailed):
                    raise SweepFailed(type(bad).__name__) from None
                self._set_aside_swept(bad)
                failures = 0

    def _set_aside_swept(self, failed: BookFailed) -> None:
        self.ledger.mark()
        self._letters = []
        parked = set(self._parked)
        self._park_other(failed, parked)
        self._quarantine(parked)
        self._tell_letters()

    # -- the end, and what others see

    def _leave(self, end: BaseException) -> NoReturn:
        """Out of the process without acknowledging anything: raising would acknowledge."""
        code = end.exit_code if isinstance(end, PipelineError) else 70
        topic, partition, offset = self._last
        self._around.log(
            "leaving",
            stage=self.name,
            topic=topic,
            partition=partition,
            offset=offset,
            reason=type(end).__name__,
            exit_code=code,
        )
        self._around.leave(code)

    def _gauge(self, metric: metrics.Metric, value: float) -> None:
        self._meter.set(metric, value, self.name, self.ledger.partition)

    def _count(self, metric: metrics.Metric, amount: float) -> None:
        self._meter.add(metric, amount, self.name, self.ledger.partition)

    def _observe(self, metric: metrics.Metric, value: float) -> None:
        self._meter.observe(metric, value, self.name, self.ledger.partition)
