"""A process of a service: owns the partitions Kafka gives it, one Stage for each."""

import asyncio
import os
import signal
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

import uvloop
from aiokafka.errors import KafkaError
from faust.types import TP

from pipeline import metrics
from pipeline.clock import Clock, SystemClock
from pipeline.errors import BrokerUnavailable, PipelineError
from pipeline.faust_app import Group, make_app, read_topics
from pipeline.garbage import collect_seldom
from pipeline.http import Probe, serve
from pipeline.lag import Lag
from pipeline.logs import Log, no_log
from pipeline.message import Address, Message
from pipeline.metrics import Meter
from pipeline.stage import Stage
from pipeline.worker_settings import WorkerSettings

TICK_S = 0.02
SHOW_POSITIONS_S = 2.0
STOP_S = 15.0  # well below the 30 s that Kubernetes waits before it kills
CRASHED = 70
BEHIND_S = 1.0


def leave(exit_code: int) -> NoReturn:
    """Out, at once: an exception would make Faust acknowledge what was not applied."""
    os._exit(exit_code)


class Worker:
    """Runs until SIGTERM or SIGINT; then commits, leaves the group and returns.

    ``make_stage(partition)`` is called whenever Kafka gives this process a partition. A static
    member (setting GOUJI_INSTANCE) does not leave: its partitions wait for it.
    """

    def __init__(
        self,
        settings: WorkerSettings,
        make_stage: Callable[[int], Stage],
        reads: Sequence[str],
        *,
        group: str,
        meter: Meter,
        log: Log = no_log,
        clock: Clock | None = None,
    ) -> None:
        self._settings, self._make_stage, self._reads = settings, make_stage, list(reads)
        self._group, self._meter, self._log = group, meter, log
        self._clock = clock or SystemClock()
        self._stages: dict[int, Stage] = {}
        self._lags: dict[TP, Lag] = {}
        self._opening: Stage | None = None
        self._restored = 0
        self._rebalancing = True
        self._app: Any = None
        self.probe = Probe(self._clock, settings.stuck_s)

    def run(self) -> None:
        """Block until told to stop."""
        uvloop.run(self.main())

    async def main(self, stop: asyncio.Event | None = None) -> None:
        """The same inside a loop that does more; ``stop`` then takes the place of the signals."""
        settings = self._settings
        group = Group(
            self._group,
            settings.brokers,
            settings.state_dir / "faust",
            settings.instance,
            settings.session_s,
            settings.heartbeat_s,
            settings.rebalance_s,
        )
        settings.state_dir.mkdir(parents=True, exist_ok=True)  # Faust makes the last folder only
        self._app = app = make_app(group, self._position)
        read_topics(app, self._reads, self._take)
        app.on_partitions_revoked.connect(self._revoked)
        # Awaited before positions are sought and messages flow; on_partitions_assigned is not.
        app.on_rebalance_complete.connect(self._assigned)
        if stop is None:
            stop = asyncio.Event()
            for name in (signal.SIGTERM, signal.SIGINT):
                asyncio.get_running_loop().add_signal_handler(name, stop.set)
        server = await serve(settings.metrics_host, settings.metrics_port, self._page, self.probe)
        self._log("started", topics=self._reads, port=server.port)
        collect_seldom()
        try:
            await app.start()
        except Exception as end:
            self._leave("cannot start", end)
        ticking = asyncio.create_task(self._tick())
        crashed = asyncio.create_task(app.wait_until_stopped())
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait((ticking, crashed, stopping), return_when=asyncio.FIRST_COMPLETED)
        if not stopping.done():
            self._leave("crashed", ticking.exception() if ticking.done() else app.crash_reason)
        try:
            async with asyncio.timeout(STOP_S):
                await self._stop(ticking)
                await server.close()
        except TimeoutError as end:
            # The brokers are away; the next owner goes on where the last commit stands.
            self._leave("cannot stop in time", end)
        self._log("stopped")

    async def _stop(self, ticking: "asyncio.Task[None]") -> None:
        self._rebalancing = True  # from here on _take drops what still comes
        ticking.cancel()
        for stage in self._stages.values():
            await stage.close()
        self._stages.clear()
        await self._app.stop()

    # -- partitions

    def _position(self, tp: TP) -> int | None:
        stage = self._stages.get(tp.partition)
        return None if stage is None else stage.ledger.position(tp.topic)

    async def _revoked(self, app: Any, revoked: set[TP], **_: Any) -> None:
        """Another member may own any of them next: what was taken must be durable now."""
        self._rebalancing = True
        self.probe.starting("rebalancing")
        for stage in self._stages.values():
            await stage.commit()

    async def _assigned(self, app: Any, **_: Any) -> None:
        """Close what was given away, open what is new; what stays, stays open."""
        assigned = {tp.partition for tp in app.consumer.assignment() if tp.topic in self._reads}
        try:
            for partition in set(self._stages) - assigned:
                await self._stages.pop(partition).ledger.close()
                self._forget(partition)
            for partition in sorted(assigned - set(self._stages)):
                await self._open(partition)
        except Exception as end:  # raising into Faust would only be logged
            self._leave("cannot own", end)
        self._rebalancing = False
        self.probe.ready()
        self._log("owns", partitions=sorted(assigned))

    async def _open(self, partition: int) -> None:
        self.probe.starting(f"restoring partition {partition}")
        self._opening = stage = self._make_stage(partition)
        await stage.open()
        self._log("opened", partition=partition, records=stage.ledger.restored_records)
        self._stages[partition], self._opening = stage, None

    def _leave(self, event: str, end: BaseException | None) -> NoReturn:
        code = end.exit_code if isinstance(end, PipelineError) else CRASHED
        if isinstance(end, KafkaError):
            code = BrokerUnavailable.exit_code
        self._log(event, reason=type(end).__name__, exit_code=code)
        leave(code)

    def _forget(self, partition: int) -> None:
        for metric in (metrics.LAG, metrics.COMMIT_AGE, metrics.LAST_COMMIT):
            self._meter.forget(metric, self._group, partition)

    # -- messages

    async def _take(self, raw: Any) -> None:
        stage = self._stages.get(raw.partition)
        if stage is None or self._rebalancing or self._app.consumer.is_stale(raw):
            return  # it is fetched again, by its owner, from the ledger's position
        address = Address(raw.topic, raw.partition, raw.offset)
        written_ms = int(raw.timestamp * 1000)
        try:
            stage.take(Message(address, raw.key, raw.value, written_ms))
            self._lags.setdefault(raw.tp, Lag()).took(written_ms)
            self.probe.progressed()
            await stage.relieve()
        except Exception as end:  # out of here it would acknowledge the message
            self._leave("crashed", end)

    async def _tick(self) -> None:
        """Commits by age, sweeps between messages, gauges."""
        shown = self._clock.monotonic()
        while True:
            await self._clock.sleep(TICK_S)
            for partition, stage in list(self._stages.items()):
                stage.is_behind = not self._rebalancing and self._lag_of(partition) > BEHIND_S
                stage.commit_if_due()
                if not self._rebalancing and await stage.sweep():
                    self.probe.progressed()
            if not self._rebalancing and self._clock.monotonic() - shown >= SHOW_POSITIONS_S:
                shown = self._clock.monotonic()
                await self._show_positions()
            self._observe()

    async def _show_positions(self) -> None:
        consumer = self._app.consumer
        positions = {tp: self._position(tp) for tp in consumer.assignment()}
        known = {tp: at for tp, at in positions.items() if at is not None}
        if known:  # aiokafka refuses an empty commit
            await consumer.show_positions(known)

    def _observe(self) -> None:
        if self._opening and self._opening.ledger.restored_records != self._restored:
            self._restored = self._opening.ledger.restored_records
            self.probe.progressed()
        oldest, behind = 0.0, False
        for partition, stage in self._stages.items():
            oldest = max(oldest, stage.commit_age)
            if not self._rebalancing:
                behind = behind or self._lag_of(partition) > 0
        self.probe.observe(oldest, behind)

    def _lag_of(self, partition: int) -> float:
        """Seconds, over all topics of the partition."""
        now_ms, lag = self._clock.now_ms(), 0.0
        for topic in self._reads:
            tp = TP(topic, partition)
            behind = self._app.consumer.is_behind(tp)
            lag = max(lag, self._lags.setdefault(tp, Lag()).seconds(behind, now_ms))
        return lag

    def behind_s(self) -> dict[int, float]:
        """By partition, for how many seconds what was written is perhaps not durable here; without
        those of which that is not known (yet)."""
        found: dict[int, float] = {}
        for partition, stage in () if self._rebalancing else self._stages.items():
            topics = [TP(topic, partition) for topic in self._reads]
            lag, consumer = self._lag_of(partition), self._app.consumer
            # Behind, and no message was taken: nobody knows how old those that wait are.
            unknown = lag == 0.0 and any(consumer.is_behind(tp) for tp in topics)
            if not unknown and all(consumer.knows_end(tp) for tp in topics):
                found[partition] = lag + stage.commit_age
        return found

    def _page(self) -> bytes:
        for partition, stage in self._stages.items():
            self._meter.set(metrics.COMMIT_AGE, stage.commit_age, self._group, partition)
            lag = 0.0 if self._rebalancing else self._lag_of(partition)
            self._meter.set(metrics.LAG, lag, self._group, partition)
        return self._meter.page()
