"""A ledger on top of another one: reads go through, writes and outputs stay in memory."""

from typing import NoReturn

from pipeline.ledger import Ledger
from pipeline.message import Output
from pipeline.overlay import ABSENT, Layer


class ScratchLedger:
    """A pipeline.ledger.Ledger for one try. What it holds is dropped with it: there is nothing to
    commit, and asking for that is a bug."""

    restored_records = 0
    changes = 0

    def __init__(self, beneath: Ledger) -> None:
        self.partition = beneath.partition
        self.outputs: list[Output] = []
        self._beneath = beneath
        self._layer = Layer()

    def position(self, topic: str) -> int | None:
        return self._beneath.position(topic)

    def get(self, key: bytes) -> object | None:
        value = self._layer.values.get(key, ABSENT)
        return self._beneath.get(key) if value is ABSENT else value

    def put(self, key: bytes, value: object | None) -> None:
        self._layer.put(key, value)

    def scan(self, low: bytes, high: bytes, limit: int) -> list[tuple[bytes, object]]:
        changed = self._layer.between(low, high)
        hidden = sum(1 for value in changed.values() if value is None)
        found = {
            key: value
            for key, value in self._beneath.scan(low, high, limit + hidden)
            if key not in changed
        }
        found.update((key, value) for key, value in changed.items() if value is not None)
        return [(key, found[key]) for key in sorted(found)[:limit]]

    def emit(self, topic: str, key: bytes, value: bytes) -> None:
        self.outputs.append(Output(topic, key, value))

    def mark(self) -> NoReturn:
        raise AssertionError("a try is not marked")

    def undo(self) -> NoReturn:
        raise AssertionError("a try is not undone, only dropped")

    def advance(self, topic: str, next_offset: int) -> NoReturn:
        raise AssertionError("a try advances nothing")

    async def commit(self) -> NoReturn:
        raise AssertionError("a try is never committed")

    async def open(self) -> NoReturn:
        raise AssertionError("the ledger beneath is open")

    async def close(self) -> NoReturn:
        raise AssertionError("the ledger beneath closes by itself")
