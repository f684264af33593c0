"""What every Ledger promises; a subclass says how to make one and how to look inside."""

import asyncio
from abc import ABC, abstractmethod

import pytest

from pipeline.errors import CommitFailed
from pipeline.message import Output
from pipeline.overlay import OverlayLedger
from pipeline.state_bytes import Versioned


class TextPacker:
    """Values are texts; counts how often it packed."""

    def __init__(self) -> None:
        self.packed = 0
        self._bytes = Versioned(str.encode, {1: bytes.decode})

    def pack(self, key: bytes, value: object) -> bytes:
        self.packed += 1
        return self._bytes.pack(value)

    def unpack(self, key: bytes, packed: bytes) -> object:
        value: object = self._bytes.unpack(packed)
        return value


class LedgerSuite(ABC):
    """``a_ledger`` opens one on a new place. ``reopened`` opens the same place as the next owner;
    the former one has crashed, or goes on as a zombie. ``delivered`` is what a reader of committed
    outputs sees, in order, per topic. Outputs of a test go to the topics or sinks "said", "told".
    """

    @abstractmethod
    async def a_ledger(self) -> OverlayLedger: ...
    @abstractmethod
    async def reopened(self, ledger: OverlayLedger) -> OverlayLedger: ...
    @abstractmethod
    async def delivered(self, ledger: OverlayLedger) -> dict[str, list[tuple[bytes, bytes]]]: ...
    @abstractmethod
    def packer_of(self, ledger: OverlayLedger) -> TextPacker: ...

    async def test_what_was_committed_is_there_for_the_next_owner(self) -> None:
        ledger = await self.a_ledger()
        ledger.put(b"book", "first")
        ledger.emit("said", b"key", b"value")
        ledger.advance("left", 7)
        await ledger.commit()
        again = await self.reopened(ledger)
        assert again.get(b"book") == "first"
        assert again.position("left") == 7
        assert await self.delivered(again) == {"said": [(b"key", b"value")]}

    async def test_what_was_not_committed_never_happened(self) -> None:
        ledger = await self.a_ledger()
        ledger.put(b"book", "first")
        ledger.emit("said", b"key", b"value")
        ledger.advance("left", 7)
        again = await self.reopened(ledger)
        assert again.get(b"book") is None
        assert again.position("left") is None
        assert await self.delivered(again) == {}

    async def test_a_crash_goes_back_to_the_last_commit(self) -> None:
        ledger = await self.a_ledger()
        ledger.put(b"book", "first")
        ledger.put(b"gone", "x")
        ledger.advance("left", 1)
        await ledger.commit()
        ledger.put(b"book", "second")
        ledger.put(b"gone", None)
        ledger.advance("left", 2)
        again = await self.reopened(ledger)
        assert (again.get(b"book"), again.get(b"gone")) == ("first", "x")
        assert again.position("left") == 1

    async def test_a_deleted_key_stays_deleted(self) -> None:
        ledger = await self.a_ledger()
        ledger.put(b"book", "first")
        await ledger.commit()
        ledger.put(b"book", None)
        assert ledger.get(b"book") is None
        await ledger.commit()
        assert ledger.get(b"book") is None
        again = await self.reopened(ledger)
        assert again.get(b"book") is None and again.scan(b"a", b"z", 9) == []

    async def test_undo_drops_what_came_after_the_mark_and_nothing_else(self) -> None:
        ledger = await self.a_ledger()
        ledger.put(b"old", "committed")
        await ledger.commit()
        ledger.put(b"a", "1")
        ledger.emit("said", b"k", b"1")
        ledger.advance("left", 1)
        ledger.mark()
        ledger.put(b"a", "2")
        ledger.put(b"a", "3")
        ledger.put(b"b", "new")
        ledger.put(b"old", None)
        ledger.emit("said", b"k", b"2")
        ledger.advance("left", 2)
        ledger.undo()
        assert [ledger.get(key) for key in (b"a", b"b", b"old")] == ["1", None, "committed"]
        assert ledger.position("left") == 1
        assert ledger.scan(b"a", b"z", 9) == [(b"a", "1"), (b"old", "committed")]
        await ledger.commit()
        assert await self.delivered(ledger) == {"said": [(b"k", b"1")]}

    async def test_a_message_may_be_undone_more_than_once(self) -> None:
        ledger = await self.a_ledger()
        ledger.mark()
        for _ in range(3):
            ledger.put(b"a", "1")
            ledger.undo()
        assert ledger.get(b"a") is None and ledger.changes == 0

    async def test_a_scan_sees_committed_and_open_changes_in_key_order(self) -> None:
        ledger = await self.a_ledger()
        for key in (b"d1", b"d3", b"d5", b"e1"):
            ledger.put(key, key.decode())
        await ledger.commit()
        ledger.put(b"d2", "new")
        ledger.put(b"d3", None)
        ledger.put(b"d5", "changed")
        ledger.put(b"c9", "before")
        assert ledger.scan(b"d", b"e", 9) == [(b"d1", "d1"), (b"d2", "new"), (b"d5", "changed")]
        assert ledger.scan(b"d", b"e", 2) == [(b"d1", "d1"), (b"d2", "new")]
        assert ledger.scan(b"d2", b"d5", 9) == [(b"d2", "new")]
        assert ledger.scan(b"d", b"e", 0) == []

    async def test_a_scan_reaches_past_as_many_deleted_keys_as_there_are(self) -> None:
        ledger = await self.a_ledger()
        keys = [b"k%03d" % number for number in range(50)]
        for key in keys:
            ledger.put(key, "x")
        await ledger.commit()
        for key in keys[:48]:
            ledger.put(key, None)
        assert [key for key, _ in ledger.scan(b"k", b"l", 1)] == [keys[48]]

    async def test_outputs_keep_their_order(self) -> None:
        ledger = await self.a_ledger()
        for number in range(300):
            ledger.emit("said" if number % 3 else "told", b"key", b"%d" % number)
            if number % 100 == 50:
                await ledger.commit()
        await ledger.commit()
        seen = await self.delivered(ledger)
        assert [int(value) for _, value in seen["told"]] == list(range(0, 300, 3))
        assert [int(value) for _, value in seen["said"]] == [n for n in range(300) if n % 3]

    async def test_each_topic_has_a_position_of_its_own(self) -> None:
        ledger = await self.a_ledger()
        ledger.advance("left", 5)
        await ledger.commit()
        ledger.advance("right", 9)
        await ledger.commit()
        again = await self.reopened(ledger)
        assert (again.position("left"), again.position("right")) == (5, 9)

    async def test_a_zombie_cannot_commit(self) -> None:
        zombie = await self.a_ledger()
        zombie.put(b"book", "mine")
        await zombie.commit()
        owner = await self.reopened(zombie)
        zombie.put(b"book", "the zombie's")
        zombie.emit("said", b"k", b"from the grave")
        with pytest.raises(CommitFailed):
            await zombie.commit()
        owner.put(b"book", "the owner's")
        await owner.commit()
        last = await self.reopened(owner)
        assert last.get(b"book") == "the owner's"
        assert await self.delivered(last) == {}

    async def test_changes_under_commit_are_read_and_later_ones_wait_for_the_next(self) -> None:
        ledger = await self.a_ledger()
        ledger.put(b"book", "first")
        commit = asyncio.ensure_future(ledger.commit())
        await asyncio.sleep(0)
        assert ledger.get(b"book") == "first"
        assert ledger.scan(b"a", b"z", 9) == [(b"book", "first")]
        ledger.put(b"book", "second")
        ledger.emit("said", b"k", b"second")
        assert ledger.get(b"book") == "second"
        await commit
        assert ledger.get(b"book") == "second"
        again = await self.reopened(ledger)
        assert again.get(b"book") == "first" and await self.delivered(again) == {}

    async def test_an_object_is_packed_once_a_commit(self) -> None:
        ledger = await self.a_ledger()
        for number in range(10):
            ledger.put(b"book", f"{number}")
            ledger.get(b"book")
        await ledger.commit()
        assert self.packer_of(ledger).packed == 1

    async def test_a_commit_of_nothing_changes_nothing(self) -> None:
        ledger = await self.a_ledger()
        await ledger.commit()
        assert ledger.changes == 0 and await self.delivered(ledger) == {}

    async def test_the_engines_own_keys_hold_bytes(self) -> None:
        ledger = await self.a_ledger()
        ledger.put(b"\x00x", b"\xffraw")
        await ledger.commit()
        again = await self.reopened(ledger)
        assert again.get(b"\x00x") == b"\xffraw"
        assert self.packer_of(again).packed == 0


def by_topic(outputs: list[Output]) -> dict[str, list[tuple[bytes, bytes]]]:
    seen: dict[str, list[tuple[bytes, bytes]]] = {}
    for topic, key, value in outputs:
        seen.setdefault(topic, []).append((key, value))
    return seen
