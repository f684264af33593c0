"""What follows when a delivery has an end: its state, facts, the budget, the other channel."""

from collections.abc import Sequence
from typing import Any

from claims.notices import KINDS
from pipeline.codec import Codec
from services.notify import decision_mails
from services.notify import delivering_rules as rules
from services.notify import delivery_rows as sql
from services.notify.belonging import COUNT
from services.notify.budget import Budget
from services.notify.business_clock import Moment
from services.notify.database import Connection
from services.notify.delivering_rules import EMAIL, LINE, Step
from services.notify.digest_deliveries import DigestOf, write_delivery
from services.notify.facts import (
    CANCELLED,
    OUT_OF_DATE,
    RESOLVED,
    SUPERSEDED,
    fact_of,
    tell,
)
from services.notify.line_channel import Said
from services.notify.recipients import FALLBACK, Recipient
from services.notify.sending_windows import Windows
from services.notify.sifting import Kept, Notice, count_now, is_over
from services.notify.wording import Wording

# States that end a delivery, and the fact each of them is.
_TOLD = {
    rules.SENT: "sent",
    rules.CANCELLED: "cancelled",
    rules.FAILED: "failed",
    rules.PARKED: "parked",
}
NOTHING_SAID = Said("")
_NEWEST_ONLY = [kind.name for kind in KINDS if kind.newest_only]


async def notices_of(connection: Connection, delivery_id: str) -> list[Notice]:
    """With ``said``, the count in the frozen words, and ``is_superseded``."""
    return list(await connection.fetch(sql.NOTICES, delivery_id, _NEWEST_ONLY))


async def counts_now(
    connection: Connection, notices: Sequence[Notice], today: int
) -> dict[str, int]:
    """By notice: what is right to say today; without those that are over, or superseded."""
    names = [notice["notice_id"] for notice in notices]
    rows = await connection.fetch(COUNT, names) if names else []
    left = {row["notice_id"]: row["count"] for row in rows}
    now = {notice["notice_id"]: count_now(notice, left, today) for notice in notices}
    newer = {notice["notice_id"] for notice in notices if notice["is_superseded"]}
    return {name: count for name, count in now.items() if count is not None and name not in newer}


def _kept(notices: Sequence[Notice], counts: dict[str, int]) -> list[Kept]:
    names = ((one, one["notice_id"]) for one in notices)
    return [Kept(one, counts[name]) for one, name in names if name in counts]


class Settling:
    """Every method works within the caller's transaction."""

    def __init__(self, codec: Codec, wording: Wording, budget: Budget, windows: Windows) -> None:
        self._codec, self._wording = codec, wording
        self._budget, self._windows = budget, windows

    async def settle(
        self, connection: Connection, row: Any, attempts: int, step: Step, moment: Moment,
        said: Said = NOTHING_SAID,
    ) -> Step | None:  # fmt: skip
        """Write what became of the delivery; ``row`` as it was claimed.

        The step that was written; None when somebody else has had the last word already.
        """
        replaced = False
        if step.falls_back and row["falls_back"] and row["digest_id"]:
            replaced = await self._can_fall_back(connection, row)
        decision = await decision_mails.address_of(connection, row) if step.falls_back else None
        if (
            step.state == rules.CANCELLED
            and step.reason == rules.BLOCKED
            and not (replaced or decision)
        ):
            # Nobody hears it: that is a failure, not a change of way.
            step = step._replace(state=rules.FAILED)
        written = await connection.fetchval(
            sql.SETTLE, row["delivery_id"], attempts, step.state, step.reason, step.uncertain,
            moment.after(seconds=step.pause_s), said.request_id, said.accepted_request_id,
            moment.at,
        )  # fmt: skip
        if written is None:
            return None
        if step.state == rules.READY:
            return step
        notices = await notices_of(connection, row["delivery_id"])
        await self._tell(connection, row, notices, step, moment)
        if step.state != rules.SENT and not step.uncertain:
            await self._budget.give_back(connection, month_of(row, moment), row["cost"])
        if step.reason == rules.MONTHLY_LIMIT:
            await self._budget.exhausted(connection, moment.month, moment.at)
        if step.reason == rules.BAD_ADDRESS and row["channel"] == EMAIL:
            await connection.execute(sql.BOUNCED, row["recipient"], moment.at, "refused")
        if replaced:
            await self._fall_back(connection, row, notices, moment)
        if decision is not None:
            await decision_mails.mail_instead(
                connection, self._wording.sealer, row, decision, moment.at
            )
        return step

    async def refreeze(
        self, connection: Connection, row: Any, notices: Sequence[Notice],
        counts: dict[str, int], moment: Moment, retry_key: Any,
    ) -> bytes:  # fmt: skip
        """Words that are right today, under a new key; what is left out is told. The body."""
        today = moment.day or row["day"]
        kept = _kept(notices, counts)
        gone = [one for one in notices if one["notice_id"] not in counts]
        body = self._wording.freeze(
            row["delivery_id"], row["channel"], row["recipient"], row["facility_id"], kept, today
        )
        await connection.execute(sql.ANEW, row["delivery_id"], body, retry_key, today)
        await connection.executemany(
            "update notify.delivery_notices set count = $3"
            " where delivery_id = $1 and notice_id = $2",
            [(row["delivery_id"], one.notice["notice_id"], one.cases) for one in kept],
        )
        await connection.execute(sql.UNSAID, row["delivery_id"], [one["notice_id"] for one in gone])
        at_ms = int(moment.at.timestamp() * 1000)
        facts = (
            fact_of(
                *(CANCELLED, one, at_ms),
                reason=_reason(RESOLVED, one, today),
                channel=row["channel"],
                delivery_id=row["delivery_id"],
                count=0,
            )
            for one in gone
        )
        await tell(connection, self._codec, *facts)
        return body

    async def _can_fall_back(self, connection: Connection, row: Any) -> bool:
        return row["channel"] == LINE and None is not await connection.fetchval(
            FALLBACK, row["recipient"], row["facility_id"]
        )

    async def _tell(
        self, connection: Connection, row: Any, notices: Sequence[Notice], step: Step,
        moment: Moment,
    ) -> None:  # fmt: skip
        at_ms, today = int(moment.at.timestamp() * 1000), moment.day or row["day"]
        facts = (
            fact_of(
                *(_TOLD[step.state], one, at_ms),
                reason=_reason(step.reason, one, today),
                channel=row["channel"],
                delivery_id=row["delivery_id"],
                count=one["said"],
            )
            for one in notices
        )
        await tell(connection, self._codec, *facts)

    async def _fall_back(
        self, connection: Connection, row: Any, notices: Sequence[Notice], moment: Moment
    ) -> None:
        """By e-mail, with counts of now, when the next window is open; urgent ones at once."""
        today = moment.day or row["day"]
        counts = await counts_now(connection, notices, today)
        kept = _kept(notices, counts)
        contact = await connection.fetchval(FALLBACK, row["recipient"], row["facility_id"])
        if not kept or contact is None:
            return
        digest = DigestOf(row["digest_id"], row["facility_id"], row["day"], today, row["urgent"])
        wait = 0 if row["urgent"] else self._windows.minutes_to_open(moment.minute)
        await write_delivery(
            connection, self._wording, digest, Recipient(EMAIL, contact, contact), kept,
            moment.after(minutes=wait), moment.at,
        )  # fmt: skip


def _reason(reason: str, notice: Notice, today: int) -> str:
    if reason != RESOLVED:
        return reason
    if is_over(notice, today):
        return OUT_OF_DATE
    return SUPERSEDED if notice["is_superseded"] else RESOLVED


def month_of(row: Any, moment: Moment) -> int:
    """The month a delivery was charged to: a digest's by its business day."""
    return moment._replace(day=row["day"]).month if row["digest_id"] else moment.month
