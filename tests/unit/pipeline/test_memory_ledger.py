"""The ledger of the tests keeps the promises of the real ones."""

from pipeline.memory_ledger import MemoryLedger
from pipeline.overlay import OverlayLedger
from tests.support.ledgers import LedgerSuite, TextPacker, by_topic


class TestMemoryLedger(LedgerSuite):
    async def a_ledger(self) -> OverlayLedger:
        ledger = MemoryLedger(TextPacker())
        await ledger.open()
        return ledger

    async def reopened(self, ledger: OverlayLedger) -> OverlayLedger:
        assert isinstance(ledger, MemoryLedger)
        again = MemoryLedger(TextPacker(), ledger.place)
        await again.open()
        return again

    async def delivered(self, ledger: OverlayLedger) -> dict[str, list[tuple[bytes, bytes]]]:
        assert isinstance(ledger, MemoryLedger)
        return by_topic(ledger.place.outputs)

    def packer_of(self, ledger: OverlayLedger) -> TextPacker:
        assert isinstance(ledger._packer, TextPacker)
        return ledger._packer


class TestMemoryLedgerWithCache(TestMemoryLedger):
    """Clean objects are kept, few of them, so that they are forgotten too."""

    async def a_ledger(self) -> OverlayLedger:
        ledger = MemoryLedger(TextPacker(), cached_objects=2)
        await ledger.open()
        return ledger

    async def test_a_clean_object_is_not_unpacked_again(self) -> None:
        ledger = await self.a_ledger()
        value = "a text of its own"
        ledger.put(b"book", value)
        await ledger.commit()
        assert ledger.get(b"book") is value
