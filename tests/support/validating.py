"""validate on a memory ledger: messages in, what each topic got out."""

from collections.abc import Iterable
from typing import Any, NoReturn

from claims.events import BookReleased, DayClosed, UploadItem, Uploads
from claims.layouts import layout
from pipeline.codec import Codec
from pipeline.deadletter import DeadLetters
from pipeline.memory_ledger import MemoryLedger, MemoryPlace
from pipeline.message import Address, Message
from pipeline.stage import Stage, Surroundings
from services.validate.handler import KINDS, ValidateHandler
from services.validate.uploads import UploadsJudge, content_hasher
from tests.support.contracts import SCHEMAS
from tests.support.result_rows import FACILITY, OWNERS, RECEIVED_ON, a_row, styles

CODEC = Codec(SCHEMAS, (*KINDS, DeadLetters))
KEEP_DAYS = 10
CONTENT_HASH = content_hasher(b"a key of the tests")


class PlainSeal:
    """Shows what would be sealed, and to what it is bound."""

    key_id = "test-1"

    def seal(self, data: bytes, bound_to: str) -> bytes:
        return bound_to.encode() + b"|" + data


def a_judge() -> UploadsJudge:
    return UploadsJudge(PlainSeal(), CONTENT_HASH)


def a_handler() -> ValidateHandler:
    return ValidateHandler(CODEC, a_judge(), KEEP_DAYS)


def _leave(code: int) -> NoReturn:
    raise AssertionError(f"the stage left with {code}")


class Validating:
    """One partition of the stage; ``give`` applies an event as the next message of its topic."""

    def __init__(self, handler: ValidateHandler | None = None) -> None:
        self.place = MemoryPlace()
        self.handler = handler or a_handler()
        self.offsets: dict[str, int] = {}

    async def __aenter__(self) -> "Validating":
        self.ledger = MemoryLedger(self.handler.packer, self.place)
        self.stage = Stage(
            "validate", self.handler, self.ledger, CODEC.encode, Surroundings(_leave)
        )
        await self.stage.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stage.close()

    async def again(self) -> "Validating":
        """The next owner, after everything was committed."""
        await self.stage.close()
        return await self.__aenter__()

    async def give(self, topic: str, *events: Any) -> None:
        for event in events:
            offset = self.offsets.get(topic, 0)
            self.offsets[topic] = offset + 1
            value = event if isinstance(event, bytes) else CODEC.encode(event)
            self.stage.take(Message(Address(topic, 0, offset), b"key", value, 0))
        await self.stage.commit()

    async def sweep(self) -> None:
        while await self.stage.sweep():
            pass

    def out(self, topic: str) -> list[Any]:
        return [CODEC.decode(value) for name, _, value in self.place.outputs if name == topic]

    def records(self) -> list[str]:
        """``records`` in short: part ids, day ends, releases."""
        return [
            f"day {event.day}"
            if isinstance(event, DayClosed)
            else f"release {event.book}"
            if isinstance(event, BookReleased)
            else f"{event.submission_id}/{event.part_no}"
            for event in self.out("records")
        ]


def an_item(row_no: int = 1, programme: str = "adult", **changes: Any) -> UploadItem:
    """A row; ``action``, ``target_id``, ``problem``, ``cells`` and the like, or columns by name."""
    own = {name: changes.pop(name) for name in UploadItem.__struct_fields__ if name in changes}
    cells = tuple(a_row(programme, **changes).values())
    fields: dict[str, Any] = {
        "row_no": row_no, "action": "row", "command_id": "", "target_id": "", "seen_version": 0,
        "problem": "", "cells": cells,
    }  # fmt: skip
    return UploadItem(**fields | own)


def an_upload(
    submission: str = "S1",
    items: Iterable[UploadItem] = (),
    *,
    programme: str = "adult",
    part_no: int = 1,
    received_on: int = RECEIVED_ON,
) -> Uploads:
    return Uploads(
        event_id=f"{submission}/{part_no}",
        submission_id=submission,
        part_no=part_no,
        part_count=1,
        facility_id=FACILITY,
        received_on=received_on,
        programme=programme,
        map_version="A-2026.1",
        owner_codes=OWNERS,
        columns=layout(programme).names if programme in ("adult", "child", "oral") else ("x",),
        styles=styles(programme) if programme in ("adult", "child", "oral") else ("",),
        items=tuple(items) or (an_item(programme=programme),),
    )
