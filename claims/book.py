"""The book of one person at one facility: everything that befalls it, in one place.

Every function gives a new book and what changed; so undoing is dropping a reference. Facts with
distinct keys commute between two milestones; a repeat changes nothing.
"""

from collections.abc import Sequence

from claims.claim_facts import newest_version, receive, send_away, take_case, withdraw_claim
from claims.commands import Act, act, save_note
from claims.dated import rules_version
from claims.model import Book, Milestone, with_
from claims.result_facts import (
    edit_result,
    find_result,
    may_delete,
    may_edit,
    next_version,
    remove_result,
    same_key,
    store_moved,
    take_row,
)
from claims.rounds import (
    catch_up,
    due_days,
    judged_by_new_rules,
    last_closed_day,
    opened_rounds,
    pass_milestone,
)
from claims.settling import Cause, Change


def new_book(facility_id: str, milestones: Sequence[Milestone]) -> Book:
    """A book that has nothing to catch up on."""
    closed_on = last_closed_day(milestones)
    return Book(facility_id, len(milestones), closed_on, rules=rules_version())


__all__ = [
    "Act",
    "Book",
    "Cause",
    "Change",
    "act",
    "catch_up",
    "due_days",
    "edit_result",
    "find_result",
    "judged_by_new_rules",
    "last_closed_day",
    "may_delete",
    "may_edit",
    "new_book",
    "newest_version",
    "next_version",
    "opened_rounds",
    "pass_milestone",
    "receive",
    "remove_result",
    "same_key",
    "save_note",
    "send_away",
    "store_moved",
    "take_case",
    "take_row",
    "with_",
    "withdraw_claim",
]
