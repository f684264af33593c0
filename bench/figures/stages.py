"""match and validate on real Kafka, one worker: rows per CPU second, memory; then the restore."""

import asyncio
import shutil
import time
from collections.abc import Callable, Iterator
from typing import Any

from bench.figures.ground import Ground, Worker, a_ground
from bench.figures.line import Line, cpu_seconds, line, memory_mb
from bench.figures.workload import checked_messages, raw_messages

PERSONS, SINGLE_PERSONS = 200_000, 20_000
Messages = Callable[[int, int], Iterator[tuple[str, Any]]]


def run_match() -> list[Line]:
    """400,000 rows in parts of 500, the restore of what they left, then 40,000 single rows."""
    return asyncio.run(_stage("match", checked_messages, restore=True))


def run_validate() -> list[Line]:
    return asyncio.run(_stage("validate", raw_messages, restore=False))


async def _stage(stage: str, messages: Messages, restore: bool) -> list[Line]:
    lines = []
    async with a_ground() as ground:
        count = await ground.produce(messages(PERSONS, 500))
        worker, figures = await _measured(ground, stage, count, 2 * PERSONS)
        lines += _lines(stage, 2 * PERSONS, *figures)
        worker.started.stop()
        if restore:
            lines.append(await _restored(ground, stage))
    async with a_ground() as ground:
        count = await ground.produce(messages(SINGLE_PERSONS, 1))
        worker, figures = await _measured(ground, stage, count, 2 * SINGLE_PERSONS)
        lines.append(_lines(f"{stage} single-row messages", 2 * SINGLE_PERSONS, *figures)[0])
        worker.started.stop()
    return lines


async def _measured(
    ground: Ground, stage: str, messages: int, rows: int
) -> tuple[Worker, tuple[float, float, float]]:
    """CPU seconds, wall seconds and memory of a worker from its first row to its last commit."""
    worker = ground.work(stage)
    await worker.reaches("messages_total", 0)
    pid = worker.started.pid
    cpu, began = cpu_seconds(pid), time.monotonic()
    while await worker.value("messages_total") <= 0:
        cpu, began = cpu_seconds(pid), time.monotonic()
        await asyncio.sleep(0.02)
    await worker.reaches("messages_total", messages)
    while await worker.value("commit_age_seconds") > 0:
        await asyncio.sleep(0.02)
    figures = (cpu_seconds(pid) - cpu, time.monotonic() - began, memory_mb(pid))
    return worker, figures


def _lines(name: str, rows: int, cpu: float, wall: float, memory: float) -> list[Line]:
    return [
        line(f"{name} rows per CPU second", rows / cpu, "rows/cpu_s", rows, cpu, wall, memory),
        line(f"{name} rows per second", rows / wall, "rows/s", rows, cpu, wall, memory),
        line(f"{name} memory", memory, "MB", rows, cpu, wall, memory),
    ]


async def _restored(ground: Ground, stage: str) -> Line:
    """The state directory is lost: the changelog is read from its beginning."""
    shutil.rmtree(ground.folder / "state")
    worker = ground.work(stage)
    await worker.reaches("restored_records_total", 1)
    while await worker.value("lag_seconds") < 0 or await _still_restoring(worker):
        await asyncio.sleep(0.1)
    records = await worker.value("restored_records_total")
    seconds = await worker.value("restore_seconds")
    pid = worker.started.pid
    cpu, memory = cpu_seconds(pid), memory_mb(pid)
    worker.started.stop()
    rate = records / seconds
    return line("restore records", rate, "records/s", int(records), cpu, seconds, memory)


async def _still_restoring(worker: Worker) -> bool:
    """Partitions are opened one after the other: done when the counter rests."""
    before = await worker.value("restored_records_total")
    await asyncio.sleep(2.0)
    return await worker.value("restored_records_total") != before
