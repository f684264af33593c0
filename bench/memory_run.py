"""A region through readers, validate and match in memory: every decision, without a broker.

What it leaves out (HTTP, Kafka, crashes) changes no verdict, so a difference found here is a
difference of the rules or of the truth. `python -m bench.memory_run DIR` prints the first ones.
"""

import argparse
import asyncio
import hashlib
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, NoReturn

from rich.console import Console

from bench.compare import Difference, compare
from bench.schedule import Schedule, bodies_of
from bench.seen import Seen
from claims.events import DayClosed
from claims.periods import from_iso
from claims.wire import WIRE
from pipeline.codec import Codec, stem_of
from pipeline.deadletter import DeadLetters
from pipeline.handler import Handler
from pipeline.memory_ledger import MemoryLedger, MemoryPlace
from pipeline.message import Address, Message
from pipeline.schemas import Schemas
from pipeline.sealing import PersonKeys, Sealer
from pipeline.stage import Stage, Surroundings
from services.elsewhere.handler import ElsewhereHandler
from services.ingest.action_events import action_events
from services.ingest.agency_actions import ActionFile
from services.ingest.commands import CommandFile, cut_commands
from services.ingest.names import submission_id
from services.ingest.parts import cut
from services.ingest.reading.api import Maps, Uploader, open_submission
from services.ingest.submissions import Offer, Submission, unsaved
from services.match.handler import MatchHandler
from services.match.people import publisher_of
from services.validate.handler import ValidateHandler
from services.validate.uploads import UploadsJudge, content_hasher

SCHEMAS = Path(__file__).resolve().parents[1] / "schemas" / "avro"
VALIDATE, MATCH, ELSEWHERE = range(3)
INTERNAL = {"records": MATCH, "loose": ELSEWHERE}
KEY = bytes(range(64))


def _leave(code: int) -> NoReturn:
    raise AssertionError(f"a stage left with {code}")


def codec_of_all() -> Codec:
    """A codec of every record that is on the wire by itself."""
    schemas = Schemas.read(SCHEMAS)
    stems = {schema.stem for schema in schemas.all}
    return Codec(schemas, (*(kind for kind in WIRE if stem_of(kind) in stems), DeadLetters))


@dataclass
class Line:
    """All stages of one partition, one behind the other."""

    codec: Codec = field(default_factory=codec_of_all)
    seen: Seen = field(default_factory=Seen)
    dead: int = 0

    async def open(self) -> None:
        judge = UploadsJudge(Sealer(KEY, "memory"), content_hasher(KEY[:16]))
        publisher = publisher_of(PersonKeys(KEY[:32], "memory"), Sealer(KEY, "memory"))
        handlers: tuple[tuple[str, Handler], ...] = (
            ("validate", ValidateHandler(self.codec, judge, 400)),
            ("match", MatchHandler(self.codec, publisher)),
            ("elsewhere", ElsewhereHandler(self.codec)),
        )
        self.places = [MemoryPlace() for _ in handlers]
        self.stages: list[Stage] = []
        self.offsets: Counter[str] = Counter()
        for place, (name, handler) in zip(self.places, handlers, strict=True):
            ledger = MemoryLedger(handler.packer, place)
            stage = Stage(name, handler, ledger, self.codec.encode, Surroundings(_leave))
            await stage.open()
            self.stages.append(stage)

    async def give(self, topic: str, event: Any) -> None:
        await self._apply(VALIDATE, topic, self.codec.encode(event))

    async def give_checked(self, topic: str, event: Any) -> None:
        """A message for match, as if validate had written it."""
        await self._apply(MATCH, topic, self.codec.encode(event))

    async def _apply(self, number: int, topic: str, value: bytes) -> None:
        """One message through a stage, and what it says through the stages that hear it."""
        stage, place = self.stages[number], self.places[number]
        offset, self.offsets[topic] = self.offsets[topic], self.offsets[topic] + 1
        stage.take(Message(Address(topic, 0, offset), None, value, 0))
        while await stage.sweep():
            pass
        await stage.commit()
        outputs, place.outputs[:] = list(place.outputs), []
        # A transaction is there as a whole before anybody answers it.
        for output in outputs:
            if output.topic not in INTERNAL:
                self._see(output.topic, output.value)
        for output in outputs:
            if output.topic in INTERNAL:
                await self._apply(INTERNAL[output.topic], output.topic, output.value)

    def _see(self, topic: str, value: bytes) -> None:
        self.dead += topic == "dead-letters"
        self.seen.take(self.codec.decode(value))


class MemoryRun:
    """Submits a schedule the way ingest would, one item after the other."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._schedule = Schedule.read(folder)
        self._maps = Maps.read()
        self.line = Line()
        self.submissions: dict[str, str] = {}
        self.refused: list[Difference] = []

    async def run(self) -> list[Difference]:
        """Raises AssertionError when a stage gives up."""
        await self.line.open()
        schedule = self._schedule
        day = schedule.first_closed
        await self._close(day)
        while (day := day + timedelta(days=1)) <= schedule.last_closed:
            for item in schedule.items_of(day):
                for topic, event in self._events(item, day):
                    await self.line.give(topic, event)
            await self._close(day)
        differences = compare(self._folder, self.line.seen, self.submissions)
        return [*self.refused, *differences]

    async def _close(self, day: date) -> None:
        for topic in ("claims", "uploads", "actions"):
            number = from_iso(day.isoformat())
            await self.line.give(topic, DayClosed(f"day-closed/{day}", number))

    def _events(self, item: dict[str, Any], day: date) -> Iterator[tuple[str, Any]]:
        if item["what"] == "commands":
            bodies = bodies_of(item, self.submissions, self.line.seen)
            file = CommandFile.model_validate({"token": item["path"], "commands": bodies})
            made = _submission(item, day, file.to_bytes())
            self.submissions[item["path"]] = made.submission_id
            for part in cut_commands(made, file):
                yield part.topic, part.event
        elif item["what"] == "actions":
            yield from self._action_events(item, day)
        elif not item.get("again"):
            yield from self._file_events(item, day)

    def _action_events(self, item: dict[str, Any], day: date) -> Iterator[tuple[str, Any]]:
        content = {"token": item["path"], "actions": item["actions"]}
        file = ActionFile.model_validate(content)
        made = _submission(item | {"facility": "agency"}, day, file.to_bytes())
        self.submissions[item["path"]] = made.submission_id
        number = from_iso(day.isoformat())
        routed = action_events(
            file.actions, made.submission_id, number, "memory", lambda code: code
        )
        for _, event in routed:
            yield "actions", event

    def _file_events(self, item: dict[str, Any], day: date) -> Iterator[tuple[str, Any]]:
        path = self._folder / item["path"]
        made = _submission(item, day, path.read_bytes())
        self.submissions[item["path"]] = made.submission_id
        owner = Uploader(item["facility"], (item["facility"],))
        reading = open_submission(
            path, item["kind"], owner, made.received_on, self._maps, item.get("map")
        )
        with reading:
            if reading.refused:
                self.refused.append(Difference(item["path"], "", "file", "read", reading.refused))
                return
            for piece in cut(made, reading, lambda code: code):
                if piece.part is not None:
                    yield piece.part.topic, piece.part.event


def _submission(item: dict[str, Any], day: date, data: bytes) -> Submission:
    digest = hashlib.sha256(data).hexdigest()
    facility = item["facility"]
    offer = Offer(submission_id(facility, digest), facility, (facility,), "", "", digest, len(data))
    return unsaved(offer, from_iso(day.isoformat()), datetime.min)


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m bench.memory_run",
        description="play a region in memory and print where it differs from its truth",
        epilog="Exit code 1: something differs.",
    )
    parser.add_argument("folder", type=Path, help="made by `python -m bench.region`")
    run = MemoryRun(parser.parse_args().folder)
    differences = asyncio.run(run.run())
    console = Console(soft_wrap=True)
    groups = Counter((each.scenario, each.field, each.expected, each.found) for each in differences)
    for (scenario, name, expected, found), count in groups.most_common(200):
        console.print(f"{count:5} {scenario} {name}: expected {expected}, found {found}")
    seen = run.line.seen
    console.print(
        f"{len(seen.cases)} cases, {len(differences)} differences, {run.line.dead} dead letters,"
        f" {seen.gaps} gaps, {seen.rows_twice} rows told twice"
    )
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
