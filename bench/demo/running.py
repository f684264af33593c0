"""One run of the demo against a running stack: a year of a region in about a minute."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx
from rich.progress import Progress

from bench.compare import Difference, compare, compare_prechecks
from bench.demo.agency import Agency
from bench.demo.audience import Audience, open_audience
from bench.demo.clinics import Clinics
from bench.demo.listening import Listener, count_ids
from bench.demo.office import Office, open_office
from bench.demo.privacy import ids_in_logs, ids_in_metrics, persons_of
from bench.demo.recoveries import RecoverySystem, compare_sums, expected_sums
from bench.demo.summary import Figures, Summary, counts_of, percentile, year_of
from bench.schedule import Item, Schedule
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


@dataclass
class Run:
    """Everybody who takes part in a run."""

    schedule: Schedule
    listener: Listener
    office: Office
    clinics: Clinics
    agency: Agency
    recoveries: RecoverySystem
    audience: Audience
    closed: int = 0
    seconds: float = 0.0

    async def year(self, progress: Progress) -> None:
        """Day by day; a day on which nothing is sent is only closed. Half-way the recovery system
        is killed, and begins again where its ledger ends; and one manager blocks the account."""
        days = list(self.schedule.days)
        total = sum(len(items) for items in self.schedule.days.values())
        task = progress.add_task("", total=total)
        self.closed += await self.office.close(self.schedule.first_closed)
        for number, day in enumerate(days):
            self.closed += await self.office.close(day - timedelta(days=1))
            progress.update(task, description=f"{day}")
            theirs, ours = _parted(self.schedule.items_of(day))
            await self.agency.act(ours)
            await self.audience.opened(from_iso(day.isoformat()), ours)
            progress.advance(task, len(ours))
            await self.clinics.submit(theirs, lambda: progress.advance(task))
            if number == len(days) // 2:
                await self.recoveries.stop()
                await self.recoveries.start()
                await self.audience.one_blocks()
        self.closed += await self.office.close(self.schedule.last_closed)

    async def settled(self, partitions: int) -> None:
        """The last day is swept in every partition, every clinic has its report, and what the
        stages still tell each other has been told."""
        last = from_iso(self.schedule.last_closed.isoformat())
        heard = self.listener.heard
        finished = heard.seen.finished
        await self.listener.wait_for(
            lambda: sum(day >= last for day in finished.values()) == partitions
        )
        await _until("every clinic has its report", self._reported)
        before = -1
        while before != heard.messages:
            before = heard.messages
            await asyncio.sleep(QUIET_S)
            await self.listener.read_to_the_end()
        await _until("the recovery system has read everything", self._recovered)
        await _until("everything was told", self._told)
        await self.listener.read_to_the_end()  # what was told of it

    async def _reported(self) -> bool:
        return not await self.clinics.unfinished(self.schedule)

    async def _told(self) -> bool:
        return await self.audience.heard_all(self.listener.heard.after)

    async def _recovered(self) -> bool:
        after = self.listener.heard.after.items()
        ends = {place.partition: end for place, end in after if place.topic == "clawback"}
        return self.recoveries.has_read(ends)


async def _until(what: str, condition: Callable[[], Awaitable[bool]]) -> None:
    """Raises TimeoutError, which says what was waited for."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not await condition():
                await asyncio.sleep(0.2)
    except TimeoutError:
        raise TimeoutError(f"waited {PATIENCE_S} s until {what}") from None


PATIENCE_S = 120
# Nothing new for so long: hints that travel between two stages have arrived.
QUIET_S = 1.5


def _parted(items: list[Item]) -> tuple[list[Item], list[Item]]:
    """What clinics send, and what the agency does."""
    ours = [item for item in items if item["what"] == "actions"]
    return [item for item in items if item["what"] != "actions"], ours


async def run(place: Place, progress: Progress) -> tuple[Summary, list[Difference]]:
    """Submit, act, close, listen, compare. Raises Refused, TimeoutError, and what drivers raise."""
    schedule = Schedule.read(place.region)
    listener = Listener(place.record.kafka_brokers, place.partitions, persons_of(place.region))
    recoveries = RecoverySystem(place.record.kafka_brokers, place.stack, place.env)
    await listener.start()
    listening = asyncio.create_task(listener.run())
    client = httpx.AsyncClient(base_url=place.record.http, timeout=120.0)
    try:
        await recoveries.start()
        async with (
            open_office(place.env, place.stack) as office,
            open_audience(place.record, place.env, schedule) as audience,
            client,
        ):
            office.register(schedule)
            keys, ours = await office.hand_out_keys(schedule), await office.agency_keys()
            clinics = Clinics(client, place.region, keys, ours[0], listener.heard.seen)
            agency = Agency(client, ours, clinics.submissions)
            ran = Run(schedule, listener, office, clinics, agency, recoveries, audience)
            await audience.join()
            began = time.monotonic()
            await ran.year(progress)
            await ran.settled(place.partitions)
            ran.seconds = time.monotonic() - began
            untold = await audience.compare(listener.heard.seen, persons_of(place.region))
            figures = await audience.figures(listener.heard.seen)
    finally:
        await recoveries.stop()
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
        await listener.stop()
    differences = compare(place.region, listener.heard.seen, clinics.submissions)
    differences += compare_prechecks(clinics.prechecked, listener.heard.seen, clinics.submissions)
    differences += compare_sums(expected_sums(place.region), recoveries.sums())
    differences += untold
    return _summary(place, ran, figures, differences), differences


def _summary(place: Place, ran: Run, figures: Figures, differences: list[Difference]) -> Summary:
    heard, persons = ran.listener.heard, persons_of(place.region)
    rows = len(heard.seen.rows)
    return Summary(
        seed=place.seed,
        **counts_of(heard.seen),
        **year_of(heard.seen),
        differences=len(differences),
        rows=rows,
        seconds=round(ran.seconds, 1),
        rows_per_second=round(rows / ran.seconds, 1),
        latency_p50_ms=percentile(heard.latencies, 0.5),
        latency_p99_ms=percentile(heard.latencies, 0.99),
        days_closed=ran.closed,
        submissions=len(ran.clinics.submissions),
        files_sent_again=ran.clinics.duplicates,
        confirmed_by_two=ran.agency.confirmed,
        prechecked=len(ran.clinics.prechecked),
        told=figures,
        messages_by_topic=dict(heard.by_topic.most_common()),
        dead_letters=heard.dead,
        sequence_gaps=heard.seen.gaps,
        full_ids_found=heard.full_ids
        + ids_in_logs(place.stack, place.record, persons)
        + ids_in_metrics(place.record, persons)
        + count_ids(ran.recoveries.ledger.read_bytes(), persons),
    )
