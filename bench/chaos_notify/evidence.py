"""What is there in the end: on phones and in mailboxes, in topic reminders, in books and logs."""

import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import httpx

from bench.chaos.journal import Reader
from bench.chaos_notify.house import AGENCY_MAIL, House, asked
from bench.chaos_notify.people import People
from claims.reminder_events import Reminders
from pipeline.codec import Codec

FULL_ID = re.compile(r"[A-Z][12A-D89]\d{8}")
_KEYS = "select delivery_id, retry_key::text as retry_key from witness.keys"
_DELIVERIES = "select delivery_id, facility_id, day, recipient from notify.deliveries"
_PLANNED = """
select planned_on, (extract(epoch from completed_at) * 1000)::bigint as at_ms
from notify.milestones where planned_on is not null
"""
_DOUBTS = """
select delivery_id, channel, (extract(epoch from last_call_at) * 1000)::bigint as last_call_ms
from notify.deliveries
where uncertain and state in ('cancelled', 'parked') and digest_id is not null
"""
_USED = "select coalesce(sum(used), 0)::integer as used from notify.budgets"


@dataclass(frozen=True)
class Arrival:
    """A message on a phone or a mail in a mailbox. ``delivery``: empty when nobody planned it."""

    channel: str
    recipient: str
    delivery: str
    at_ms: int
    short: str  # alt text, or subject
    content: str


@dataclass(frozen=True)
class Doubt:
    """A delivery that ended without anybody knowing whether it was taken."""

    channel: str
    last_call_ms: int


@dataclass
class Evidence:
    """``about``: facility and day of each delivery; ``facts``: by event id, in order."""

    arrivals: list[Arrival]
    facts: list[Reminders]
    repeated: int  # facts told more than once, the same each time
    contradictory: list[str]  # told again, and differently
    about: dict[str, tuple[str, int]]
    calls: list[dict[str, Any]]
    keys: dict[str, str]  # retry key to delivery
    doubts: dict[str, Doubt]
    unplanned: list[str]  # simulator's violations
    used: int
    counted: int
    planned_days: dict[int, int]  # for which reminders were planned, and the instant of it
    leaks: list[str] = field(default_factory=list)


async def collect(house: House, people: People, codec: Codec) -> Evidence:
    """Read everything, once all is quiet."""
    async with httpx.AsyncClient(timeout=120.0) as client:
        line, inbox = house.line_url, house.mail_url
        phones = (await client.get(f"{line}/_control/phones")).json()
        calls = (await client.get(f"{line}/_control/calls")).json()
        wrong = (await client.get(f"{line}/_control/violations")).json()
        quota = (await client.put(f"{line}/_control/quota", json={})).json()
        mails = (await client.get(f"{inbox}/_control/mails")).json()
    reader = Reader(house.broker.address, codec, topics=("reminders",))
    await reader.read_on()
    url = house.database.url
    keys = {row["retry_key"]: row["delivery_id"] for row in await asked(url, _KEYS)}
    arrivals = [*_on_phones(phones, keys), *(_mail(mail) for mail in mails)]
    facts, contradictory = _once(reader)
    evidence = Evidence(
        arrivals,
        facts,
        len(reader.entries) - len(facts) - len(contradictory),
        contradictory,
        {
            row["delivery_id"]: (row["facility_id"], row["day"])
            for row in await asked(url, _DELIVERIES)
        },
        calls,
        keys,
        {
            row["delivery_id"]: Doubt(row["channel"], row["last_call_ms"])
            for row in await asked(url, _DOUBTS)
        },
        [f"{each['kind']} {each['endpoint']}" for each in wrong],
        (await asked(url, _USED))[0]["used"],
        quota["used"],
        {row["planned_on"]: row["at_ms"] for row in await asked(url, _PLANNED)},
    )
    evidence.leaks = [*_leaks(house, await house.metrics(), people, reader, arrivals)]
    return evidence


def _on_phones(phones: Iterable[dict[str, Any]], keys: dict[str, str]) -> Iterable[Arrival]:
    for phone in phones:
        for bubble in phone["chat"]:
            if bubble["by"] == "bot":
                yield Arrival(
                    "line",
                    phone["user"],
                    keys.get(bubble["retry_key"] or "", ""),
                    bubble["at_ms"],
                    bubble["text"],
                    json.dumps(bubble["message"], ensure_ascii=False),
                )


def _mail(mail: dict[str, Any]) -> Arrival:
    delivery = mail["message_id"].strip("<>").partition("@")[0]
    at = (mail["at_ms"], mail["subject"], mail["text"] + mail["html"])
    return Arrival("email", mail["address"], delivery, *at)


def _once(reader: Reader) -> tuple[list[Reminders], list[str]]:
    first: dict[str, Any] = {}
    contradictory = []
    for entry in reader.entries:
        known = first.setdefault(entry.event.event_id, entry)
        if known.body != entry.body:
            contradictory.append(entry.event.event_id)
    return [entry.event for entry in first.values()], contradictory


def _leaks(
    house: House, metrics: str, people: People, reader: Reader, arrivals: Iterable[Arrival]
) -> Iterable[str]:
    """Full IDs anywhere; user ids and addresses where machines read."""
    topic = "\n".join(entry.body.decode("utf-8", "replace") for entry in reader.entries)
    logs = house.logs()
    shown = "\n".join(f"{one.short}\n{one.content}" for one in arrivals)
    places = {"logs": logs, "metrics": metrics, "topic": topic, "messages": shown}
    for place, text in places.items():
        found = Counter(FULL_ID.findall(text))
        if found:
            yield f"{place}: {sum(found.values())} full IDs"
    persons = [AGENCY_MAIL, *people.mailboxes, *(one.email for one in people.persons if one.email)]
    secret = [*persons, *(one.user for one in people.persons)]
    for place in ("logs", "metrics", "topic"):
        shown_there = sum(word in places[place] for word in secret)
        if shown_there:
            yield f"{place}: {shown_there} user ids or addresses"
