"""The journal that is told: what happened to which case, and from when on the brokers had it."""

import asyncio
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from claims.agency_events import RoundOpened
from claims.events import CaseChanged, ImportReported, RowOutcome, SweepFinished
from claims.periods import iso_text
from claims.states import EXCEPTIONS, PENDING
from pipeline.codec import Codec
from pipeline.errors import BrokerUnavailable
from pipeline.producer import Producer, partition_of

PLANTED_ID = "A123456789"
"""A full ID where a masked one belongs: nothing that notify writes may ever show it."""
JOURNAL, REPORTS = "case-changed", "import-reported"
NEVER = 1 << 60
AT_ONCE = 500


def now_ms() -> int:
    return time.time_ns() // 1_000_000


@dataclass(frozen=True, slots=True)
class Step:
    """``begun_ms``: before it was given to the brokers; ``known_ms``: they have it."""

    begun_ms: int
    known_ms: int
    state: str
    due_on: int | None
    round_id: str
    day: int
    why: str


@dataclass(eq=False, slots=True)
class Case:
    """``due_on``: its upload deadline. ``steps``: in their order."""

    case_id: str
    facility: str
    laboratory: str
    programme: str
    due_on: int
    steps: list[Step] = field(default_factory=list)

    @property
    def last(self) -> Step:
        return self.steps[-1]

    def spans(self) -> Iterable[tuple[Step, int, int]]:
        """Each step, the earliest instant of its end and the latest; NEVER when it has none."""
        ends = [(step.begun_ms, step.known_ms) for step in self.steps[1:]] + [(NEVER, NEVER)]
        return ((step, *end) for step, end in zip(self.steps, ends, strict=True))


class Story:
    """Tells the brokers, and insists: an outage only makes it later."""

    def __init__(self, brokers: str, partitions: int, codec: Codec) -> None:
        self._brokers, self._partitions, self._codec = brokers, partitions, codec
        self._producer: Producer | None = None
        self._starting = asyncio.Lock()
        self.cases: list[Case] = []
        self.closed: dict[int, int] = {}  # day to the instant before its sweeps were told
        self.events = 0

    async def stop(self) -> None:
        if self._producer is not None:
            await self._producer.stop()

    async def change(self, case: Case, day: int, state: str, why: str, **fields: Any) -> None:
        """One step; ``fields``: due_on, round_id."""
        due_on, round_id = fields.get("due_on"), fields.get("round_id", "")
        event = _event(case, day, state, why, due_on, round_id)
        begun = now_ms()
        await self._put(JOURNAL, case.facility.encode(), event)
        case.steps.append(Step(begun, now_ms(), state, due_on, round_id, day, why))

    async def open(self, cases: list[Case], day: int) -> None:
        """All of them begin to wait for their upload."""
        self.cases += cases
        for start in range(0, len(cases), AT_ONCE):
            some = cases[start : start + AT_ONCE]
            opened = (
                self.change(case, day, PENDING, "claim_registered", due_on=case.due_on)
                for case in some
            )
            await asyncio.gather(*opened)

    async def close(self, day: int) -> None:
        """Every partition has finished the day."""
        self.closed[day] = now_ms()
        await self._sweep(f"day-closed/{iso_text(day)}", day)

    async def open_round(self, round_id: str, today: int, deadline: int) -> None:
        """The round in every partition; then its cases; then :meth:`list_issued`."""
        event = RoundOpened(
            f"round-opened/{round_id}", round_id, "adult", today - 200, today - 100, today,
            deadline, deadline, None, today,
        )  # fmt: skip
        for number in range(self._partitions):
            await self._put(JOURNAL, _name(number), event, number)

    async def list_issued(self, round_id: str, today: int) -> None:
        await self._sweep(f"round-opened/{round_id}", today)

    async def refuse(self, facility: str, submission: str, rows: int) -> None:
        """A file of which so many rows were refused."""
        outcomes = tuple(
            RowOutcome(number, "refused", f"{submission}:{number}", "", "", 0, (), ())
            for number in range(1, rows + 1)
        )
        name = f"{submission}/1/validate"
        event = ImportReported(name, submission, 1, 1, facility, "validate", outcomes)
        await self._put(REPORTS, facility.encode(), event)

    async def _sweep(self, cause: str, day: int) -> None:
        for number in range(self._partitions):
            event = SweepFinished(f"{cause}/{number}", 1, day, number, 0, 0, cause)
            await self._put(JOURNAL, _name(number), event, number)

    async def _started(self) -> Producer:
        async with self._starting:
            if self._producer is None:
                producer = Producer(self._brokers)
                await producer.start()
                self._producer = producer
            return self._producer

    async def _put(self, topic: str, key: bytes, event: Any, partition: int | None = None) -> None:
        where = partition_of(key, self._partitions) if partition is None else partition
        value = self._codec.encode(event)
        while True:
            try:
                await (await self._started()).put(topic, where, key, value)
                self.events += 1
                return
            except BrokerUnavailable:
                await asyncio.sleep(0.2)


def _name(partition: int) -> bytes:
    return f"partition-{partition}".encode()


def _event(
    case: Case, day: int, state: str, why: str, due_on: int | None, round_id: str
) -> CaseChanged:
    sequence = len(case.steps) + 1
    return CaseChanged(
        event_id=f"{case.case_id}#{sequence}",
        case_id=case.case_id,
        sequence=sequence,
        change=why,
        occurred_on=day,
        caused_by="chaos",
        facility_id=case.facility,
        case_key=case.case_id,
        programme=case.programme,
        requirement="stage1",
        order_code="21",
        visit_date=case.due_on - 60,
        fee_month=202605,
        points="520",
        lab_facility_id=case.laboratory,
        person_masked=PLANTED_ID,
        person_key="k",
        publish_key_id="chaos-1",
        person_sealed=PLANTED_ID.encode(),
        birth_date_sealed=b"",
        seal_key_id="chaos-1",
        previous_state=case.last.state if case.steps else "",
        state=state,
        system_status=1 if state in EXCEPTIONS else 0,
        is_late=False,
        completed_on=None,
        result_sign="",
        reasons=(),
        hints=(),
        nearest=(),
        shortest_fix=(),
        allowed_actions=(),
        due_on=due_on,
        round_id=round_id,
        rule_version="chaos",
        evidence=(),
    )
