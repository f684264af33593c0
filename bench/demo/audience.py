"""Who hears of it, over the year: phones, mailboxes, the notifier; and what is wrong in the end."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx
from aiokafka import TopicPartition

from bench.compare import Difference
from bench.demo import told
from bench.demo.managers import (
    AGENCY_MAIL,
    LABORATORY_MAIL,
    Managers,
    agency_key,
    put_menu_in_place,
)
from bench.demo.phones import Phones
from bench.demo.privacy import personal_in
from bench.demo.summary import Figures
from bench.demo.telling import Telling, open_telling
from bench.schedule import Item, Schedule
from bench.seen import Seen
from deploy.local.plan import LINE, MAIL
from deploy.local.record import Record
from services.notify.settings import READS

# What the region may cost: far more than LINE's plans of one month, for a year passes in one.
MONTHLY, YEARLY = 6_000, 12 * 6_000


class Audience:
    """Raises TimeoutError, HTTPStatusError, and what asyncpg raises."""

    def __init__(self, phones: Phones, managers: Managers, telling: Telling) -> None:
        self.phones, self.managers, self.telling = phones, managers, telling
        self._rounds: dict[str, int] = {}

    async def join(self) -> None:
        """Everybody is bound, and LINE allows a year's messages in the month the demo runs in."""
        await self.phones.allow(YEARLY)
        await self.managers.join()

    async def opened(self, day: int, items: Iterable[Item]) -> None:
        """Wait until the rounds of these lists are planned for: a year passes in a minute, and a
        list would else be corrected before anybody is told of it."""
        rounds = [
            action["round_id"]
            for item in items
            for action in item["actions"]
            if action["kind"] == "open_round"
        ]
        self._rounds |= dict.fromkeys(rounds, day)
        await self.telling.rounds_told(rounds)

    async def one_blocks(self) -> None:
        await self.phones.block(self.managers.roster.blocks)

    async def heard_all(self, after: Mapping[TopicPartition, int]) -> bool:
        """``after``: where the topics end."""
        ends = {f"{at.topic}:{at.partition}": end for at, end in after.items() if at.topic in READS}
        return await self.telling.is_at_an_end(ends)

    async def compare(self, seen: Seen, persons: frozenset[bytes]) -> list[Difference]:
        """Against the journal, which was compared with the truth; on phones and in mails."""
        facts = list(seen.facts.values())
        waiting = await self.telling.waiting()
        found = list(told.compare_rounds(seen.journeys, facts, self._rounds))
        found += told.compare_ends(facts, waiting)
        found += told.compare_counts(seen.journeys, await self.telling.said())
        phones, mails = await self.phones.everything(), await self.phones.mails()
        found += self._arrived(phones, mails, await self.telling.sent_to_phones())
        found += await self._owed()
        found += _personal(phones, mails, persons)
        return found

    async def figures(self, seen: Seen) -> Figures:
        facts = list(seen.facts.values())
        messages: Counter[str] = Counter()
        cost = 0
        for row in await self.telling.sent():
            messages[row["channel"]] += row["messages"]
            cost += row["cost"]
        charged = await self.telling.charged()
        return Figures(
            told.counts_of_facts(facts),
            dict(messages),
            told.in_both_roles(await self.telling.said()),
            told.reasons_of(facts, "cancelled"),
            told.reasons_of(facts, "failed"),
            await self.telling.states(),
            len(self.managers.roster.people),
            cost,
            max(charged.values(), default=0),
            MONTHLY,
        )

    def _arrived(
        self,
        phones: list[dict[str, Any]],
        mails: list[dict[str, Any]],
        sent: Mapping[str, int],
    ) -> Iterator[Difference]:
        """What is marked as sent lies there, once. Who blocked the account sees nothing more."""
        blocked = self.managers.roster.blocks.user
        for phone in phones:
            pushed = sum(bubble["via"] == "push" for bubble in phone["chat"])
            wanted = sent.get(phone["user"], 0)
            if pushed != wanted and not (phone["user"] == blocked and pushed <= wanted):
                yield Difference(phone["name"], "", "messages", str(wanted), str(pushed))
        repeated = [n for n in Counter(mail["message_id"] for mail in mails).values() if n > 1]
        if repeated:
            yield Difference("mails", "", "repeated", "0", str(len(repeated)))
        for address in (LABORATORY_MAIL, AGENCY_MAIL, self.managers.roster.blocks.address):
            if sum(mail["address"] == address for mail in mails) < 2:
                yield Difference(address, "", "mails", "more than the first", "none")

    async def _owed(self) -> list[Difference]:
        found = []
        if twice := await self.telling.twice():
            found.append(Difference("digests", "", "twice a day", "0", str(twice)))
        alone = await self.telling.digests_of(self.managers.roster.alone)
        if alone:
            found.append(Difference("nobody's facility", "", "deliveries", "none", str(alone)))
        spent, cost = await self.phones.spent(), sum(r["cost"] for r in await self.telling.sent())
        charged = sum((await self.telling.charged()).values())
        if not spent <= cost == charged:
            said = f"{spent} counted, {cost} sent, {charged} charged"
            found.append(Difference("LINE", "", "cost", "one figure", said))
        for violation in await self.phones.violations():
            about = f"{violation['endpoint']} {violation['about']}"
            found.append(Difference("LINE", "", violation["kind"], "never", about))
        return found


def _personal(
    phones: list[dict[str, Any]], mails: list[dict[str, Any]], persons: frozenset[bytes]
) -> Iterator[Difference]:
    """Numbers, names, birth dates: on no phone and in no mail."""
    for phone in phones:
        for bubble in phone["chat"]:
            for what in personal_in(f"{bubble['text']}\n{bubble['message']}", persons):
                yield Difference(phone["name"], "", "personal", "nothing", what)
    for mail in mails:
        for what in personal_in(f"{mail['subject']}\n{mail['text']}\n{mail['html']}", persons):
            yield Difference(mail["message_id"], "", "personal", "nothing", what)


@asynccontextmanager
async def open_audience(
    record: Record, env: Mapping[str, str], schedule: Schedule
) -> AsyncIterator[Audience]:
    key, _ = await asyncio.gather(
        asyncio.to_thread(agency_key, env), asyncio.to_thread(put_menu_in_place, env)
    )
    async with (
        httpx.AsyncClient(base_url=record.doors[LINE], timeout=60.0) as line,
        httpx.AsyncClient(base_url=record.doors[MAIL], timeout=60.0) as inbox,
        httpx.AsyncClient(base_url=record.doors["notify"], timeout=60.0) as notify,
        open_telling(env["DATABASE_URL"]) as telling,
    ):
        phones = Phones(line, inbox)
        yield Audience(phones, Managers(phones, notify, schedule, key), telling)
