"""Who answers for which facility, and how they come to the LINE account: as the leaflet says.

Follow, 審核申請, 申請表單, the form page, the mail that asks to confirm; then the agency approves.
"""

import asyncio
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from bench.demo.phones import Phone, Phones
from bench.schedule import Schedule

ROOT = Path(__file__).resolve().parents[2]
AT_ONCE = 8
# Of the facilities, the busiest first: whose manager blocks the account, who has nobody, and two
# that one person answers for.
BLOCKS, NOBODY, PAIR = 0, 1, (2, 3)
SECOND_USER_EVERY = 7
LABORATORY_MAIL, AGENCY_MAIL = "laboratory@example.invalid", "agency@example.invalid"
APPLY, FORM, APPROVED = "審核申請", "申請表單", "審核通過"


@dataclass
class Roster:
    """people: facilities of every phone. blocks: who ends it half-way; alone: told by nobody."""

    blocks: Phone
    alone: str
    people: dict[Phone, list[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, schedule: Schedule) -> "Roster":
        """Most facilities have one person; some two; one person has two; one has nobody."""
        busy = Counter(
            item["facility"]
            for items in schedule.days.values()
            for item in items
            if "facility" in item
        )
        codes = sorted((one["code"] for one in schedule.facilities), key=lambda c: (-busy[c], c))
        first, second = (codes[place] for place in PAIR)
        made = cls(blocks=Phone(f"manager-{codes[BLOCKS]}"), alone=codes[NOBODY])
        for place, code in enumerate(codes):
            if place == NOBODY:
                continue
            manager = Phone(f"manager-{first if code == second else code}")
            made.people.setdefault(manager, []).append(code)
            if place % SECOND_USER_EVERY == SECOND_USER_EVERY - 1:
                made.people[Phone(f"second-{code}")] = [code]
        return made


class Managers:
    """notify: its pages and the agency's API. Raises HTTPStatusError, TimeoutError."""

    def __init__(
        self, phones: Phones, notify: httpx.AsyncClient, schedule: Schedule, key: str
    ) -> None:
        self._phones, self._notify, self._key = phones, notify, {"X-Api-Key": key}
        self._names = {one["code"]: one["name"] for one in schedule.facilities}
        self._laboratory = schedule.laboratory
        self.roster = Roster.of(schedule)

    async def join(self) -> None:
        """Everybody, and the addresses of the laboratory and of the agency."""
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(phone: Phone, codes: list[str]) -> None:
            async with gate:
                await self._phones.follow(phone)
                await self._phones.shows(phone, "歡迎加入")
                for number, code in enumerate(codes, start=1):
                    await self._apply(phone, code, number)

        async with asyncio.TaskGroup() as group:
            for phone, codes in self.roster.people.items():
                group.create_task(one(phone, codes))
            group.create_task(self._enter(self._laboratory, LABORATORY_MAIL))
            group.create_task(self._enter("", AGENCY_MAIL))

    async def _apply(self, phone: Phone, code: str, number: int) -> None:
        await self._phones.tap(phone, APPLY)
        await self._phones.shows(phone, APPLY, number)
        form = await self._phones.tap(phone, FORM)
        page = await self._notify.get(form)
        page.raise_for_status()
        filled = {
            "facility_name": self._names[code],
            "facility_id": code,
            "contact_name": "測試聯絡人",
            "email": phone.address,
            "phone": "0222345678#12",
            "remark": "",
            "consent": "yes",
        }
        sent = await self._notify.post(form, data=filled)
        sent.raise_for_status()
        await self._confirm(phone.address, number)
        await self._approve(code, phone)
        await self._phones.shows(phone, APPROVED, number)

    async def _enter(self, code: str, address: str) -> None:
        body = {"facility_id": code, "email": address}
        entered = await self._notify.post("/v1/contacts", json=body, headers=self._key)
        entered.raise_for_status()
        await self._confirm(address, 1)

    async def _confirm(self, address: str, number: int) -> None:
        """The link of the newest mail is opened, and its button pressed."""
        link = (await self._phones.links(address, "/mail/confirm/", number))[-1]
        (await self._notify.get(link)).raise_for_status()
        (await self._notify.post(link)).raise_for_status()

    async def _approve(self, code: str, phone: Phone) -> None:
        """By whoever sits at the agency's desk: opens the application, and approves."""
        listed = await self._notify.get(
            "/v1/applications", params={"state": "submitted", "limit": 200}, headers=self._key
        )
        listed.raise_for_status()
        for each in listed.json()["items"]:
            if each["facility_id"] != code or each["email_confirmed_at"] is None:
                continue
            name = each["application_id"]
            whole = await self._notify.get(f"/v1/applications/{name}", headers=self._key)
            if whole.raise_for_status().json()["contact"]["email"] != phone.address:
                continue
            answer = await self._notify.post(f"/v1/applications/{name}/approve", headers=self._key)
            answer.raise_for_status()
            return
        raise LookupError(f"no application of {code} to approve")


def agency_key(env: Mapping[str, str]) -> str:
    """A key of notify's API, by its command line; raises CalledProcessError."""
    return _notify(env, "keys", "create", "--label", "demo")


def put_menu_in_place(env: Mapping[str, str]) -> None:
    """The menu below the chats; raises CalledProcessError."""
    _notify(env, "rich-menu", "apply")


def _notify(env: Mapping[str, str], *words: str) -> str:
    command = [sys.executable, "-m", "services.notify", *words]
    done = subprocess.run(
        command, check=True, env=dict(env), cwd=ROOT, capture_output=True, text=True
    )
    return done.stdout.strip()
