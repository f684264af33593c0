"""What the agency does goes through validate unchanged, once, and behind its day ends."""

from typing import Any

import msgspec
import pytest

from claims.agency_events import Actions, PersonAliased, RoundOpened
from claims.events import DayClosed
from pipeline.codec import stem_of
from services.validate.passing import AGENCY
from tests.support.contracts import SCHEMAS, as_struct, examples
from tests.support.result_rows import FACILITY, RECEIVED_ON
from tests.support.validating import CODEC, KEEP_DAYS, Validating

each_kind = pytest.mark.parametrize("kind", AGENCY, ids=lambda kind: kind.__name__)


def an_event(kind: type[Any], **changes: Any) -> Any:
    return msgspec.structs.replace(
        as_struct(examples(SCHEMAS.newest(stem_of(kind)))[-1], kind), **changes
    )


def end(day: int = RECEIVED_ON) -> DayClosed:
    return DayClosed(f"day-closed/{day}", day)


@each_kind
async def test_it_passes_unchanged_and_its_repeat_is_dropped(kind: type[Any]) -> None:
    event = an_event(kind)
    async with Validating() as stage:
        await stage.give("actions", event, event)
        stage = await stage.again()
        await stage.give("actions", event)
        sent = [output for output in stage.place.outputs if output.topic == "records"]
    assert [output.value for output in sent] == [CODEC.encode(event)]


@each_kind
async def test_the_key_is_the_facility_or_the_kind_of_what_concerns_all(kind: type[Any]) -> None:
    event = an_event(kind)
    async with Validating() as stage:
        await stage.give("actions", event)
        (sent,) = stage.place.outputs
    expected = getattr(event, "facility_id", "") or stem_of(kind)
    assert sent.key == expected.encode()


async def test_parts_of_one_submission_of_actions_are_told_apart() -> None:
    parts = [an_event(Actions, submission_id="K1", part_no=number) for number in (1, 2, 1)]
    async with Validating() as stage:
        await stage.give("actions", *parts)
        assert stage.out("records") == parts[:2]


async def test_a_round_does_not_overtake_the_day_end_before_it() -> None:
    opened = an_event(RoundOpened)
    async with Validating() as stage:
        await stage.give("actions", end(), opened)
        assert stage.out("records") == []
        await stage.give("claims", end())
        await stage.give("uploads", end())
        await stage.sweep()
        assert [type(event) for event in stage.out("records")] == [DayClosed, RoundOpened]


async def test_what_was_seen_is_forgotten_some_closed_days_later() -> None:
    alias = an_event(PersonAliased, received_on=RECEIVED_ON)
    async with Validating() as stage:
        await stage.give("actions", alias)
        for topic in ("claims", "uploads", "actions"):
            await stage.give(topic, end(RECEIVED_ON + KEEP_DAYS))
        await stage.sweep()
        assert stage.ledger.scan(b"p", b"q", 10) == []


async def test_an_action_names_its_facility() -> None:
    async with Validating() as stage:
        await stage.give("actions", an_event(Actions, facility_id=FACILITY))
        assert stage.place.outputs[0].key == FACILITY.encode()
