"""Says answers by their reply tokens, which are free: once each, within a minute.

source: line-bot.md section 3, row Reply token. A reply takes no retry key, and needs none: a token
that LINE accepted is used up, so that another attempt cannot say it twice.
"""

from datetime import datetime, timedelta
from typing import Any

import msgspec
from asyncpg import Record

from claims.discreet import Discreet
from pipeline.clock import Clock
from pipeline.logs import Log
from pipeline.postgres import Pool
from pipeline.sealing import NotOpened, Sealer
from services.notify import outbox
from services.notify.conversation import Turn
from services.notify.line_client import LineClient
from services.notify.webhook_events import Event

# LINE says a minute; the call itself takes some of it.
REPLY_LIFE, EVENT_LIFE = timedelta(seconds=50), timedelta(minutes=20)
TRIES, PAUSE_S = 3, 0.5
# A dead process left it: longer than every try of a living one.
LEFT_AFTER = timedelta(seconds=40)
_LEFT = """
select webhook_event_id, user_id, answer_sealed from notify.webhook_events
where answer_sealed is not null and (done_at < $1 or $2) order by received_at
"""
# Only while the answer is still ours to say: another process may have taken it over.
_SAID = """
update notify.webhook_events set answer_sealed = null
where webhook_event_id = $1 and answer_sealed = $2 returning webhook_event_id
"""
_TAKE_OVER = """
update notify.webhook_events set answer_sealed = $3
where webhook_event_id = $1 and answer_sealed = $2 returning webhook_event_id
"""


def is_in_time(event: Event, received_at: datetime, now: datetime) -> bool:
    """Whether its reply token still works."""
    happened = now.timestamp() - event.timestamp / 1000
    return (
        bool(event.reply_token)
        and now - received_at < REPLY_LIFE
        and happened < EVENT_LIFE.total_seconds()
    )


class Unsaid(Discreet, frozen=True, gc=False):
    """An answer on its way. ``was_tried``: another process may have said it already."""

    webhook_event_id: str
    user_id: str
    token: str
    messages: list[dict[str, Any]]
    matters: bool
    was_tried: bool = False

    @classmethod
    def of(cls, event: Event, took: Turn) -> "Unsaid":
        name, messages = event.webhook_event_id, list(took.answers)
        return cls(name, event.user_id, event.reply_token, messages, took.matters)

    def sealed(self, sealer: Sealer) -> bytes:
        return sealer.seal(msgspec.json.encode(self), f"{self.webhook_event_id}/answer")


class Saying:
    """``say`` never raises for what LINE answers; what is lost is lost by LINE's rules."""

    def __init__(
        self, pool: "Pool[Record]", line: LineClient, sealer: Sealer, clock: Clock, log: Log
    ) -> None:
        self._pool, self._line, self._sealer = pool, line, sealer
        self._clock, self._log = clock, log

    async def say(self, unsaid: Unsaid, now: datetime) -> None:
        """What was refused goes as a push if it matters; not if another process, which began
        meanwhile, took it for left behind: then the token may be used up because that one said it.
        """
        was_refused = await self._reply(unsaid)
        async with self._pool.acquire() as connection, connection.transaction():
            sealed = unsaid.sealed(self._sealer)
            ours = await connection.fetchval(_SAID, unsaid.webhook_event_id, sealed)
            if ours is not None and was_refused and unsaid.matters:
                await outbox.queue_answer(
                    connection, self._sealer, unsaid.user_id, "", unsaid.messages, now
                )

    async def _reply(self, unsaid: Unsaid) -> bool:
        """True when it was certainly not said."""
        maybe_said = unsaid.was_tried
        for attempt in range(TRIES):
            outcome = await self._line.reply(unsaid.token, unsaid.messages)
            if outcome.is_done:
                return False
            if outcome.status not in (0, 429) and outcome.status < 500:
                self._log("reply refused", status=outcome.status, name=outcome.request_id)
                return not maybe_said
            maybe_said = maybe_said or (outcome.reached and outcome.status != 429)
            if attempt + 1 < TRIES:
                await self._clock.sleep(PAUSE_S * 2**attempt)
        self._log("reply given up", name=unsaid.webhook_event_id)
        return not maybe_said

    async def say_what_was_left(self, now: datetime, everything: bool) -> int:
        """Answers of a process that died; ``everything``: at the start, whatever their age."""
        rows = await self._pool.fetch(_LEFT, now - LEFT_AFTER, everything)
        for row in rows:
            name = row["webhook_event_id"]
            try:
                content = self._sealer.open(row["answer_sealed"], f"{name}/answer")
            except NotOpened:
                self._log("answer not opened", name=name)
                continue
            left = msgspec.json.decode(content, type=Unsaid)
            again = msgspec.structs.replace(left, was_tried=True)
            taken = again.sealed(self._sealer)
            if await self._pool.fetchval(_TAKE_OVER, name, row["answer_sealed"], taken):
                await self.say(again, now)
        return len(rows)
