"""What a subscriber finds in the topics in the end, and everything that is wrong with it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.partitioner import murmur2

from claims.agency_events import (
    Actions,
    FacilityRenamed,
    PersonAliased,
    RoundClosed,
    RoundOpened,
    RulesChanged,
)
from claims.events import (
    CaseChanged,
    Claims,
    DayClosed,
    ImportReported,
    ResultStored,
    SweepFinished,
    Uploads,
)
from claims.recovery_events import BookMoved, Clawback
from pipeline.codec import HEADER_BYTES, Codec

INPUTS = ("claims", "uploads", "actions")
OUTPUTS = (
    *("records", "import-reported", "result-stored", "dead-letters"),
    *("case-changed", "matched", "unmatched", "needs-note", "clawback", "loose"),
)
JOURNAL = ("case-changed", "matched", "unmatched", "needs-note")
MILESTONES = (DayClosed, RoundOpened, RoundClosed, RulesChanged)
EVERYWHERE = (*MILESTONES, PersonAliased, FacilityRenamed)
"""Written to every partition, under one id."""
# What a recovery may go through; source: correction.md section 4.
# A claim that is sent again repeats the phase that stands.
NEXT = {
    "": {"due"},
    "due": {"due", "ordered", "not_payable", "reversed"},
    "ordered": {"ordered", "reversed"},
    "not_payable": {"not_payable", "reversed"},
    "reversed": set[str](),
}


class Entry(NamedTuple):
    """One committed message."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    event: Any
    body: bytes


@dataclass
class Reader:
    """Reads on in all topics, committed messages only; keeps what it read."""

    brokers: str
    codec: Codec
    topics: Sequence[str] = (*INPUTS, *OUTPUTS)
    entries: list[Entry] = field(default_factory=list)
    _positions: dict[TopicPartition, int] = field(default_factory=dict)

    async def read_on(self) -> int:
        """Read to the present end; the number of new messages. Raises KafkaError."""
        before = len(self.entries)
        async with AIOKafkaConsumer(
            bootstrap_servers=self.brokers,
            isolation_level="read_committed",
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            max_partition_fetch_bytes=4 << 20,
        ) as consumer:
            partitions = [
                TopicPartition(topic, partition)
                for topic in self.topics
                for partition in (consumer.partitions_for_topic(topic) or await self._known(topic))
            ]
            consumer.assign(partitions)
            ends = await consumer.end_offsets(partitions)
            for tp in partitions:
                consumer.seek(tp, self._positions.get(tp, 0))
            while [tp for tp in partitions if self._positions.get(tp, 0) < ends[tp]]:
                fetched = await consumer.getmany(timeout_ms=200)
                for tp, messages in fetched.items():
                    self.entries += [self._entry(tp, message) for message in messages]
                    self._positions[tp] = messages[-1].offset + 1
                for tp in partitions:  # behind the markers of transactions, too
                    self._positions[tp] = await consumer.position(tp)
        return len(self.entries) - before

    async def _known(self, topic: str) -> Iterable[int]:
        """Partitions of a topic a fresh consumer has not heard of yet."""
        async with AIOKafkaConsumer(topic, bootstrap_servers=self.brokers) as consumer:
            return consumer.partitions_for_topic(topic) or ()

    def _entry(self, tp: TopicPartition, message: Any) -> Entry:
        event = self.codec.decode(message.value)
        body = message.value[HEADER_BYTES:]
        return Entry(tp.topic, tp.partition, message.offset, message.key, event, body)

    def of(self, *topics: str) -> Iterator[Entry]:
        return (entry for entry in self.entries if entry.topic in topics)


class Row(NamedTuple):
    """One row or command that somebody sent."""

    submission_id: str
    row_no: int


def parts(reader: Reader) -> dict[str, Claims | Uploads]:
    """What ingest produced; at least once, so a part may lie there twice."""
    return {
        entry.event.event_id: entry.event
        for entry in reader.of("claims", "uploads")
        if not isinstance(entry.event, DayClosed)
    }


def rows_of(part: Claims | Uploads) -> Iterator[Row]:
    groups = (part.items,) if isinstance(part, Uploads) else (part.rows, part.withdrawals)
    return (Row(part.submission_id, row.row_no) for rows in groups for row in rows)


def outcomes(reader: Reader) -> Counter[tuple[Row, bool]]:
    """How often each row was answered; a later row of its file may supersede it once afterwards."""
    return Counter(
        (Row(entry.event.submission_id, row.row_no), row.outcome == "superseded")
        for entry in reader.of("import-reported")
        for row in entry.event.rows
    )


def missing_parts(reader: Reader, receipts: Mapping[str, int]) -> int:
    """Parts of submissions with a receipt that ingest never produced."""
    seen = Counter(part.submission_id for part in parts(reader).values())
    return sum(abs(count - seen[submission]) for submission, count in receipts.items())


def cases(reader: Reader) -> dict[str, list[CaseChanged]]:
    """The life of every case: in the order of its partition, and when its facility got another
    code, first in that of the former one."""
    lives: dict[str, dict[int, list[CaseChanged]]] = defaultdict(lambda: defaultdict(list))
    for entry in reader.of("case-changed"):
        if isinstance(entry.event, CaseChanged):
            lives[entry.event.case_id][entry.partition].append(entry.event)
    return {
        case: [step for part in sorted(parts, key=_begins) for step in part]
        for case, life in lives.items()
        for parts in [life.values()]
    }


def _begins(part: Sequence[CaseChanged]) -> int:
    return part[0].sequence


def lost_actions(reader: Reader, acted: Mapping[str, int]) -> int:
    """Actions on cases that were never produced, or have no outcome."""
    produced: dict[str, set[int]] = defaultdict(set)
    for entry in reader.of("actions"):
        if isinstance(entry.event, Actions):
            produced[entry.event.submission_id] |= {item.row_no for item in entry.event.items}
    told = {row for row, _ in outcomes(reader)}
    return sum(
        count - sum(Row(submission, number) in told for number in produced[submission])
        for submission, count in acted.items()
    )


def lost(reader: Reader, receipts: Mapping[str, int]) -> int:
    """Parts without a trace, rows without an outcome, claims without a case."""
    answered, lives = outcomes(reader), cases(reader)
    rows = {row for part in parts(reader).values() for row in rows_of(part)}
    claimed = {
        line.claim_id
        for part in parts(reader).values()
        if isinstance(part, Claims)
        for line in part.rows
        if line.requirement != "none"
    }
    return missing_parts(reader, receipts) + len(rows - {row for row, _ in answered}) + len(
        claimed - lives.keys()
    )  # fmt: skip


def repeated(reader: Reader) -> int:
    """Event ids that came twice in one topic, and rows that were answered twice.

    What is written to every partition has one id: there, twice in one partition counts.
    """
    ids = Counter(
        (entry.topic, entry.event.event_id, isinstance(entry.event, EVERYWHERE) and entry.partition)
        for entry in reader.of(*OUTPUTS)
    )
    twice = sum(count - 1 for count in ids.values())
    return twice + sum(count - 1 for count in outcomes(reader).values())


def differing(reader: Reader) -> int:
    """Event ids whose body is not the same wherever it stands: in the journal and in the views."""
    bodies: dict[str, set[bytes]] = defaultdict(set)
    for entry in reader.of(*JOURNAL):
        bodies[entry.event.event_id].add(entry.body)
    return sum(len(different) - 1 for different in bodies.values())


def gaps(reader: Reader) -> int:
    """Steps of a case that are missing or out of order."""
    return sum(
        event.sequence != number
        for life in cases(reader).values()
        for number, event in enumerate(life, start=1)
    )


def recoveries(reader: Reader) -> dict[str, list[Clawback]]:
    """The steps of every recovery by its order_id, in the order of its case."""
    orders: dict[str, list[Clawback]] = defaultdict(list)
    for entry in reader.of("clawback"):
        orders[entry.event.order_id].append(entry.event)
    return {name: sorted(steps, key=lambda each: each.sequence) for name, steps in orders.items()}


def illegal(reader: Reader) -> int:
    """Steps of recoveries that must not follow the one before, or that nobody may take: a step of
    another case, or one taken back that was not there."""
    wrong = 0
    for steps in recoveries(reader).values():
        phase = ""
        for step in steps:
            known = step.reverses == phase if step.phase == "reversed" else not step.reverses
            wrong += step.phase not in NEXT[phase] or not known or step.case_id != steps[0].case_id
            phase = step.phase
    return wrong


def after_their_day(reader: Reader) -> int:
    """Parts in `records` behind the end of the day on which they were received; what went from one
    code of a facility to the other has met that day end before."""
    closed: dict[int, int] = {}
    wrong = 0
    for entry in reader.of("records"):
        if isinstance(entry.event, DayClosed):
            closed[entry.partition] = entry.event.day
        elif hasattr(entry.event, "received_on") and not _moved(entry.event):
            wrong += entry.event.received_on <= closed.get(entry.partition, -1)
    return wrong


def _moved(event: Any) -> bool:
    return isinstance(event, BookMoved) or event.event_id.endswith(("/forwarded", "/asked"))


def misplaced(reader: Reader, partitions: int) -> int:
    """Events that do not lie in the partition of their facility."""
    return sum(
        (murmur2(entry.event.facility_id.encode()) & 0x7FFFFFFF) % partitions != entry.partition
        for entry in reader.of(*INPUTS, *OUTPUTS)
        if hasattr(entry.event, "facility_id") and entry.topic != "loose"
    )


def final_state(reader: Reader) -> dict[str, Any]:
    """What is true in the end: of every case its state and why and whether its fee is claimed back,
    of every result its content."""
    state: dict[str, Any] = {
        case: (
            last.state,
            last.system_status,
            last.is_late,
            last.completed_on,
            tuple(sorted((why.code, why.field, why.expected, why.found) for why in last.reasons)),
        )
        for case, life in cases(reader).items()
        for last in life[-1:]
    }
    stories: dict[str, list[str]] = defaultdict(list)
    for steps in sorted(recoveries(reader).values(), key=lambda each: each[0].sequence):
        stories[f"clawback {steps[0].case_id}"] += [step.phase for step in steps]
    state |= {name: tuple(phases) for name, phases in stories.items()}
    stored: dict[str, ResultStored] = {}
    for entry in reader.of("result-stored"):
        before = stored.get(entry.event.result_id)
        if before is None or _age(before) < _age(entry.event):
            stored[entry.event.result_id] = entry.event
    for name, last in stored.items():
        state[f"result {name}"] = (last.action, last.version, last.content_hash)
    return state


def _age(stored: ResultStored) -> tuple[int, bool]:
    return stored.version, stored.action == "deleted"


def differences(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """Keys of what is not the same in both."""
    return sorted(key for key in one.keys() | other.keys() if one.get(key) != other.get(key))


def answered(reader: Reader) -> bool:
    """Whether every row that was produced has an outcome, and every milestone is swept."""
    rows = {row for part in parts(reader).values() for row in rows_of(part)}
    done = {row for entry in reader.of("import-reported") for row in _rows(entry.event)}
    told: dict[int, set[str]] = defaultdict(set)
    for entry in reader.of("actions"):
        if isinstance(entry.event, MILESTONES):
            told[entry.partition].add(entry.event.event_id)
    swept: dict[int, set[str]] = defaultdict(set)
    for entry in reader.of("case-changed"):
        if isinstance(entry.event, SweepFinished):
            swept[entry.partition].add(entry.event.cause)
    return rows <= done and all(names <= swept[partition] for partition, names in told.items())


def _rows(report: ImportReported) -> Iterator[Row]:
    return (Row(report.submission_id, row.row_no) for row in report.rows)
