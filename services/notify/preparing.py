"""From planned notices to digests and deliveries: one digest per facility and day, whatever the
facility is in it: who claimed, the laboratory, or both."""

from typing import Any

import asyncpg

from pipeline.codec import Codec
from pipeline.logs import Log
from services.notify import preparing_rows as sql
from services.notify.belonging import COUNT
from services.notify.budget import Budget
from services.notify.business_clock import Moment
from services.notify.database import Connection
from services.notify.digest_deliveries import DigestOf, digest_id, write_delivery
from services.notify.facts import CANCELLED, FAILED, fact_of, tell
from services.notify.recipients import bindings_of, choose, contacts_of
from services.notify.sending_windows import Windows
from services.notify.sifting import Kept, Sifted, sift
from services.notify.wording import Wording

NO_RECIPIENT = "no_recipient"
AT_ONCE = 200


class _Elsewhere(Exception):
    """Another process has just made this digest; what we did is taken back."""


class Preparing:
    """One of several at once, in as many processes: each digest is made once."""

    def __init__(
        self, codec: Codec, wording: Wording, budget: Budget, windows: Windows, gather_s: float,
        log: Log,
    ) -> None:  # fmt: skip
        self._codec, self._wording, self._budget = codec, wording, budget
        self._windows, self._gather_s, self._log = windows, gather_s, log

    async def prepare(self, connection: Connection, moment: Moment) -> int:
        """Make the digests that are ripe; how many there were. Fewer than AT_ONCE: no more now.

        Urgent notices pass quiet hours and the hour of digests, and take along what else waits
        for the same facility: it hears once a day.
        """
        if moment.day is None:
            return 0
        waiting = await connection.fetch(
            sql.WAITING,
            moment.day,
            moment.after(seconds=-self._gather_s),
            self._windows.is_open(moment.minute),
            AT_ONCE,
        )
        for group in waiting:
            try:
                async with connection.transaction():
                    await self._one(connection, moment, group["facility_id"])
            except (asyncpg.LockNotAvailableError, _Elsewhere):
                continue
            except (LookupError, ValueError) as bad:
                # Its notices wait until an image that knows them; the others' do not.
                self._log("digest not prepared", reason=type(bad).__name__)
        return len(waiting)

    async def _one(self, connection: Connection, moment: Moment, facility_id: str) -> None:
        day = moment.day
        assert day is not None
        notices = await connection.fetch(sql.TAKE, facility_id, day)
        sifted = await self._sifted(connection, notices, day)
        at_ms = int(moment.at.timestamp() * 1000)
        dropped = [
            fact_of(CANCELLED, notice, at_ms, reason=reason) for notice, reason in sifted.dropped
        ]
        await connection.execute(sql.DROP, [notice["notice_id"] for notice, _ in sifted.dropped])
        await tell(connection, self._codec, *dropped)
        if not sifted.kept:
            return
        urgent = any(one.notice["urgent"] for one in sifted.kept)
        name = digest_id(facility_id, day)
        made = await connection.fetchval(sql.DIGEST, name, facility_id, day, urgent, moment.at)
        if made is None:
            raise _Elsewhere
        taken = [one.notice["notice_id"] for one in sifted.kept]
        await connection.execute(sql.TAKEN, taken, name)
        digest = DigestOf(name, facility_id, day, day, urgent)
        missed = await self._deliveries(connection, moment, digest, sifted.kept)
        if missed is not None:
            failed = (
                fact_of(FAILED, one.notice, at_ms, reason=missed, count=one.cases)
                for one in sifted.kept
            )
            await tell(connection, self._codec, *failed)

    async def _sifted(self, connection: Connection, notices: Any, day: int) -> Sifted:
        rows = await connection.fetch(COUNT, [notice["notice_id"] for notice in notices])
        return sift(notices, {row["notice_id"]: row["count"] for row in rows}, day)

    async def _deliveries(
        self, connection: Connection, moment: Moment, digest: DigestOf, kept: tuple[Kept, ...]
    ) -> str | None:
        """None, or why nobody hears it."""
        bindings = await bindings_of(connection, digest.facility_id)
        contacts = await contacts_of(connection, digest.facility_id)
        following = sum(row["is_following"] for row in bindings)
        messages = 0
        if following:
            messages = await self._budget.left(connection, moment.month, digest.urgent, following)
        chosen = choose(bindings, contacts, messages)
        spent = 0
        for recipient in chosen.recipients:
            made = await write_delivery(
                connection, self._wording, digest, recipient, kept, moment.at, moment.at
            )
            spent += made.cost
        await self._budget.charge(connection, moment.month, spent)
        if chosen.recipients:
            return None
        return chosen.missed or NO_RECIPIENT
