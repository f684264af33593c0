"""One delivery after the other: look again, write down that a call begins, call, settle.

Any number of these run at once, in any number of processes. A row is claimed under a lock and left
in ``calling``, committed, before anybody outside hears of it; whoever dies in between leaves a row
that says so.
"""

import uuid
from datetime import datetime
from typing import Any, NamedTuple

from asyncpg import Record

from claims.discreet import Discreet
from pipeline.postgres import Pool
from pipeline.sealing import NotOpened, Sealer
from services.notify import delivering_rules as rules
from services.notify import delivery_rows as sql
from services.notify.budget import Budget
from services.notify.business_clock import BusinessClock, Moment
from services.notify.database import Connection
from services.notify.delivering_rules import EMAIL, Backoff, Called, Step, Waiting
from services.notify.line_channel import Letter, LineChannel, Said, users_of
from services.notify.mail_channel import MailChannel
from services.notify.outbox import ANSWER
from services.notify.recipients import standing_of
from services.notify.sending_windows import Windows
from services.notify.settling import Settling, counts_now, notices_of
from services.notify.wording import Wording

UNREADABLE = "unreadable"


class Leases(NamedTuple):
    """Seconds after which a delivery in ``calling`` counts as left behind, by channel."""

    line: float
    email: float


class Claimed(Discreet, frozen=True, gc=False):
    """A delivery that is ours to call for. ``address`` of a mail, ``users`` of a batch of news;
    ``row`` as it was before."""

    letter: Letter
    row: Any
    called: Called
    address: str
    users: list[str]


class Delivering:
    """What a sender does with deliveries."""

    def __init__(
        self, pool: "Pool[Record]", clock: BusinessClock, settling: Settling, budget: Budget,
        wording: Wording, windows: Windows, sealer: Sealer, line: LineChannel, mail: MailChannel,
        backoff: Backoff, leases: Leases, journal_age_s: float,
    ) -> None:  # fmt: skip
        self._pool, self._clock, self._settling = pool, clock, settling
        self._budget, self._wording, self._windows = budget, wording, windows
        self._sealer, self._line, self._mail = sealer, line, mail
        self._backoff, self._leases = backoff, leases
        self._journal_age_s = journal_age_s

    async def claim(self) -> tuple[Claimed | None, bool]:
        """The next delivery to call for, in ``calling``, committed; and whether there was any row.

        A row may end without a call: then it is None, True.
        """
        async with self._pool.acquire() as connection, connection.transaction():
            moment = await self._clock.now(connection)
            row = await connection.fetchrow(sql.CLAIM, moment.at, self._journal_age_s)
            if row is None:
                return None, False
            if wait := self._quiet_minutes(row, moment):
                await connection.execute(sql.LATER, row["delivery_id"], moment.after(minutes=wait))
                return None, True
            try:
                async with connection.transaction():
                    return await self._look(connection, row, moment), True
            except (NotOpened, LookupError, ValueError):
                # Its words or its address cannot be read: a person must see why. The others go on.
                step = Step(rules.PARKED, UNREADABLE, uncertain=row["uncertain"])
                await self._settling.settle(connection, row, row["attempts"], step, moment)
                return None, True

    async def call(self, claimed: Claimed) -> Step | None:
        """Make the call and settle; the step, or None when somebody else had the last word."""
        said = await self._said(claimed)
        step = rules.after(claimed.called, said.answer, self._backoff)
        async with self._pool.acquire() as connection, connection.transaction():
            moment = await self._clock.now(connection)
            return await self._settling.settle(
                connection, claimed.row, claimed.called.attempts, step, moment, said
            )

    async def _said(self, claimed: Claimed) -> Said:
        letter = claimed.letter
        if claimed.called.channel == EMAIL:
            mail = self._wording.mail(letter.delivery_id, letter.body)
            return await self._mail.send(letter, mail, claimed.address)
        return await self._line.send(letter, claimed.users)

    def _quiet_minutes(self, row: Any, moment: Moment) -> int:
        """A digest or news not through before quiet hours wait for their end."""
        if row["urgent"] or row["purpose"] not in ("digest", "news"):
            return 0
        return self._windows.minutes_to_loud(moment.minute)

    async def _look(self, connection: Connection, row: Any, moment: Moment) -> Claimed | None:
        notices = await notices_of(connection, row["delivery_id"])
        today = moment.day if moment.day is not None else row["day"]
        counts = await counts_now(connection, notices, today)
        standing = await standing_of(
            connection, row["channel"], row["recipient"], row["facility_id"], row["purpose"]
        )
        waiting = Waiting(
            row["channel"],
            row["state"],
            row["uncertain"],
            _age_s(row["first_call_at"], moment.at),
            tuple((one["said"], counts.get(one["notice_id"])) for one in notices),
            bool(notices) and row["frozen_on"] != today,
            standing.wanted,
            standing.following,
            await self._budget.is_exhausted(connection, moment.month),
        )
        step = rules.before(waiting)
        if step.state not in (rules.GO, rules.ANEW):
            await self._settling.settle(connection, row, row["attempts"], step, moment)
            return None
        body, key = row["body"], row["retry_key"]
        if step.state == rules.ANEW:
            key = uuid.uuid4()
            body = await self._settling.refreeze(connection, row, notices, counts, moment, key)
        called = Called(
            row["channel"], row["attempts"] + 1, step.uncertain, row["reason"], standing.following,
            rules.spread_of(row["delivery_id"]),
        )  # fmt: skip
        return await self._begin(connection, row, called, body, str(key), moment)

    async def _begin(
        self, connection: Connection, row: Any, called: Called, body: bytes, key: str,
        moment: Moment,
    ) -> Claimed:  # fmt: skip
        name, recipient = row["delivery_id"], row["recipient"]
        address, users, lease = "", [], self._leases.line
        if called.channel == EMAIL:
            lease = self._leases.email
            sealed = await connection.fetchval(sql.ADDRESS, recipient)
            address = self._sealer.open(sealed, recipient).decode()
        else:
            users = await users_of(connection, recipient)
            if row["purpose"] == ANSWER:
                body = self._sealer.open(body, name)
        await connection.execute(
            sql.CALLING, name, called.uncertain, moment.at, moment.after(seconds=lease)
        )
        created_ms = int(row["created_at"].timestamp() * 1000)
        letter = Letter(name, row["purpose"], recipient, body, key, created_ms)
        return Claimed(letter, row, called, address, users)


def _age_s(first_call_at: datetime | None, at: datetime) -> float:
    return 0.0 if first_call_at is None else (at - first_call_at).total_seconds()
