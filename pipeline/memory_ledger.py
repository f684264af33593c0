"""The promises of a Ledger in memory: for tests, and for everything that needs no broker."""

import asyncio
from dataclasses import dataclass, field

from pipeline.errors import CommitFailed
from pipeline.handler import Packer
from pipeline.message import Output
from pipeline.overlay import Commit, OverlayLedger
from pipeline.store import MemoryStore


@dataclass
class MemoryPlace:
    """What outlives a crash of the ledgers opened on it: one partition's committed bytes."""

    state: MemoryStore = field(default_factory=MemoryStore)
    outputs: list[Output] = field(default_factory=list)
    positions: dict[str, int] = field(default_factory=dict)
    owner: int = 0
    commits: int = 0


class MemoryLedger(OverlayLedger):
    """One partition over a MemoryPlace; who opens the place last owns it."""

    def __init__(
        self,
        packer: Packer,
        place: MemoryPlace | None = None,
        *,
        partition: int = 0,
        cached_objects: int = 0,
    ) -> None:
        super().__init__(partition, packer, cached_objects)
        self.place = place or MemoryPlace()
        self._owner = -1

    async def open(self) -> None:
        self.place.owner += 1
        self._owner = self.place.owner
        self._positions = dict(self.place.positions)

    async def close(self) -> None:
        self._owner = -1

    def _read(self, key: bytes) -> bytes | None:
        return self.place.state.get(key)

    def _read_range(self, low: bytes, high: bytes, limit: int) -> list[tuple[bytes, bytes]]:
        return self.place.state.scan(low, high, limit)

    async def _write(self, commit: Commit) -> None:
        await asyncio.sleep(0)  # as a real commit does: messages are taken meanwhile
        place = self.place
        if place.owner != self._owner:
            raise CommitFailed("another owner opened this partition")
        place.state.apply(commit.writes)
        place.outputs.extend(commit.outputs)
        place.positions = commit.positions
        place.commits += 1
