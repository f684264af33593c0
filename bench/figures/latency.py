"""From an upload to its verdict: 500 single-row messages a second through validate and match.

A row's clock starts when it is handed to the producer and stops when a subscriber of `matched`,
reading committed messages, has it in hand.
"""

import asyncio
import time
from random import Random

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from bench.figures.ground import CODEC, PARTITIONS, Ground, a_ground, partition_of
from bench.figures.line import Line, cpu_seconds, line, memory_mb
from bench.figures.workload import Cells, Person, persons, raw_messages, upload
from claims.events import Matched
from pipeline.codec import Codec
from pipeline.schemas import Schemas
from pipeline.topics import ROOT

A_SECOND, SECONDS = 500, 20
COUNT = A_SECOND * SECONDS
READ = Codec(Schemas.read(ROOT / "schemas" / "avro"), (Matched,))


def run() -> list[Line]:
    return asyncio.run(_run())


async def _run() -> list[Line]:
    async with a_ground() as ground:
        workers = [ground.work(stage) for stage in ("validate", "match")]
        try:
            claims = (pair for pair in raw_messages(COUNT, 500) if pair[0] == "claims")
            parts = await ground.produce(claims)
            await workers[1].reaches("messages_total", parts)
            cpu = sum(cpu_seconds(worker.started.pid) for worker in workers)
            waits, wall = await _flow(ground)
            pids = [worker.started.pid for worker in workers]
            cpu = sum(map(cpu_seconds, pids)) - cpu
            memory = max(map(memory_mb, pids))
        finally:
            for worker in workers:
                worker.started.stop()
    waits.sort()
    figures = (len(waits), cpu, wall, memory)
    return [
        line(f"latency {name}", 1000 * waits[int(len(waits) * share)], "ms", *figures)
        for name, share in (("p50", 0.5), ("p99", 0.99))
    ]


async def _flow(ground: Ground) -> tuple[list[float], float]:
    """Seconds of every answered row, and how long all took."""
    rows = [person for person in persons(COUNT) if person.answered]
    Random(1).shuffle(rows)  # clinics send all at once, not one after the other
    sent: dict[str, float] = {}
    consumer = AIOKafkaConsumer(
        bootstrap_servers=ground.broker.address, isolation_level="read_committed"
    )
    await consumer.start()
    places = [TopicPartition("matched", number) for number in range(PARTITIONS)]
    consumer.assign(places)
    await consumer.seek_to_beginning(*places)
    began = time.monotonic()
    sending = asyncio.create_task(_send(ground, rows, sent))
    waits: list[float] = []
    try:
        async with asyncio.timeout(120):
            while len(waits) < len(rows):
                message = await consumer.getone()
                case = READ.decode(message.value)
                waits.append(time.monotonic() - sent[case.case_key])
        await sending
    finally:
        sending.cancel()
        await consumer.stop()
    return waits, time.monotonic() - began


async def _send(ground: Ground, rows: list[Person], sent: dict[str, float]) -> None:
    """At an even pace; a late turn is caught up with, not skipped."""
    cells, began = Cells(), time.monotonic()
    producer = AIOKafkaProducer(bootstrap_servers=ground.broker.address)
    await producer.start()
    try:
        for number, person in enumerate(rows):
            await asyncio.sleep(max(0.0, began + number / A_SECOND - time.monotonic()))
            facility = person.facility
            value = CODEC.encode(upload([person], number, cells))
            sent[f"{facility}/11403/1/A3/{person.number}"] = time.monotonic()
            await producer.send(
                "uploads", value, key=facility.encode(), partition=partition_of(facility)
            )
        await producer.flush()
    finally:
        await producer.stop()
