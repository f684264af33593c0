"""What the agency does, kept until the broker has it."""

from dataclasses import dataclass

from services.ingest.database import Connection


@dataclass(frozen=True)
class Action:
    number: int
    partition: int
    book: str


async def ask_release(connection: Connection, partition: int, book: str) -> int:
    number = await connection.fetchval(
        "insert into ingest.actions (kind, partition_no, book)"
        " values ('book-released', $1, $2) returning action_no",
        partition,
        book,
    )
    return int(number)


async def unproduced(connection: Connection) -> list[Action]:
    rows = await connection.fetch(
        "select action_no, partition_no, book from ingest.actions"
        " where produced_at is null order by action_no"
    )
    return [Action(row["action_no"], row["partition_no"], row["book"]) for row in rows]


async def mark_produced(connection: Connection, number: int) -> None:
    await connection.execute(
        "update ingest.actions set produced_at = clock_timestamp() where action_no = $1", number
    )
