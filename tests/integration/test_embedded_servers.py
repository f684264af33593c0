"""The embedded broker and database keep the promises the tests and `make up` lean on."""

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from deploy.local.kafka import Broker


async def test_a_broker_that_was_killed_keeps_what_it_acknowledged(kafka: Broker) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.address)
    await admin.start()
    await admin.create_topics([NewTopic("kept", num_partitions=1, replication_factor=1)])
    await admin.close()
    producer = AIOKafkaProducer(bootstrap_servers=kafka.address, acks="all")
    await producer.start()
    await producer.send_and_wait("kept", b"first", partition=0)
    await producer.stop()

    kafka.kill()
    assert not kafka.is_alive()
    kafka.start()

    consumer = AIOKafkaConsumer(bootstrap_servers=kafka.address, auto_offset_reset="earliest")
    await consumer.start()
    consumer.assign([TopicPartition("kept", 0)])
    assert (await consumer.getone()).value == b"first"
    await consumer.stop()


async def test_the_database_answers(database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    assert await connection.fetchval("select 40 + 2") == 42
    await connection.close()
