"""Which notices go out, to whom, out of which budget: the pure parts of preparing."""

from typing import Any

import pytest

from services.notify.budget import Allowance, Limits, allowance
from services.notify.recipients import Recipient, choose
from services.notify.sifting import sift

TODAY = 20_000


def notice(name: str, **other: Any) -> dict[str, Any]:
    return {
        "notice_id": name, "kind": "correction_due", "audience": "claiming", "programme": "adult",
        "subject": "R1", "due_on": TODAY + 7, "planned_on": TODAY, "count": 3,
    } | other  # fmt: skip


def kept_and_dropped(*notices: dict[str, Any], **left: int) -> tuple[Any, Any]:
    sifted = sift(notices, left, TODAY)
    return (
        {one.notice["notice_id"]: one.cases for one in sifted.kept},
        {one["notice_id"]: reason for one, reason in sifted.dropped},
    )


def test_a_notice_counts_what_is_left_of_it() -> None:
    assert kept_and_dropped(notice("a"), notice("b", programme="child"), a=2) == (
        {"a": 2}, {"b": "resolved"},
    )  # fmt: skip


def test_a_notice_whose_deadline_is_over_is_out_of_date() -> None:
    last, over = notice("last", due_on=TODAY), notice("over", due_on=TODAY - 1)

    assert kept_and_dropped(last, over, last=1, over=1) == ({"last": 1}, {"over": "out_of_date"})


def test_of_reminders_of_one_deadline_only_the_newest_goes_out() -> None:
    old, new = notice("old", planned_on=TODAY - 4), notice("new")
    other = notice("other", due_on=TODAY + 8, planned_on=TODAY - 4)

    assert kept_and_dropped(new, old, other, old=1, new=1, other=1) == (
        {"new": 1, "other": 1}, {"old": "superseded"},
    )  # fmt: skip


def test_the_copy_of_a_laboratory_is_no_newer_notice_of_the_same() -> None:
    old = notice("old", planned_on=TODAY - 4)
    copy = notice("copy", audience="lab")

    assert kept_and_dropped(old, copy, old=1, copy=1) == ({"old": 1, "copy": 1}, {})


def test_notices_of_events_add_up_and_those_without_cases_keep_their_number() -> None:
    first, second = notice("x", kind="case_overdue"), notice("y", kind="case_overdue")
    imports = notice("z", kind="import_refused", due_on=None, count=7)

    assert kept_and_dropped(first, second, imports, x=1, y=2) == ({"x": 1, "y": 2, "z": 7}, {})


def bound(user: str, *, following: bool = True, contact: str | None = None) -> dict[str, Any]:
    return {
        "user_id": f"U{user}", "user_ref": user, "is_following": following, "contact_id": contact
    }  # fmt: skip


def by_line(user: str) -> Recipient:
    return Recipient("line", f"U{user}", user)


def by_mail(contact: str) -> Recipient:
    return Recipient("email", contact, contact)


@pytest.mark.parametrize(
    ("bindings", "contacts", "messages", "recipients", "missed"),
    [
        ([bound("a", contact="c1")], [], 1, [by_line("a")], ""),
        ([bound("a", contact="c1")], ["c2"], 1, [by_line("a"), by_mail("c2")], ""),
        # Over budget, or blocked: by e-mail, where there is an address.
        ([bound("a", contact="c1")], [], 0, [by_mail("c1")], ""),
        ([bound("a", following=False, contact="c1")], [], 9, [by_mail("c1")], ""),
        ([bound("a"), bound("b", contact="c1")], [], 1, [by_line("a"), by_mail("c1")], ""),
        ([bound("a")], [], 0, [], "over_budget"),
        ([bound("a", following=False)], [], 9, [], "blocked"),
        # Two users with one address: one mail.
        ([bound("a", contact="c1"), bound("b", contact="c1")], [], 0, [by_mail("c1")], ""),
        ([], [], 9, [], ""),
    ],
)
def test_who_hears_a_digest(
    bindings: list[dict[str, Any]], contacts: list[str], messages: int,
    recipients: list[Recipient], missed: str,
) -> None:  # fmt: skip
    assert choose(bindings, contacts, messages) == (tuple(recipients), missed)


@pytest.mark.parametrize(
    ("own", "of_line", "used", "exhausted", "left", "left_urgent"),
    [
        (100, None, 0, False, 90, 100),
        (100, None, 89, False, 1, 11),
        (100, None, 90, False, 0, 10),
        (100, None, 100, False, 0, 0),
        (100, 50, 40, False, 5, 10),
        (0, 200, 0, False, 180, 200),
        (0, None, 9999, False, None, None),
        (0, 200, 3, True, 0, 0),
        (0, 0, 0, False, 0, 0),
        # What the console sent may be more than all of it.
        (100, None, 140, False, 0, 0),
    ],
)
def test_the_reserve_of_the_month_is_for_urgent_notices(
    own: int, of_line: int | None, used: int, exhausted: bool,
    left: int | None, left_urgent: int | None,
) -> None:  # fmt: skip
    row = {"monthly": of_line, "used": used, "exhausted_at": 1 if exhausted else None}

    month: Allowance = allowance(row, Limits(own, 0.1))

    assert (month.left(False, 0.1), month.left(True, 0.1)) == (left, left_urgent)
