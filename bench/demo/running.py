"""One run of the demo against a running stack: four months of a region in under a minute."""

import asyncio
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx
from rich.progress import Progress

from bench.compare import Difference, compare
from bench.demo.clinics import Clinics
from bench.demo.listening import Listener
from bench.demo.office import Office, open_office
from bench.demo.privacy import ids_in_logs, ids_in_metrics, persons_of
from bench.demo.summary import Summary, counts_of, percentile
from bench.schedule import Schedule
from claims.periods import from_iso
from deploy.local.record import Record


@dataclass(frozen=True)
class Place:
    """Where a run takes place. env: addresses and secrets of the stack."""

    region: Path
    stack: Path
    record: Record
    env: dict[str, str]
    seed: int

    @property
    def partitions(self) -> int:
        return int(self.env["GOUJI_PARTITIONS"])


async def run(place: Place, progress: Progress) -> tuple[Summary, list[Difference]]:
    """Submit, close, listen, compare. Raises Refused, TimeoutError, and what drivers raise."""
    schedule = Schedule.read(place.region)
    listener = Listener(place.record.kafka_brokers, place.partitions, persons_of(place.region))
    await listener.start()
    listening = asyncio.create_task(listener.run())
    client = httpx.AsyncClient(base_url=place.record.http, timeout=120.0)
    try:
        async with open_office(place.env, place.stack) as office, client:
            office.register(schedule)
            keys = await office.hand_out_keys(schedule)
            clinics = Clinics(client, place.region, keys, listener.heard.seen)
            began = time.monotonic()
            closed = await _months(schedule, clinics, office, progress)
            await _settled(schedule, clinics, listener, place.partitions)
            seconds = time.monotonic() - began
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
        await listener.stop()
    differences = compare(place.region, listener.heard.seen, clinics.submissions)
    return _summary(place, listener, clinics, differences, seconds, closed), differences


async def _months(schedule: Schedule, clinics: Clinics, office: Office, progress: Progress) -> int:
    """Day by day; a day without a file is only closed. Returns how many days were closed."""
    closed = await office.close(schedule.first_closed)
    total = sum(len(items) for items in schedule.days.values())
    task = progress.add_task("", total=total)
    for day in schedule.days:
        closed += await office.close(day - timedelta(days=1))
        progress.update(task, description=f"{day}")
        await clinics.submit(schedule.items_of(day), lambda: progress.advance(task))
    return closed + await office.close(schedule.last_closed)


async def _settled(
    schedule: Schedule, clinics: Clinics, listener: Listener, partitions: int
) -> None:
    """The last day is swept in every partition, and every clinic has its report."""
    last, finished = from_iso(schedule.last_closed.isoformat()), listener.heard.seen.finished
    await listener.wait_for(lambda: sum(day >= last for day in finished.values()) == partitions)
    async with asyncio.timeout(120):
        while await clinics.unfinished(schedule):
            await asyncio.sleep(0.2)
    await listener.read_to_the_end()


def _summary(
    place: Place,
    listener: Listener,
    clinics: Clinics,
    differences: list[Difference],
    seconds: float,
    closed: int,
) -> Summary:
    heard, persons = listener.heard, persons_of(place.region)
    rows = len(heard.seen.rows)
    return Summary(
        seed=place.seed,
        **counts_of(heard.seen),
        differences=len(differences),
        rows=rows,
        seconds=round(seconds, 1),
        rows_per_second=round(rows / seconds, 1),
        latency_p50_ms=percentile(heard.latencies, 0.5),
        latency_p99_ms=percentile(heard.latencies, 0.99),
        days_closed=closed,
        submissions=len(clinics.submissions),
        files_sent_again=clinics.duplicates,
        dead_letters=heard.dead,
        sequence_gaps=heard.seen.gaps,
        full_ids_found=heard.full_ids
        + ids_in_logs(place.stack, place.record, persons)
        + ids_in_metrics(place.record, persons),
    )
