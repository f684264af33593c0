"""Which of the notices that wait still go out. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, TypeAlias

from claims.notices import BY_NAME
from services.notify.facts import OUT_OF_DATE, RESOLVED, SUPERSEDED

# A row of notify.notices.
Notice: TypeAlias = Any


class Kept(NamedTuple):
    """A notice that goes out, with how many cases are left in it."""

    notice: Notice
    cases: int


class Sifted(NamedTuple):
    kept: tuple[Kept, ...]
    dropped: tuple[tuple[Notice, str], ...]  # and why: a reason of a cancelled fact


def count_now(notice: Notice, left: Mapping[str, int], today: int) -> int | None:
    """Cases a notice may speak of today; None: it says nothing that is still true.

    ``left`` has the cases that still belong to each notice; a kind that counts none keeps the
    number it was planned with, which may be 0.
    """
    if is_over(notice, today):
        return None
    if not BY_NAME[notice["kind"]].counts_cases:
        return int(notice["count"])
    return left.get(notice["notice_id"]) or None


def is_over(notice: Notice, today: int) -> bool:
    """Its deadline has passed."""
    return notice["due_on"] is not None and notice["due_on"] < today


def sift(notices: Iterable[Notice], left: Mapping[str, int], today: int) -> Sifted:
    """In the order given."""
    kept: list[Kept] = []
    dropped: list[tuple[Notice, str]] = []
    newest = _newest(notices)
    for notice in notices:
        count = count_now(notice, left, today)
        if is_over(notice, today):
            dropped.append((notice, OUT_OF_DATE))
        elif count is None:
            dropped.append((notice, RESOLVED))
        elif newest.get(_same(notice), notice) is not notice:
            dropped.append((notice, SUPERSEDED))
        else:
            kept.append(Kept(notice, count))
    return Sifted(tuple(kept), tuple(dropped))


def _newest(notices: Iterable[Notice]) -> dict[tuple[Any, ...], Notice]:
    newest: dict[tuple[Any, ...], Notice] = {}
    for notice in notices:
        if BY_NAME[notice["kind"]].newest_only:
            before = newest.get(_same(notice))
            if before is None or before["planned_on"] < notice["planned_on"]:
                newest[_same(notice)] = notice
    return newest


def _same(notice: Notice) -> tuple[Any, ...]:
    return tuple(notice[name] for name in ("audience", "kind", "programme", "subject", "due_on"))
