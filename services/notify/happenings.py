"""What befell cases and files and is told as it happens: reviews, decisions, deadlines that passed,
refused rows. Each is gathered into one notice of the day; what comes after that notice was sent or
cancelled goes into another.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from claims.notices import CLAIMING, IMPORT_REFUSED, told_of
from services.notify.journal import CaseStep, ImportPart
from services.notify.notice_rows import Desk, NewNotice, plan

_ADD_CASES = """
insert into notify.notice_cases (notice_id, case_id)
select * from unnest($1::text[], $2::text[]) order by 1, 2
on conflict do nothing
returning notice_id
"""
_GROW = """
update notify.notices set count = count + more
from unnest($1::text[], $2::int[]) as new (id, more) where notice_id = id
"""
_FILES = """
select notice_id, subject from notify.notices
where kind = 'import_refused' and state = 'planned' and subject = any ($1)
order by notice_id for key share
"""
_PARTS = """
insert into notify.import_parts (event_id, submission_id, facility_id, rows, refused)
select * from unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::int[])
    as new (event_id, submission_id, facility_id, rows, refused)
order by event_id
on conflict (event_id) do nothing
returning submission_id, facility_id, refused
"""
# A report names no day: it is for the one after the newest that is over.
_TODAY = """
select coalesce(
    greatest((select max(day) from notify.sweeps where cause like 'day-closed/%'), $1::int) + 1,
    (select max(changed_on) from notify.cases),
    0)
"""
# Held until the end of the transaction: the sender, which would put it into a digest meanwhile,
# passes it over, and one that the sender holds is waited for. Else what comes after the words were
# frozen would be added to a notice that is told already.
_STATES = """
select notice_id, state from notify.notices where notice_id = any ($1)
order by notice_id for key share
"""


async def tell_of_cases(
    desk: Desk, fresh: Sequence[CaseStep], latest: Mapping[str, CaseStep], news_from: int
) -> None:
    """Put the cases that were reviewed, decided or became overdue into the notices of that day.

    fresh      new steps; latest: where each case stands after them: one that has gone on to where
               the notice would not be true is not told
    news_from  what happened before this day is no news
    """
    cases: dict[str, set[str]] = {}
    notices: dict[str, NewNotice] = {}
    for step in fresh:
        told = told_of(step.change, step.previous_state, step.state)
        now = latest[step.case_id]
        if told is None or step.occurred_on < news_from:
            continue
        if now.state not in told.while_states or now.facility_id != step.facility_id:
            continue
        facts = {"change": told.subject} if told.subject else {}
        notice = NewNotice(
            told.kind, CLAIMING, step.facility_id, step.programme, told.subject, None,
            told.while_states, 0, facts, step.occurred_on,
        )  # fmt: skip
        notices[notice.id] = notice
        cases.setdefault(notice.id, set()).add(step.case_id)
    if notices:
        counted = [replace(notice, count=len(cases[id])) for id, notice in notices.items()]
        numbered = dict(zip(notices, await _numbered(desk, counted), strict=True))
        new = await plan(desk, list(numbered.values()))
        await _add(desk, {numbered[id].id: cases[id] for id in notices}, set(new))


async def _numbered(desk: Desk, notices: Sequence[NewNotice]) -> list[NewNotice]:
    """Each with the number under which it is still planned, or not there yet."""
    placed = list(notices)
    waiting = list(range(len(placed)))
    while waiting:
        rows = await desk.connection.fetch(_STATES, [placed[at].id for at in waiting])
        over = {row["notice_id"] for row in rows if row["state"] != "planned"}
        waiting = [at for at in waiting if placed[at].id in over]
        for at in waiting:
            placed[at] = replace(placed[at], number=placed[at].number + 1)
    return placed


async def _add(desk: Desk, cases: Mapping[str, set[str]], new: set[str]) -> None:
    """The cases of each notice; one that was there already counts what it gained."""
    pairs = [(id, case_id) for id, ids in cases.items() for case_id in ids]
    rows = await desk.connection.fetch(_ADD_CASES, *map(list, zip(*pairs, strict=True)))
    await _grow(desk, Counter(row["notice_id"] for row in rows if row["notice_id"] not in new))


async def _grow(desk: Desk, more: Mapping[str, int]) -> None:
    if more:
        await desk.connection.execute(_GROW, list(more), list(more.values()))


async def tell_of_files(desk: Desk, parts: Sequence[ImportPart], newest_day: int | None) -> None:
    """Refused rows, a notice a file. Parts of a file come one after the other; those that come
    after its notice was sent are told in another. A part that was heard of before counts once."""
    today = await desk.connection.fetchval(_TODAY, newest_day)
    once = list({part.event_id: part for part in parts}.values())
    rows = await desk.connection.fetch(
        _PARTS,
        [part.event_id for part in once],
        [part.submission_id for part in once],
        [part.facility_id for part in once],
        [part.rows for part in once],
        [part.refused for part in once],
    )
    refused: Counter[tuple[str, str]] = Counter()
    for row in rows:
        refused[row["facility_id"], row["submission_id"]] += row["refused"]
    known = await desk.connection.fetch(_FILES, [submission for _, submission in refused])
    waiting = {row["subject"]: row["notice_id"] for row in known}
    new = [
        NewNotice(IMPORT_REFUSED, CLAIMING, facility, "", submission, None, (), count, {}, today)
        for (facility, submission), count in refused.items()
        if submission not in waiting
    ]
    await plan(desk, await _numbered(desk, new))
    await _grow(desk, {waiting[s]: n for (_, s), n in refused.items() if s in waiting})
