"""Where one partition's state, outputs and positions live, and change together or not at all."""

from typing import Protocol


class Ledger(Protocol):
    """One partition of one stage.

    ``commit`` returns once state, outputs and positions are durable; a message applied since the
    last commit has, until then, never happened. Outputs with one key keep their order. What ``get``
    and ``scan`` return includes everything applied so far, committed or not. Values are objects;
    the handler's packer turns them into bytes at commit, so an object given to ``put`` or got from
    ``get`` must not change afterwards. After a crash the next owner opens at the positions of the
    last commit and meets the same messages again.

    ``mark`` opens the changes of one message and ``undo`` drops everything since the mark.

    Messages may be applied while ``commit`` is awaited: they belong to the next one, and a second
    ``commit`` waits for the first. Raises CommitFailed from ``commit`` for every failure, being
    fenced included: leave, do not retry here. Keys that start with a zero byte are the engine's
    own; their values are bytes.
    """

    partition: int
    restored_records: int
    """Read so far by ``open``: tells a long restore from one that is stuck."""

    @property
    def changes(self) -> int:
        """How many puts, outputs and advances the next commit will hold."""

    def position(self, topic: str) -> int | None:
        """Offset of the next message of ``topic`` to be applied; None when none ever was."""

    def get(self, key: bytes) -> object | None: ...
    def put(self, key: bytes, value: object | None) -> None: ...
    def scan(self, low: bytes, high: bytes, limit: int) -> list[tuple[bytes, object]]:
        """Up to ``limit`` entries with low <= key < high, in key order."""

    def emit(self, topic: str, key: bytes, value: bytes) -> None: ...
    def mark(self) -> None: ...
    def undo(self) -> None: ...
    def advance(self, topic: str, next_offset: int) -> None:
        """The messages of ``topic`` below ``next_offset`` are applied."""

    async def commit(self) -> None: ...
    async def open(self) -> None:
        """Take the partition over: fence the former owner, restore, stand at the last commit."""

    async def close(self) -> None:
        """Let go of what is open; what was not committed never happened."""
