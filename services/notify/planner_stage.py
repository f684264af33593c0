"""The planner as a process: its composition root."""

import asyncio

from claims.events import ImportReported
from claims.reminder_events import Reminders
from pipeline.clock import SystemClock
from pipeline.codec import Codec
from pipeline.dead_letter_sink import dead_letter_sink
from pipeline.deadletter import DEAD_LETTERS_TOPIC, DeadLetters
from pipeline.logs import start_logs
from pipeline.metrics import Meter
from pipeline.postgres_ledger import PostgresLedger
from pipeline.producer import Producer
from pipeline.schemas import Schemas
from pipeline.stage import Stage, Surroundings
from pipeline.worker import Worker, leave
from services.notify.database import SCHEMAS, opened
from services.notify.handler import IMPORTS, JOURNAL, NotifyHandler
from services.notify.horizon import reach_of
from services.notify.journal import EVENTS
from services.notify.plans import Plans
from services.notify.reading import tell_reading
from services.notify.settings import READS, PlannerSettings
from services.notify.sinks import imports_sink, journal_sink

STAGE = "notify"
JOURNAL_TOPIC = "case-changed"
KINDS = (*EVENTS, ImportReported, Reminders, DeadLetters)


async def run_planner(settings: PlannerSettings) -> None:
    """Run until SIGTERM; raises PipelineError when it cannot begin."""
    log, meter, clock = start_logs(STAGE), Meter(), SystemClock()
    pool = await opened(settings.database_url, settings.database_connections)
    codec = Codec(Schemas.read(SCHEMAS), KINDS)
    handler = NotifyHandler(codec)
    async with Producer(settings.brokers) as producer:
        reach = await reach_of(settings.brokers, JOURNAL_TOPIC, settings.partitions, codec)
        plans = Plans(settings.notice_ladder, settings.partitions, settings.news_days, reach)
        log("journal reaches", day=plans.newest_day)
        shared = {
            IMPORTS: imports_sink(plans, codec, clock),
            DEAD_LETTERS_TOPIC: dead_letter_sink(producer, settings.partitions),
        }

        def stage(partition: int) -> Stage:
            journal = journal_sink(partition, plans, codec, clock)
            sinks = {JOURNAL: journal, **shared}
            ledger = PostgresLedger(
                pool, STAGE, partition, handler.packer, sinks, partitions=settings.partitions
            )
            around = Surroundings(leave, meter=meter, log=log)
            return Stage(STAGE, handler, ledger, codec.encode, around, settings.limits())

        worker = Worker(settings, stage, READS, group=STAGE, meter=meter, log=log)
        telling = asyncio.create_task(tell_reading(pool, settings.partitions, worker.behind_s))
        try:
            await worker.main()
        finally:
            telling.cancel()
            await asyncio.gather(telling, return_exceptions=True)
    await pool.close()
