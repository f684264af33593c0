"""match on a memory ledger: parts of `records` in, what each topic got out."""

from collections.abc import Iterable
from typing import Any, NoReturn

from claims.events import (
    ClaimLine,
    ClaimWithdrawal,
    DayClosed,
    Records,
    ResultItem,
)
from pipeline.codec import Codec
from pipeline.deadletter import DeadLetters
from pipeline.memory_ledger import MemoryLedger, MemoryPlace
from pipeline.message import Address, Message
from pipeline.sealing import PersonKeys, Sealer
from pipeline.stage import Stage, Surroundings
from services.match.handler import KINDS, MatchHandler
from services.match.people import publisher_of
from tests.support.contracts import SCHEMAS
from tests.support.judge import FACILITY, PERSON, a_claim, a_result, day

CODEC = Codec(SCHEMAS, (*KINDS, DeadLetters))
SEALER = Sealer(b"s" * 64, "seal-test")
KEYS = PersonKeys(b"p" * 32, "publish-test")


def a_handler() -> MatchHandler:
    return MatchHandler(CODEC, publisher_of(KEYS, SEALER))


def a_line(name: str = "A", **fields: Any) -> ClaimLine:
    """A claim line as records carries it; fields as for ``a_claim``."""
    row_no = fields.pop("row_no", 1)
    claim = a_claim(name, **fields)
    shared = {
        key: getattr(claim, key) for key in ClaimLine.__struct_fields__ if hasattr(claim, key)
    }
    rest = {
        "row_no": row_no,
        "appl_type": "1",
        "case_type": "A3",
        "card_serial": "IC21",
        "tooth": "",
        "priced": True,
        "service_facility_id": "",
        "warnings": (),
        "details": {},
    }
    return ClaimLine(**(shared | rest))


def an_item(programme: str = "adult", **fields: Any) -> ResultItem:
    """A row or command as records carries it; fields as for ``a_result``."""
    row_no = fields.pop("row_no", 1)
    command = {
        "action": fields.pop("action", "row"),
        "command_id": fields.pop("command_id", ""),
        "target_id": fields.pop("target_id", ""),
        "seen_version": fields.pop("seen_version", 0),
    }
    warnings = fields.pop("warnings", ())
    row = a_result("R", programme, **fields)
    shared = {key: getattr(row, key) for key in ResultItem.__struct_fields__ if hasattr(row, key)}
    rest = {
        "row_no": row_no,
        "sealed_row": b"sealed",
        "seal_key_id": "seal-test",
        "warnings": warnings,
    }
    return ResultItem(**(shared | command | rest))


def a_part(
    submission: str,
    *,
    claims: Iterable[ClaimLine] = (),
    withdrawals: Iterable[ClaimWithdrawal] = (),
    results: Iterable[ResultItem] = (),
    on: str = "114-04-05",
    facility: str = FACILITY,
    part_no: int = 1,
) -> Records:
    """One part of a submission; row numbers count from 1 where they were left at 1."""
    lines = tuple(claims)
    items = tuple(results)
    if len({line.row_no for line in lines}) < len(lines):
        lines = tuple(_renumbered(lines))
    if len({item.row_no for item in items}) < len(items):
        items = tuple(_renumbered(items))
    named = tuple(_named(item, f"{submission}:{item.row_no}") for item in items)
    return Records(
        f"{submission}/{part_no}/records",
        submission,
        part_no,
        part_no,
        facility,
        day(on),
        lines,
        tuple(withdrawals),
        named,
    )


def _renumbered(rows: Iterable[Any]) -> Iterable[Any]:
    for row_no, row in enumerate(rows, 1):
        values = {key: getattr(row, key) for key in row.__struct_fields__}
        yield type(row)(**(values | {"row_no": row_no}))


def _named(item: ResultItem, record_id: str) -> ResultItem:
    values = {key: getattr(item, key) for key in item.__struct_fields__}
    return ResultItem(**(values | {"record_id": record_id}))


def _leave(code: int) -> NoReturn:
    raise AssertionError(f"the stage left with {code}")


class Matching:
    """One partition of the stage; ``give`` applies events as the next messages of `records`."""

    def __init__(self, handler: MatchHandler | None = None, place: MemoryPlace | None = None):
        self.place = place or MemoryPlace()
        self.handler = handler or a_handler()
        self.offset = 0

    async def __aenter__(self) -> "Matching":
        self.ledger = MemoryLedger(self.handler.packer, self.place)
        self.stage = Stage("match", self.handler, self.ledger, CODEC.encode, Surroundings(_leave))
        await self.stage.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stage.close()

    async def again(self) -> "Matching":
        """The next owner, after everything was committed."""
        await self.stage.close()
        return await self.__aenter__()

    async def give(self, *events: Any) -> None:
        """Apply, and commit."""
        for event in events:
            address = Address("records", 0, self.offset)
            self.offset += 1
            self.stage.take(Message(address, FACILITY.encode(), CODEC.encode(event), 0))
        await self.stage.commit()

    async def close_day(self, text: str, *, sweep: bool = True) -> None:
        await self.give(DayClosed(f"day-closed/{text}", day(text)))
        while sweep and await self.stage.sweep():
            pass

    def out(self, topic: str) -> list[Any]:
        """The committed events of a topic, decoded, in order."""
        return [CODEC.decode(each.value) for each in self.place.outputs if each.topic == topic]

    def journal(self) -> list[tuple[str, str, str]]:
        """(last part of the case id, change, state) of every case-changed entry."""
        return [
            (event.case_id.rpartition("/")[2], event.change, event.state)
            for event in self.out("case-changed")
            if hasattr(event, "case_id")
        ]

    def outcomes(self) -> list[tuple[int, str, tuple[str, ...]]]:
        """(row, outcome, codes) of every row reported so far."""
        return [
            (row.row_no, row.outcome, tuple(finding.code for finding in row.findings))
            for report in self.out("import-reported")
            for row in report.rows
        ]


__all__ = [
    "CODEC",
    "FACILITY",
    "KEYS",
    "PERSON",
    "SEALER",
    "Matching",
    "a_handler",
    "a_line",
    "a_part",
    "an_item",
]
