"""A run under fire is over only when every stage has taken what lies in the topics it reads."""

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from bench.chaos.__main__ import the_codec
from bench.chaos.caught_up import STAGES, caught_up
from bench.chaos.journal import Entry, Reader

LOOSE = TopicPartition("loose", 0)


async def show(brokers: str, group: str, at: TopicPartition, offset: int) -> None:
    async with AIOKafkaConsumer(bootstrap_servers=brokers, group_id=group) as consumer:
        consumer.assign([at])
        await consumer.commit({at: offset})


async def test_whoever_has_shown_less_than_the_last_message_is_waited_for(brokers: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=brokers)
    await admin.start()
    await admin.create_topics([NewTopic(LOOSE.topic, 1, 1)])
    await admin.close()
    await show(brokers, "another", LOOSE, 7)
    reader = Reader(brokers, the_codec(), ())
    assert await caught_up(reader), "nothing was read, so nothing is waited for"

    reader.entries.append(Entry(LOOSE.topic, LOOSE.partition, 6, None, None, b""))
    assert not await caught_up(reader), "no group has shown anything"
    (group,) = [group for group, topics in STAGES.items() if LOOSE.topic in topics]
    await show(brokers, group, LOOSE, 6)
    assert not await caught_up(reader)
    await show(brokers, group, LOOSE, 7)
    assert await caught_up(reader)
