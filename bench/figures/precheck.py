"""A pre-check of 500 rows: from asking to having both answers, through validate and match.

One request after the other, as a clinic waits for its own; the books hold the claims it is about.
Reading the file and the door of ingest come on top.
"""

import asyncio
import time

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from bench.figures.ground import PARTITIONS, Ground, a_ground, partition_of
from bench.figures.line import Line, cpu_seconds, line, memory_mb
from bench.figures.workload import Cells, Person, persons, raw_messages, upload
from claims.events import Uploads
from claims.precheck_events import PrecheckAnswered, PrecheckAsked
from pipeline.codec import Codec
from pipeline.schemas import Schemas
from pipeline.topics import ROOT

ROWS, REQUESTS, BOOKS = 500, 40, 20_000
CODEC = Codec(Schemas.read(ROOT / "schemas" / "avro"), (Uploads, PrecheckAsked, PrecheckAnswered))


def run() -> list[Line]:
    return asyncio.run(_run())


async def _run() -> list[Line]:
    async with a_ground() as ground:
        workers = [ground.work(stage) for stage in ("validate", "match")]
        try:
            claims = (pair for pair in raw_messages(BOOKS, ROWS) if pair[0] == "claims")
            parts = await ground.produce(claims)
            await workers[1].reaches("messages_total", parts)
            pids = [worker.started.pid for worker in workers]
            cpu, began = sum(map(cpu_seconds, pids)), time.monotonic()
            waits = sorted(await _ask(ground))
            cpu = sum(map(cpu_seconds, pids)) - cpu
            memory, wall = max(map(memory_mb, pids)), time.monotonic() - began
        finally:
            for worker in workers:
                worker.started.stop()
    figures = (ROWS * REQUESTS, cpu, wall, memory)
    return [
        line(f"precheck {name}", 1000 * waits[int(len(waits) * share)], "ms", *figures)
        for name, share in (("p50", 0.5), ("p95", 0.95))
    ]


def _requests() -> list[PrecheckAsked]:
    """Parts of one facility each, as a clinic sends them."""
    by_facility: dict[str, list[Person]] = {}
    for person in persons(BOOKS):
        by_facility.setdefault(person.facility, []).append(person)
    cells, found = Cells(), []
    for number in range(REQUESTS):
        facility, people = list(by_facility.items())[number % len(by_facility)]
        rows = (people * (1 + ROWS // len(people)))[:ROWS]
        part = CODEC.encode(upload(rows, 900_000 + number, cells))
        found.append(PrecheckAsked(f"Q{number}/1", f"Q{number}", 1, 1, facility, part))
    return found


async def _ask(ground: Ground) -> list[float]:
    """Seconds until both answers to each request were in hand."""
    address = ground.broker.address
    reader = AIOKafkaConsumer(bootstrap_servers=address, isolation_level="read_committed")
    asker = AIOKafkaProducer(bootstrap_servers=address)
    await reader.start()
    await asker.start()
    reader.assign([TopicPartition("precheck-answered", number) for number in range(PARTITIONS)])
    await reader.seek_to_end()
    waits = []
    try:
        async with asyncio.timeout(300):
            for request in _requests():
                began, stages = time.monotonic(), set[str]()
                at, key = partition_of(request.facility_id), request.facility_id.encode()
                value = CODEC.encode(request)
                await asker.send("precheck-asked", value, key=key, partition=at)
                while len(stages) < 2:
                    answer = CODEC.decode((await reader.getone()).value)
                    if answer.request_id == request.request_id:
                        stages.add(answer.stage)
                waits.append(time.monotonic() - began)
    finally:
        await asker.stop()
        await reader.stop()
    return waits
