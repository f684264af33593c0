"""Dead letters of a stage that writes rows: to their topic, before the rows are committed."""

from pipeline.deadletter import DEAD_LETTERS_TOPIC
from pipeline.postgres_ledger import Rows, Sink
from pipeline.producer import Producer, partition_of


def dead_letter_sink(producer: Producer, partitions: int) -> Sink:
    """Sends what was set aside before its position is committed: at least once, by event id."""

    async def write(connection: object, rows: Rows) -> None:
        for key, value in rows:
            await producer.put(DEAD_LETTERS_TOPIC, partition_of(key, partitions), key, value)

    return write
