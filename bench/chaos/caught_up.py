"""Whether every stage has taken, and made durable, all that lies in the topics it reads."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from bench.chaos.journal import Reader
from services.elsewhere import settings as elsewhere
from services.match import settings as match
from services.validate import settings as validate

STAGES: Mapping[str, Sequence[str]] = {
    stage.NAME: stage.READS for stage in (validate, match, elsewhere)
}


def behind_last(reader: Reader) -> dict[TopicPartition, int]:
    """The offset behind the last message of each partition that has any; markers of transactions,
    which nobody is handed, may follow."""
    ends: dict[TopicPartition, int] = defaultdict(int)
    for entry in reader.entries:
        at = TopicPartition(entry.topic, entry.partition)
        ends[at] = max(ends[at], entry.offset + 1)
    return ends


async def caught_up(reader: Reader) -> bool:
    """Every stage, with all that the reader has read. A stage shows its group what its ledger has
    committed, now and then. Raises KafkaError."""
    ends = behind_last(reader)
    admin = AIOKafkaAdminClient(bootstrap_servers=reader.brokers)
    await admin.start()
    try:
        for group, topics in STAGES.items():
            shown = await admin.list_consumer_group_offsets(group)
            for at, end in ends.items():
                if at.topic in topics and (at not in shown or shown[at].offset < end):
                    return False
    finally:
        await admin.close()
    return True
