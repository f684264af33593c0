"""新舊身分證號 as the door must know them: which numbers are joined, without a number in clear.

AES-SIV under one binding gives equal bytes for equal numbers: edges are compared, never opened.
"""

from dataclasses import dataclass

from services.ingest.database import Connection
from services.ingest.vault import Seals

_BOUND_TO = "ingest/person-alias"


@dataclass(frozen=True)
class Edge:
    """Two sealed numbers."""

    old: bytes
    new: bytes
    key_id: str

    @classmethod
    def of(cls, sealer: Seals, old_id: str, new_id: str) -> "Edge":
        """Of two normalised numbers."""
        old, new = (sealer.seal(text.encode(), _BOUND_TO) for text in (old_id, new_id))
        return cls(old, new, sealer.key_id)


async def joined(connection: Connection, edge: Edge) -> bool:
    """Whether the two are one person's already, over whatever chain of edges."""
    return bool(
        await connection.fetchval(
            """
            with recursive reached (id) as (
                select $1::bytea
                union
                select case when a.old_sealed = r.id then a.new_sealed else a.old_sealed end
                from reached r join ingest.person_aliases a
                    on a.old_sealed = r.id or a.new_sealed = r.id
            )
            select true from reached where id = $2
            """,
            edge.old,
            edge.new,
        )
    )


async def enter(connection: Connection, edge: Edge, submission_id: str) -> None:
    await connection.execute(
        "insert into ingest.person_aliases values ($1, $2, $3, $4)",
        edge.old,
        edge.new,
        edge.key_id,
        submission_id,
    )


async def take_back(connection: Connection, edge: Edge) -> bool:
    """False when there is no such edge, entered in this direction."""
    done = await connection.execute(
        "delete from ingest.person_aliases where old_sealed = $1 and new_sealed = $2",
        edge.old,
        edge.new,
    )
    return done == "DELETE 1"
