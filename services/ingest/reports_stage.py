"""The reports stage as a process: its composition root."""

from claims.events import ImportReported
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
from services.ingest.assembly import SCHEMAS
from services.ingest.database import opened
from services.ingest.handler import ROW_OUTCOMES, ReportsHandler
from services.ingest.settings import REPORTS_READ, ReportsSettings
from services.ingest.sinks import write_row_outcomes

STAGE = "ingest-reports"


async def run_reports(settings: ReportsSettings) -> None:
    """Run until SIGTERM; raises PipelineError when it cannot begin."""
    log, meter = start_logs(STAGE), Meter()
    pool = await opened(settings.database_url, settings.database_connections)
    codec = Codec(Schemas.read(SCHEMAS), (ImportReported, DeadLetters))
    handler = ReportsHandler(codec)
    async with Producer(settings.brokers) as producer:
        sinks = {
            ROW_OUTCOMES: write_row_outcomes,
            DEAD_LETTERS_TOPIC: dead_letter_sink(producer, settings.partitions),
        }

        def stage(partition: int) -> Stage:
            ledger = PostgresLedger(
                pool, STAGE, partition, handler.packer, sinks, partitions=settings.partitions
            )
            around = Surroundings(leave, meter=meter, log=log)
            return Stage(STAGE, handler, ledger, codec.encode, around, settings.limits())

        await Worker(settings, stage, REPORTS_READ, group=STAGE, meter=meter, log=log).main()
    await pool.close()
