"""變更醫事機構代碼: who answers for a facility answers for it under its new code too.

Its cases come under the new code by their own entries of the journal. Every partition tells of a
new code; the second time there is nothing left to do.
"""

from services.notify.database import Connection
from services.notify.journal import Renamed

# Somebody who answers for the new code already keeps that one binding, that one address.
_STATEMENTS = (
    """
    update notify.bindings b set unbound_at = now(), unbound_by = 'agency'
    where facility_id = $1 and unbound_at is null and exists (
        select from notify.bindings o
        where o.user_id = b.user_id and o.facility_id = $2 and o.unbound_at is null
    )
    """,
    "update notify.bindings set facility_id = $2 where facility_id = $1 and unbound_at is null",
    """
    update notify.contacts c set removed_at = now()
    where facility_id = $1 and removed_at is null and not exists (
        select from notify.bindings b where b.contact_id = c.contact_id and b.unbound_at is null
    ) and exists (
        select from notify.contacts o
        where o.email_hash = c.email_hash and o.facility_id = $2 and o.removed_at is null
    )
    """,
    "update notify.contacts set facility_id = $2 where facility_id = $1 and removed_at is null",
    """
    update notify.applications set facility_id = $2 where facility_id = $1 and state = 'submitted'
    """,
)


async def follow_new_code(connection: Connection, renamed: Renamed) -> None:
    """Bindings, addresses and applications that wait go on to the new code."""
    for statement in _STATEMENTS:
        await connection.execute(statement, renamed.old_code, renamed.new_code)
