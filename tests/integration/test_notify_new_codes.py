"""變更醫事機構代碼: who answered for the old code hears of the new one."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from claims.agency_events import FacilityRenamed
from services.notify.database import opened
from tests.support.notices import (
    CLINIC,
    OTHER_CLINIC,
    Planner,
    emptied,
    new_database,
)

RENAMED = FacilityRenamed("renamed/1", 20_400, CLINIC, OTHER_CLINIC, 20_400, True)
USER = "insert into notify.users (user_id, user_ref, is_following) values ($1, $1, true)"
CONTACT = """
insert into notify.contacts (contact_id, facility_id, email_sealed, email_hash, seal_key_id)
values ($1, $2, '', $3, 'k')
"""
APPLICATION = """
insert into notify.applications (application_id, user_id, facility_id, facility_name,
    contact_sealed, seal_key_id, consented_at, state, contact_id)
values ($1, $2, $3, '', '', 'k', now(), $4, $5)
"""
BINDING = """
insert into notify.bindings (binding_id, user_id, facility_id, application_id, contact_id)
values ($1, $2, $3, $4, $5)
"""


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator["asyncpg.Pool[asyncpg.Record]"]:
    pool = await opened(await new_database(database_url, "notify_new_codes"), 4)
    await emptied(pool)
    yield pool
    await pool.close()


async def _bound(pool: "asyncpg.Pool[asyncpg.Record]", user: str, facility: str) -> None:
    name = f"{user}-{facility}"
    await pool.execute(CONTACT, f"c-{name}", facility, f"hash-{user}")
    await pool.execute(APPLICATION, f"a-{name}", user, facility, "approved", f"c-{name}")
    await pool.execute(BINDING, f"b-{name}", user, facility, f"a-{name}", f"c-{name}")


async def test_bindings_addresses_and_applications_follow_the_new_code(
    pool: "asyncpg.Pool[asyncpg.Record]",
) -> None:
    for user in ("U1", "U2", "U3"):
        await pool.execute(USER, user)
    await _bound(pool, "U1", CLINIC)
    await _bound(pool, "U2", CLINIC)
    await _bound(pool, "U2", OTHER_CLINIC)
    await pool.execute(CONTACT, "c-U3", CLINIC, "hash-U3")
    await pool.execute(APPLICATION, "a-U3", "U3", CLINIC, "submitted", "c-U3")
    await pool.execute(CONTACT, "c-plain", CLINIC, "hash-plain")
    planner = Planner(pool)
    await asyncio.gather(planner.give(RENAMED, partition=0), planner.give(RENAMED, partition=1))
    live = await pool.fetch(
        "select user_id, facility_id from notify.bindings where unbound_at is null order by 1"
    )
    assert [tuple(row) for row in live] == [("U1", OTHER_CLINIC), ("U2", OTHER_CLINIC)]
    contacts = await pool.fetch(
        "select contact_id, facility_id from notify.contacts where removed_at is null order by 1"
    )
    assert {row["facility_id"] for row in contacts} == {OTHER_CLINIC}
    assert {"c-plain", f"c-U1-{CLINIC}", f"c-U2-{OTHER_CLINIC}"} <= {
        row["contact_id"] for row in contacts
    }
    waits = "select facility_id from notify.applications where state = 'submitted'"
    assert await pool.fetchval(waits) == OTHER_CLINIC
