"""The flow of a submission: store it sealed, produce its parts, only then sign a receipt."""

import asyncio
import hashlib
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import BinaryIO

from asyncpg import Record, UniqueViolationError

from claims.events import BookReleased
from pipeline.postgres import Pool
from services.ingest import actions, held, registry, submissions, vault
from services.ingest.calendar import Calendar
from services.ingest.database import PATIENT_S, Connection
from services.ingest.names import (
    ACTIONS_LOCK,
    AGENCY,
    begin_lock,
    facility_lock,
    harmless_name,
    submission_id,
)
from services.ingest.outbound import Outbound
from services.ingest.production import Production, Progress, no_progress
from services.ingest.receipts import Signer, content_of
from services.ingest.submissions import BEGUN, HELD, PRODUCED, REFUSED, Offer, Submission

_READ_BYTES = 1 << 20
FREE_CONNECTIONS = 4


@dataclass(frozen=True)
class Answer:
    """A submission as it stands now; ``duplicate``: the same bytes had come before."""

    submission: Submission
    duplicate: bool


@dataclass(frozen=True)
class HandedIn:
    """What somebody hands in. ``facility_id``: any code of the facility, or AGENCY."""

    facility_id: str
    uploader: str
    file_name: str
    kind: str = ""
    map_version: str = ""
    on_behalf_of: str = ""  # AGENCY only: the facility that all of it is about
    held: bool = False  # it waits for a second person (Intake.confirm)


class SamePerson(Exception):
    """Whoever asked for something cannot be the one who confirms it."""

    def __init__(self) -> None:
        super().__init__("須由另一人（另一把金鑰）確認 somebody else must confirm it")


async def admitted(connection: Connection, submission: Submission) -> None:
    """For what the door does not look into when it is accepted."""


Admit = Callable[[Connection, Submission], Awaitable[None]]
"""Looks at a submission in the transaction that accepts it; what it raises undoes all of it."""


class Intake:
    """Accepts, resumes, answers. Several processes may do so at once on one database."""

    def __init__(
        self,
        pool: "Pool[Record]",
        production: Production,
        calendar: Calendar,
        signer: Signer,
    ) -> None:
        self._pool, self._production = pool, production
        self._calendar, self._signer = calendar, signer
        # In this process a facility's submissions queue here, not on a connection each.
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        # Whoever works keeps a connection for long; some stay free for those who only ask.
        self._working = asyncio.Semaphore(max(1, pool.get_max_size() - FREE_CONNECTIONS))

    @property
    def outbound(self) -> Outbound:
        return self._production.outbound

    async def submit(
        self, handed_in: HandedIn, file: BinaryIO, progress: Progress = no_progress
    ) -> Answer:
        """Accept a file and do all of it; what comes back is produced, with receipt, or refused.

        Raises BrokerUnavailable: then it is accepted, and will be finished later.
        """
        answer = await self.accept(handed_in, file)
        return replace(answer, submission=await self.finish(answer.submission, progress))

    async def accept(self, handed_in: HandedIn, file: BinaryIO, admit: Admit = admitted) -> Answer:
        """Store it sealed, stamped with its day; from here on it is not lost.

        The same bytes of the same facility are the submission that is there already; only a refused
        one is begun anew, for the sender may have named its map this time. Raises RegistryRefuses
        for a facility code that is none.
        """
        offer = await self._offer(handed_in, file)
        async with self._pool.acquire() as connection:
            found = await submissions.find(connection, offer.submission_id)
            if found is not None and found.state != REFUSED:
                return Answer(found, duplicate=True)
            try:
                return Answer(await self._begin(connection, offer, file, admit), duplicate=False)
            except UniqueViolationError:  # the same bytes at the same moment
                found = await submissions.find(connection, offer.submission_id)
                assert found is not None
                return Answer(found, duplicate=True)

    async def finish(self, submission: Submission, progress: Progress = no_progress) -> Submission:
        """Produce it, after all that its facility handed in before; then sign its receipt."""
        if submission.state == BEGUN:
            facility_id = submission.facility_id
            async with self._turn(facility_id, wait=True) as connection:
                assert connection is not None
                await self._drain(connection, facility_id, submission, progress)
        return await self.with_receipt(submission.submission_id)

    async def confirm(self, submission_id: str, confirmer: str) -> Submission | None:
        """Begin what waited for a second person; None when it does not wait. Raises SamePerson."""
        async with self._pool.acquire() as connection, connection.transaction():
            found = await held.waiting_one(connection, submission_id)
            if found is None:
                return None
            if found.uploader == confirmer:
                raise SamePerson
            await self._take_turn(connection, found.facility_id)
            day = await self._calendar.receive(connection)
            now = self._calendar.now()
            return await held.begin(connection, submission_id, confirmer, day, now)

    async def resume(self, until: int | None = None, *, wait: bool = False) -> int:
        """Finish what was begun, up to a day or all; how many submissions that were.

        ``wait``: also wait for those another process is working on; otherwise leave them to it.
        """
        async with self._pool.acquire() as connection:
            facilities = await submissions.facilities_begun(connection, until)
        finished = 0
        for facility_id in facilities:
            async with self._turn(facility_id, wait) as connection:
                if connection is not None:
                    finished += await self._drain(connection, facility_id, None, no_progress)
        await self._send_actions()
        return finished

    async def release_book(self, partition: int, book: str) -> int:
        """Tell the stages to let a quarantined book go on; the number of the action."""
        async with self._pool.acquire() as connection:
            number = await actions.ask_release(connection, partition, book)
        await self._send_actions()
        return number

    # -- steps

    async def _offer(self, handed_in: HandedIn, file: BinaryIO) -> Offer:
        sha256, size = await asyncio.to_thread(_digest, file)
        about = handed_in.on_behalf_of or handed_in.facility_id
        codes: tuple[str, ...] = (AGENCY,)
        if about != AGENCY:
            code = registry.checked(about)
            async with self._pool.acquire() as connection:
                codes = await registry.owner_codes(connection, code)
        facility_id = AGENCY if handed_in.facility_id == AGENCY else codes[0]
        return Offer(
            submission_id=submission_id(facility_id, sha256),
            facility_id=facility_id,
            owner_codes=codes,
            uploader=handed_in.uploader,
            file_name=harmless_name(handed_in.file_name),
            sha256=sha256,
            size_bytes=size,
            kind_asked=handed_in.kind,
            map_asked=handed_in.map_version,
            state=HELD if handed_in.held else BEGUN,
        )

    async def _begin(
        self, connection: Connection, offer: Offer, file: BinaryIO, admit: Admit
    ) -> Submission:
        async with connection.transaction():
            await submissions.forget_refused(connection, offer.submission_id)
            await vault.store(connection, self._production.sealer, offer.submission_id, file)
            await self._take_turn(connection, offer.facility_id)
            # Late, because nobody can close a day while it is shared.
            day = await self._calendar.receive(connection)
            begun = await submissions.insert(connection, offer, day, self._calendar.now())
            await admit(connection, begun)
            return begun

    async def _take_turn(self, connection: Connection, facility_id: str) -> None:
        """What a facility hands in at the same time is numbered in the order of the commits."""
        await connection.execute("select pg_advisory_xact_lock($1)", begin_lock(facility_id))

    async def _drain(
        self,
        connection: Connection,
        facility_id: str,
        wanted: Submission | None,
        progress: Progress,
    ) -> int:
        """In the order in which they were accepted, up to the wanted one; how many."""
        finished = 0
        while True:
            found = await submissions.oldest_begun(connection, facility_id)
            if found is None or (wanted is not None and found.begun_no > wanted.begun_no):
                return finished
            own = wanted is not None and found.submission_id == wanted.submission_id
            await self._production.settle(connection, found, progress if own else no_progress)
            await self._sign(connection, found.submission_id)
            finished += 1

    async def with_receipt(self, submission_id: str) -> Submission:
        """The submission; its receipt is signed now if a crash came between production and that."""
        async with self._pool.acquire() as connection:
            return await self._sign(connection, submission_id)

    async def _sign(self, connection: Connection, submission_id: str) -> Submission:
        submission = await submissions.find(connection, submission_id)
        assert submission is not None
        if submission.state != PRODUCED or submission.receipt:
            return submission
        receipt = self._signer.sign(content_of(submission))
        kept = await submissions.keep_receipt(connection, submission_id, receipt)
        return replace(submission, receipt=kept)

    async def _send_actions(self) -> None:
        async with (
            self._pool.acquire() as connection,
            _locked(connection, ACTIONS_LOCK, wait=True),
        ):
            for action in await actions.unproduced(connection):
                key = action.book.encode()
                event = BookReleased(f"book-released/{action.number}", action.book)
                sent = await self.outbound.send_to("actions", action.partition, key, event)
                await self.outbound.settle([sent])
                await actions.mark_produced(connection, action.number)

    @asynccontextmanager
    async def _turn(self, facility_id: str, wait: bool) -> AsyncIterator[Connection | None]:
        """A connection that holds the facility's lock; None when another process has it."""
        async with (
            self._turns[facility_id],
            self._working,
            self._pool.acquire() as connection,
            _locked(connection, facility_lock(facility_id), wait) as locked,
        ):
            yield connection if locked else None


@asynccontextmanager
async def _locked(connection: Connection, number: int, wait: bool) -> AsyncIterator[bool]:
    """Hold an advisory lock of the session; False when it is taken and we do not wait.

    A process that dies loses its session, and with it the lock.
    """
    if wait:
        await connection.execute("select pg_advisory_lock($1)", number, timeout=PATIENT_S)
    elif not await connection.fetchval("select pg_try_advisory_lock($1)", number):
        yield False
        return
    try:
        yield True
    finally:
        if not connection.is_closed():
            await connection.execute("select pg_advisory_unlock($1)", number)


def _digest(file: BinaryIO) -> tuple[str, int]:
    file.seek(0)
    digest, size = hashlib.sha256(), 0
    while chunk := file.read(_READ_BYTES):
        digest.update(chunk)
        size += len(chunk)
    return digest.hexdigest(), size
