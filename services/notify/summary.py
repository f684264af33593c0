"""The numbers of the daily summary for the agency; claims/notice_summary.py puts them in words."""

from typing import Any

from claims.periods import month_of
from services.notify.database import Connection

_CHANGES = """
select change, sum(count)::integer as count from notify.day_counts where day = $1 group by change
"""
_OPEN = "select state, count(*)::integer as count from notify.cases where is_open group by state"
# Nobody hears it: no follower is bound, and no confirmed address is left.
_UNHEARD = """
select count(distinct n.facility_id)::integer from notify.notices n
where n.planned_on = $1 and n.state = 'planned' and n.audience <> 'agency'
    and not exists (
        select from notify.bindings b join notify.users u using (user_id)
        where b.facility_id = n.facility_id and b.unbound_at is null and u.is_following)
    and not exists (
        select from notify.contacts c
        where c.facility_id = n.facility_id and c.removed_at is null
            and c.confirmed_at is not null and c.unsubscribed_at is null and c.bounced_at is null)
"""
_PARKED = "select count(*)::integer from notify.deliveries where state = 'parked'"
_BUDGET = "select used, monthly from notify.budgets where month = $1"


async def facts_of_day(connection: Connection, day: int, planned: int) -> dict[str, Any]:
    """Numbers only. ``planned``: reminders planned for the day after."""
    today = day + 1
    changes = await connection.fetch(_CHANGES, day)
    standing = await connection.fetch(_OPEN)
    budget = await connection.fetchrow(_BUDGET, month_of(today))
    return {
        "changes": {row["change"]: row["count"] for row in changes},
        "open": {row["state"]: row["count"] for row in standing},
        "planned": planned,
        "unheard": await connection.fetchval(_UNHEARD, today),
        "parked": await connection.fetchval(_PARKED),
        "line_used": 0 if budget is None else budget["used"],
        "line_monthly": None if budget is None else budget["monthly"],
    }
