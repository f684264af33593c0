"""What is dropped when a day is over: closed cases, and what only served to plan and to send."""

from services.notify.database import Connection

KEPT_DAYS = 60
"""A case closed for so long is not heard of again, short of a decision that is reversed; that one
then comes as new."""

# A month's notices are looked at, for days may have been left out.
_BY_DAY = (
    "delete from notify.cases where not is_open and changed_on < $1",
    "delete from notify.sweeps where day < $1",
    "delete from notify.day_counts where day < $1",
    """delete from notify.notice_cases nc using notify.notices n
    where n.notice_id = nc.notice_id and n.state <> 'planned'
        and n.planned_on between $1 - 31 and $1 - 1""",
)
# Topics keep a part's report as long; LINE publishes no limit for sending an event again.
_BY_TIME = (
    "delete from notify.import_parts where heard_at < now() - make_interval(days => 60)",
    "delete from notify.webhook_events where done_at < now() - make_interval(days => 14)",
    # A link that has ended answers the same without its row.
    "delete from notify.tokens where expires_at < now() - make_interval(days => 1)",
    # Counted for a day, good for minutes; what came of one is an application.
    "delete from notify.account_links where asked_at < now() - make_interval(days => 30)",
)


async def tidy(connection: Connection, day: int) -> None:
    """``day`` is over; journal days count, so that a long journal is caught up within bounds."""
    for statement in _BY_DAY:
        await connection.execute(statement, day - KEPT_DAYS)
    for statement in _BY_TIME:
        await connection.execute(statement)
