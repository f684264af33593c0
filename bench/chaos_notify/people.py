"""Who hears: facilities and laboratories, users with a phone, mailboxes; and who hears nothing."""

import asyncio
import base64
from dataclasses import dataclass, field
from random import Random

import asyncpg
import httpx

from bench.chaos_notify.house import House
from deploy.line_simulator.phones import user_id
from pipeline.sealing import Sealer
from services.notify.database import Connection, opened
from services.notify.sealed import email_hash

_USER = "insert into notify.users (user_id, user_ref, is_following) values ($1, $2, true)"
_APPLICATION = """
insert into notify.applications (application_id, user_id, facility_id, facility_name,
    contact_sealed, seal_key_id, consented_at, state, contact_id)
values ($1, $2, $3, '', '', $4, now(), 'approved', '')
"""
_BINDING = """
insert into notify.bindings (binding_id, user_id, facility_id, application_id, contact_id)
values ($1, $2, $3, $4, $5)
"""
_CONTACT = """
insert into notify.contacts (contact_id, facility_id, email_sealed, email_hash, seal_key_id,
    confirmed_at) values ($1, $2, $3, $4, $5, now())
"""
_UNFOLLOWED = "update notify.users set is_following = false where user_id = $1"
# Every retry key a delivery ever had, as it was committed: which delivery a message on a phone is.
_WITNESS = """
create schema witness;
create table witness.keys (delivery_id text, retry_key uuid, primary key (delivery_id, retry_key));
create function witness.note() returns trigger language plpgsql as $$
begin
    insert into witness.keys values (new.delivery_id, new.retry_key) on conflict do nothing;
    return new;
end $$;
create trigger witness after insert or update of retry_key on notify.deliveries
    for each row execute function witness.note();
"""


@dataclass(frozen=True)
class Person:
    """A user of LINE who is bound to a facility; ``email`` empty: LINE only."""

    name: str
    facility: str
    email: str

    @property
    def user(self) -> str:
        return user_id(self.name)


@dataclass
class People:
    """``blocked``: from when (since 1970, ms) a user's phone takes nothing any more."""

    facilities: list[str]
    laboratories: list[str]
    persons: list[Person] = field(default_factory=list)
    mailboxes: dict[str, str] = field(default_factory=dict)  # address to facility
    blocked: dict[str, int] = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)  # facilities that nobody hears for

    @classmethod
    def invented(cls, random: Random, facilities: int) -> "People":
        """Two of three facilities have a user, some two; the others a mailbox, a few nobody."""
        people = cls(
            [f"35{random.randrange(10**2, 10**3)}{number:05}" for number in range(facilities)],
            [f"14{random.randrange(10**2, 10**3)}{number:05}" for number in range(1, 7)],
        )
        for number, code in enumerate(people.facilities):
            draw = random.random()
            for one in range(2 if draw < 0.2 else 1 if draw < 0.75 else 0):
                name = f"manager-{number}-{one}"
                email = f"{name}@clinic.invalid" if random.random() < 0.7 else ""
                people.persons.append(Person(name, code, email))
            if draw >= 0.97:
                people.silent.add(code)
            elif draw >= 0.7:
                people.mailboxes[f"desk-{number}@clinic.invalid"] = code
        for number, code in enumerate(people.laboratories):
            people.mailboxes[f"laboratory-{number}@lab.invalid"] = code
        return people

    async def move_in(self, house: House) -> None:
        """Rows as the bot leaves them, and phones that follow."""
        key = base64.b64decode(house.secrets["GOUJI_LINK_KEY"])
        sealer = Sealer(
            base64.b64decode(house.secrets["GOUJI_SEAL_KEY"]), house.secrets["GOUJI_SEAL_KEY_ID"]
        )
        pool = await opened(house.database.url, 2)
        async with pool, pool.acquire() as connection, connection.transaction():
            await connection.execute(_WITNESS)
            for number, person in enumerate(self.persons):
                contact = f"cu{number}" if person.email else None
                if contact is not None:
                    at = (contact, person.facility, person.email)
                    await _contact(connection, sealer, key, *at)
                await connection.execute(_USER, person.user, f"u{number}")
                about = (f"a{number}", person.user, person.facility)
                await connection.execute(_APPLICATION, *about, sealer.key_id)
                bound = (f"b{number}", person.user, person.facility, f"a{number}")
                await connection.execute(_BINDING, *bound, contact)
            for number, (email, code) in enumerate(self.mailboxes.items()):
                await _contact(connection, sealer, key, f"cd{number}", code, email)
        async with httpx.AsyncClient(base_url=house.line_url, timeout=30.0) as line:
            for person in self.persons:
                await line.post(f"/_control/users/{person.user}/follow", json={"name": person.name})

    async def block(self, house: House, person: Person, now_ms: int) -> None:
        """On the phone, and in our books as the webhook would write it a moment later."""
        self.blocked[person.user] = now_ms
        async with httpx.AsyncClient(base_url=house.line_url, timeout=30.0) as line:
            await line.post(f"/_control/users/{person.user}/block", json={})
        while True:
            try:
                connection = await asyncpg.connect(house.database.url, timeout=5)
                try:
                    await connection.execute(_UNFOLLOWED, person.user)
                    return
                finally:
                    await connection.close()
            except (OSError, asyncpg.PostgresError):  # it restarts
                await asyncio.sleep(0.2)


async def _contact(
    connection: Connection, sealer: Sealer, link_key: bytes,
    contact: str, facility: str, email: str,
) -> None:  # fmt: skip
    sealed, hashed = sealer.seal(email.encode(), contact), email_hash(link_key, email)
    await connection.execute(_CONTACT, contact, facility, sealed, hashed, sealer.key_id)
