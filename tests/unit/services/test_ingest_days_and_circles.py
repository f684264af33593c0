"""Which day a submission gets and which days close (R-2); aliases never form a circle (R-26)."""

from datetime import date
from typing import Any, cast

import pytest

from claims.periods import date_of, day_of
from pipeline.clock import FixedClock
from pipeline.sealing import Sealer
from services.ingest.action_door import ActionDoor, ActionRefused
from services.ingest.agency_actions import action_of
from services.ingest.calendar import Calendar
from services.ingest.closing import CannotClose, Closing
from services.ingest.database import Connection
from services.ingest.submissions import Submission

TODAY = day_of(2025, 9, 10)
NOON_UTC = FixedClock(TODAY * 86_400.0 + 12 * 3600)
EVENING_UTC = FixedClock(TODAY * 86_400.0 - 8 * 3600)  # midnight in Taipei, still yesterday in UTC


class Answering:
    """A connection that answers each question by the words in it, and notes what is executed."""

    def __init__(self, **answers: Any) -> None:
        self.answers, self.executed = answers, list[str]()

    async def fetchval(self, question: str, *_: Any) -> Any:
        return next((said for word, said in self.answers.items() if word in question), None)

    async def execute(self, statement: str, *_: Any) -> str:
        self.executed.append(statement)
        return ""


def asked(**answers: Any) -> Connection:
    return cast(Connection, Answering(**answers))


def a_day(day: int | None) -> date | None:
    return None if day is None else date_of(day)


@pytest.mark.parametrize(
    ("clock", "business_day", "last_closed", "received_on"),
    [
        (NOON_UTC, False, None, TODAY),
        (EVENING_UTC, False, None, TODAY),
        (NOON_UTC, False, TODAY - 3, TODAY),
        (NOON_UTC, False, TODAY, TODAY + 1),  # nothing is received on a day that is closed
        (NOON_UTC, True, None, TODAY),
        (NOON_UTC, True, TODAY - 40, TODAY - 39),
    ],
)
async def test_a_submission_is_received_on_the_day_in_taipei_or_after_the_last_closed_one(
    clock: FixedClock, business_day: bool, last_closed: int | None, received_on: int
) -> None:
    calendar = Calendar(clock, after_last_closed=business_day)
    assert await calendar.receive(asked(max=a_day(last_closed))) == received_on


@pytest.mark.parametrize(
    ("last_closed", "unfinished", "day", "closes"),
    [
        (None, None, TODAY - 9, [TODAY - 9]),  # the first may be any day
        (TODAY - 4, None, TODAY - 1, [TODAY - 3, TODAY - 2, TODAY - 1]),
        (TODAY - 1, None, TODAY - 1, []),
        (TODAY - 3, TODAY - 3, TODAY - 2, [TODAY - 3, TODAY - 2]),  # a killed one goes on
    ],
)
async def test_every_day_up_to_the_one_named_closes_one_after_the_other(
    last_closed: int | None, unfinished: int | None, day: int, closes: list[int]
) -> None:
    closing = Closing(cast(Any, None), cast(Any, None), Calendar(NOON_UTC))
    known = asked(max=a_day(last_closed), closed_at=a_day(unfinished))
    assert await closing._days(known, day) == closes


@pytest.mark.parametrize(
    ("last_closed", "unfinished", "day"),
    [
        (None, None, TODAY),  # not over yet
        (TODAY - 3, None, TODAY - 4),
        (TODAY - 3, TODAY - 3, TODAY - 4),
    ],
)
async def test_a_day_that_is_not_over_or_lies_before_a_closed_one_does_not_close(
    last_closed: int | None, unfinished: int | None, day: int
) -> None:
    closing = Closing(cast(Any, None), cast(Any, None), Calendar(NOON_UTC))
    known = asked(max=a_day(last_closed), closed_at=a_day(unfinished))
    with pytest.raises(CannotClose):
        await closing._days(known, day)


async def test_numbers_that_are_joined_already_are_not_joined_again() -> None:
    alias = action_of({"kind": "person_alias", "old_id": "A172949959", "new_id": "A123456789"})
    door = ActionDoor(Sealer(bytes(64), "S1"), [alias])
    known = Answering(recursive=True)
    with pytest.raises(ActionRefused) as refused:
        await door.admit(cast(Connection, known), cast(Submission, Named()))
    assert (refused.value.row_no, refused.value.code) == (1, "ALIAS_CYCLE")
    assert known.executed == []


class Named:
    submission_id = "S" + "0" * 24
