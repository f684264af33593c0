"""What the door is made of, put together once for a command or for the HTTP service."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from asyncpg import Record

from claims import agency_events as agency
from claims.events import BookReleased, Claims, DayClosed, Uploads
from claims.precheck_events import PrecheckAnswered, PrecheckAsked
from pipeline.clock import SystemClock
from pipeline.codec import Codec
from pipeline.postgres import Pool
from pipeline.schemas import Schemas
from pipeline.sealing import Sealer
from services.ingest.calendar import Calendar
from services.ingest.closing import Closing
from services.ingest.database import opened
from services.ingest.intake import Intake
from services.ingest.outbound import Outbound
from services.ingest.precheck import Precheck
from services.ingest.precheck_answers import Answers
from services.ingest.production import Production
from services.ingest.reading.api import Maps
from services.ingest.receipts import Signer
from services.ingest.settings import IngestSettings

SCHEMAS = Path(__file__).resolve().parents[2] / "schemas" / "avro"
SENT = (
    Claims,
    Uploads,
    DayClosed,
    BookReleased,
    agency.Actions,
    agency.RoundOpened,
    agency.RoundClosed,
    agency.RulesChanged,
    agency.PersonAliased,
    agency.FacilityRenamed,
    agency.FacilityClosed,
    PrecheckAsked,
)


@dataclass(frozen=True)
class Door:
    """Everything that takes submissions in, opened."""

    pool: "Pool[Record]"
    intake: Intake
    closing: Closing
    outbound: Outbound
    signer: Signer
    sealer: Sealer
    precheck: Precheck


def maps_of(settings: IngestSettings) -> Maps:
    """The built-in column maps, and those of the folder in the settings."""
    return Maps.read(*([Path(settings.maps_dir)] if settings.maps_dir else []))


@asynccontextmanager
async def open_door(settings: IngestSettings) -> AsyncIterator[Door]:
    """Raises StoreUnavailable, BadMigrations, and MapError for a column map that cannot be used."""
    maps = maps_of(settings)
    pool = await opened(settings.database_url, settings.database_connections)
    codec = Codec(Schemas.read(SCHEMAS), (*SENT, PrecheckAnswered))
    outbound = Outbound(settings.brokers, settings.partitions, codec, settings.broker_wait_s)
    calendar = Calendar(SystemClock(), settings.business_day)
    sealer = Sealer(settings.seal_key, settings.seal_key_id)
    reading = asyncio.Semaphore(settings.reading_at_once)
    production = Production(outbound, sealer, maps, reading)
    answers = Answers(settings.brokers, settings.partitions, codec)
    # Turns of its own: somebody who tries a file does not wait for an extract to be read.
    trying = asyncio.Semaphore(settings.reading_at_once)
    precheck = Precheck(outbound, codec, maps, trying, answers, calendar, settings.precheck_s)
    signer = Signer(settings.receipt_key)
    intake = Intake(pool, production, calendar, signer)
    try:
        closing = Closing(pool, intake, calendar)
        yield Door(pool, intake, closing, outbound, signer, sealer, precheck)
    finally:
        await answers.close()
        await outbound.close()
        await pool.close()
