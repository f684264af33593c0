"""Files at rest: sealed in chunks, so that no file has to fit into memory."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import BinaryIO, Protocol

from services.ingest.database import Connection

CHUNK_BYTES = 1 << 20


class Seals(Protocol):
    """pipeline.sealing.Sealer, as far as the vault uses it."""

    key_id: str

    def seal(self, data: bytes, bound_to: str) -> bytes: ...
    def open(self, sealed: bytes, bound_to: str) -> bytes: ...


def _place(submission_id: str, chunk_no: int) -> str:
    """What a chunk is bound to: moved elsewhere it cannot be opened."""
    return f"{submission_id}/file/{chunk_no}"


async def store(connection: Connection, sealer: Seals, submission_id: str, file: BinaryIO) -> None:
    """Seal a file from its start; within the caller's transaction."""
    file.seek(0)
    chunk_no = 0
    while chunk := file.read(CHUNK_BYTES):
        await connection.execute(
            "insert into ingest.sealed_chunks values ($1, $2, $3, $4)",
            submission_id,
            chunk_no,
            sealer.key_id,
            sealer.seal(chunk, _place(submission_id, chunk_no)),
        )
        chunk_no += 1


async def chunks(connection: Connection, sealer: Seals, submission_id: str) -> AsyncIterator[bytes]:
    """The file again, chunk by chunk."""
    chunk_no = 0
    while True:
        sealed = await connection.fetchval(
            "select sealed from ingest.sealed_chunks where submission_id = $1 and chunk_no = $2",
            submission_id,
            chunk_no,
        )
        if sealed is None:
            return
        yield sealer.open(sealed, _place(submission_id, chunk_no))
        chunk_no += 1


async def restore(connection: Connection, sealer: Seals, submission_id: str, into: Path) -> None:
    """Write the file, opened, to ``into``."""
    with into.open("wb") as file:
        async for chunk in chunks(connection, sealer, submission_id):
            file.write(chunk)
