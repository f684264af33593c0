"""`python -m services.match watch`: the events of a topic as they come, masked, one line each."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Any

import typer
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from rich.console import Console
from rich.text import Text

from claims.agency_events import FacilityRenamed, RoundClosed, RoundOpened
from claims.events import CaseChanged, ImportReported, ResultStored, SweepFinished
from claims.periods import iso_text
from pipeline.codec import Codec
from pipeline.deadletter import DeadLetters
from pipeline.schemas import Schemas
from services.match.handler import KINDS
from services.match.settings import WRITES

COLOURS = {
    "matched": "green",
    "late": "red",
    "pending_error": "yellow",
    "invalid": "magenta",
    "withdrawn": "dim",
}


def day_text(day: int | None) -> str:
    """``2025-03-10``; a dash for no day."""
    return "-" if day is None else iso_text(day)


def line_of(event: Any) -> str:
    """One event in one line; it names nobody, and takes harmless fields only."""
    match event:
        case CaseChanged():
            reasons = " ".join(reason.code for reason in event.reasons)
            hints = " ".join(f"({hint.code})" for hint in event.hints)
            return (
                f"{day_text(event.occurred_on)} {event.facility_id} {event.person_masked} "
                f"{event.programme} {event.order_code} {day_text(event.visit_date)} "
                f"{event.change}: {event.previous_state or 'new'} -> {event.state} "
                f"#{event.sequence} {reasons} {hints} {event.case_id}"
            )
        case ImportReported():
            counts: dict[str, int] = {}
            for row in event.rows:
                counts[row.outcome] = counts.get(row.outcome, 0) + 1
            told = " ".join(f"{outcome}={count}" for outcome, count in sorted(counts.items()))
            return (
                f"{event.facility_id} {event.stage} {event.submission_id} part {event.part_no}: "
                f"{told}"
            )
        case ResultStored():
            return (
                f"{day_text(event.received_on)} {event.facility_id} {event.person_masked} "
                f"{event.programme} {day_text(event.visit_date)} {event.action} "
                f"{event.result_id} version {event.version}"
            )
        case RoundOpened():
            return (
                f"{day_text(event.opened_on)} round {event.round_id} opens: {event.programme}, "
                f"until {day_text(event.correction_deadline)}"
            )
        case RoundClosed():
            return f"{day_text(event.closed_on)} round {event.round_id} ends"
        case FacilityRenamed():
            return f"{day_text(event.received_on)} {event.old_code} is now {event.new_code}"
        case SweepFinished():
            return (
                f"{day_text(event.day)} partition {event.partition} day closed: "
                f"{event.books_examined} books, {event.cases_changed} cases changed"
            )
    return repr(event)


async def events_of(
    brokers: str, topic: str, codec: Codec, from_beginning: bool
) -> AsyncIterator[Any]:
    """Every committed event of a topic, of all partitions, as they come; never ends."""
    partitions = await partitions_of(brokers, topic)
    consumer = AIOKafkaConsumer(
        bootstrap_servers=brokers,
        isolation_level="read_committed",
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )
    await consumer.start()
    try:
        consumer.assign(partitions)
        begins = await consumer.beginning_offsets(partitions)
        starts = begins if from_beginning else await consumer.end_offsets(partitions)
        for partition in partitions:
            consumer.seek(partition, starts[partition])
        async for message in consumer:
            yield codec.decode(message.value)
    finally:
        await consumer.stop()


async def partitions_of(brokers: str, topic: str) -> list[TopicPartition]:
    """Raises typer.BadParameter for a topic that the broker does not have."""
    admin = AIOKafkaAdminClient(bootstrap_servers=brokers)
    await admin.start()
    try:
        (described,) = await admin.describe_topics([topic])
    finally:
        await admin.close()
    if not described["partitions"]:
        raise typer.BadParameter(f"no topic {topic} on this broker")
    return [TopicPartition(topic, each["partition"]) for each in described["partitions"]]


def watch(
    topic: Annotated[str, typer.Argument(help="One of: " + ", ".join(WRITES))] = "case-changed",
    from_beginning: Annotated[
        bool, typer.Option("--from-beginning", help="Old events first, then live ones.")
    ] = False,
    facility: Annotated[str, typer.Option(help="Only this facility (醫事機構代碼).")] = "",
    limit: Annotated[int, typer.Option(help="Stop after so many events; 0 never stops.")] = 0,
    brokers: Annotated[
        str, typer.Option(envvar="KAFKA_BROKERS", help="host:port, separated by commas.")
    ] = "localhost:9092",
    schemas_dir: Annotated[
        Path, typer.Option(envvar="GOUJI_SCHEMAS_DIR", help="Folder of the Avro schemas.")
    ] = Path("schemas/avro"),
) -> None:
    """Print the events of TOPIC live, one masked line each, reading committed ones only.

    Example: python -m services.match watch unmatched --from-beginning --facility 3501200000
    """
    if topic not in WRITES:
        raise typer.BadParameter(f"{topic}: not written by match; one of {', '.join(WRITES)}")
    codec = Codec(Schemas.read(schemas_dir), (*KINDS, DeadLetters))
    console = Console(highlight=False, soft_wrap=True)
    events = events_of(brokers, topic, codec, from_beginning)
    try:
        asyncio.run(_print(console, events, facility, limit))
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


async def _print(console: Console, events: AsyncIterator[Any], facility: str, limit: int) -> None:
    shown = 0
    async for event in events:
        if facility and getattr(event, "facility_id", facility) != facility:
            continue
        console.print(Text(line_of(event), style=COLOURS.get(getattr(event, "state", ""), "")))
        shown += 1
        if shown == limit:
            return
