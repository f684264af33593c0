"""The sender as a process: its composition root."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple

import asyncpg
from asyncpg import Record

from claims.reminder_events import Reminders
from pipeline.clock import Clock, SystemClock
from pipeline.codec import Codec
from pipeline.errors import StoreUnavailable
from pipeline.garbage import collect_seldom
from pipeline.http import Probe, serve
from pipeline.logs import Log, start_logs
from pipeline.metrics import Meter
from pipeline.postgres import Pool
from pipeline.schemas import Schemas
from pipeline.sealing import Sealer
from services.notify.agency_mail import addresses, keep_agency_contacts
from services.notify.budget import Budget, Limits
from services.notify.business_clock import (
    AfterLastClosed,
    BusinessClock,
    CalendarClock,
    instant_of,
)
from services.notify.database import SCHEMAS, opened
from services.notify.delivering import Delivering, Leases
from services.notify.delivering_rules import Backoff
from services.notify.forgetting import Keep, forget_for_ever
from services.notify.line_calls import LineCall, Recorder, line_calls
from services.notify.line_channel import LineChannel
from services.notify.line_client import LineClient
from services.notify.mail_channel import MailChannel, server_of
from services.notify.mail_links import Links
from services.notify.news import Post
from services.notify.preparing import Preparing
from services.notify.rate_limits import Rates
from services.notify.sender_loops import Sender, Stopping, relay_for_ever
from services.notify.sender_metrics import LINE_ANSWERS, SENDER
from services.notify.sending_windows import Windows
from services.notify.settings import SenderSettings
from services.notify.settling import Settling
from services.notify.wording import Wording

NAME = "notify-sender"
# No look at the table of deliveries for so long: a restart is worth trying. A call that hangs ends
# by itself long before.
STUCK_S = 300.0


class Around(NamedTuple):
    """What a sender shares with its process; tests give their own."""

    pool: "Pool[Record]"
    clock: Clock
    meter: Meter
    probe: Probe
    log: Log


def counted(record: Recorder, meter: Meter) -> Recorder:
    """Keeps a call of LINE, and counts it."""

    async def both(call: LineCall) -> None:
        meter.add(LINE_ANSWERS, 1, call.endpoint, call.status)
        await record(call)

    return both


def business_clock(settings: SenderSettings, clock: Clock) -> BusinessClock:
    if settings.business_day:
        return AfterLastClosed(clock, settings.digest_at)
    return CalendarClock(clock)


@asynccontextmanager
async def sender_of(settings: SenderSettings, around: Around) -> AsyncIterator[Sender]:
    """Every part of a sender, put together; its session with LINE open."""
    pool, clock, meter, probe, log = around
    sealer = Sealer(settings.seal_key, settings.seal_key_id)
    links = Links(settings.public_url, settings.link_key)
    wording = Wording(sealer, links, settings.correcting_url)
    codec = Codec(Schemas.read(SCHEMAS), (Reminders,))
    budget = Budget(Limits(settings.line_budget, settings.line_reserve, settings.quota_counted_s))
    windows = Windows(settings.digest_at, settings.quiet_hours)
    today = business_clock(settings, clock)
    server = server_of(settings.smtp_url, settings.smtp_ca_file, settings.mail_from)
    mail = MailChannel(server, links, settings.call_lease_s, settings.mail_answer_s)
    leases = Leases(settings.call_lease_s, 2 * settings.call_lease_s + settings.mail_answer_s)
    client = LineClient(
        settings.line_channel_token,
        counted(line_calls(pool, log), meter),
        base_url=settings.line_base_url,
        timeout_s=settings.line_timeout_s,
    )
    async with pool.acquire() as connection:
        wanted = addresses(settings.agency_mail)
        await keep_agency_contacts(connection, sealer, settings.link_key, wanted, instant_of(clock))
    async with client as line:
        settling = Settling(codec, wording, budget, windows)
        delivering = Delivering(
            pool, today, settling, budget, wording, windows, sealer,
            LineChannel(line, Rates(clock)), mail,
            Backoff(settings.retry_first_s, settings.retry_longest_s, settings.retry_limited_s),
            leases, settings.journal_age_s,
        )  # fmt: skip
        preparing = Preparing(codec, wording, budget, windows, settings.gather_s, log)
        yield Sender(
            pool, today, preparing, delivering, budget, line, Post(sealer, links, budget),
            settings.sending_at_once, meter, probe, log,
        )  # fmt: skip


async def run_sender(settings: SenderSettings) -> None:
    """Run until SIGTERM. Raises PipelineError when it cannot begin, or the database went away."""
    log, meter, clock, stopping = start_logs(NAME), Meter(SENDER), SystemClock(), Stopping()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stopping.stop)
    probe = Probe(clock, STUCK_S)
    probe.starting("starting")
    server = await serve(settings.metrics_host, settings.metrics_port, meter.page, probe)
    log("metrics", host=settings.metrics_host, port=server.port)
    pool = await opened(settings.database_url, settings.database_connections)
    try:
        async with sender_of(settings, Around(pool, clock, meter, probe, log)) as sender:
            collect_seldom()
            probe.ready()
            # Whether messages wait or not, the loop that looks for them must go round.
            probe.observe(0, behind=True)
            await _work(sender, settings, Around(pool, clock, meter, probe, log), stopping)
        log("sender ends")
    finally:
        pool.terminate()
        await server.close()


async def _work(
    sender: Sender, settings: SenderSettings, around: Around, stopping: Stopping
) -> None:
    """All loops, until it is time to stop or one of them fails."""
    relay = relay_for_ever(
        around.pool, settings.brokers, settings.partitions, lambda: instant_of(around.clock),
        around.meter, around.log, stopping,
    )  # fmt: skip
    keep = Keep(
        settings.keep_calls_days, settings.keep_messages_days, settings.keep_people_days,
        settings.keep_left_days, settings.keep_unconfirmed_days,
    )  # fmt: skip
    loops = (
        forget_for_ever(around.pool, keep, around.clock, stopping),
        sender.prepare_for_ever(stopping),
        sender.news_for_ever(stopping),
        sender.deliver_for_ever(stopping),
        sender.reconcile_for_ever(stopping, settings.quota_every_s),
        sender.gauges_for_ever(stopping),
        relay,
    )
    try:
        async with asyncio.TaskGroup() as group:
            for loop in loops:
                group.create_task(loop)
    except* (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as gone:
        raise StoreUnavailable(type(gone.exceptions[0]).__name__) from None
