"""elsewhere on memory parts: what is alone comes and goes, and the hints with it."""

from collections.abc import Sequence
from typing import Any, NoReturn

import msgspec

from claims.recovery_events import HintFound, Loose
from pipeline.codec import Codec
from pipeline.deadletter import DeadLetters
from pipeline.memory_ledger import MemoryLedger, MemoryPlace
from pipeline.message import Address, Message
from pipeline.stage import Stage, Surroundings
from services.elsewhere.handler import KINDS, ElsewhereHandler
from tests.support.contracts import SCHEMAS
from tests.support.judge import FACILITY, day

CODEC = Codec(SCHEMAS, (*KINDS, DeadLetters))
OTHER, PERSON = "3501200099", "0f" * 16
VISIT = day("114-03-10")


def loose(kind: str, item: str, facility: str = FACILITY, **changes: Any) -> Loose:
    """``step`` tells two events about one item apart."""
    step = changes.pop("step", 1)
    event = Loose(
        f"{kind}/{item}/{step}", PERSON, kind, False, facility, item, "adult", "stage1",
        "21" if kind == "claim" else "", VISIT, None, "", day("114-05-30"),
    )  # fmt: skip
    return msgspec.structs.replace(event, **changes)


CLAIM, RESULT = loose("claim", "A"), loose("result", "R", OTHER)


def _leave(code: int) -> NoReturn:
    raise AssertionError(f"the stage left with {code}")


class Elsewhere:
    """One partition of the stage."""

    def __init__(self) -> None:
        self.place, self.offset = MemoryPlace(), 0

    async def __aenter__(self) -> "Elsewhere":
        handler = ElsewhereHandler(CODEC)
        self.ledger = MemoryLedger(handler.packer, self.place)
        self.stage = Stage("elsewhere", handler, self.ledger, CODEC.encode, Surroundings(_leave))
        await self.stage.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stage.close()

    async def give(self, *events: Any) -> list[HintFound]:
        """Apply, commit; what was said to that."""
        before = len(self.place.outputs)
        for event in events:
            address = Address("loose", 0, self.offset)
            self.offset += 1
            value = event if isinstance(event, bytes) else CODEC.encode(event)
            self.stage.take(Message(address, PERSON.encode(), value, 0))
        await self.stage.commit()
        return [CODEC.decode(output.value) for output in self.place.outputs[before:]]


def short(hints: Sequence[HintFound]) -> list[tuple[str, str, bool]]:
    return [(hint.case_id, hint.code, hint.taken_back) for hint in hints]


async def test_a_hint_comes_when_both_are_alone_and_goes_when_one_is_not() -> None:
    gone = msgspec.structs.replace(RESULT, gone=True, event_id="result/R/gone")
    async with Elsewhere() as stage:
        assert await stage.give(CLAIM) == []
        (hint,) = await stage.give(RESULT)
        assert (hint.code, hint.found, hint.evidence) == ("FACILITY_MISMATCH", OTHER, "R")
        assert (hint.facility_id, hint.person_key, hint.case_id) == (FACILITY, PERSON, "A")
        (back,) = await stage.give(gone)
        assert back == msgspec.structs.replace(hint, event_id=back.event_id, taken_back=True)
        assert stage.place.outputs[-1].key == FACILITY.encode()


async def test_the_order_of_the_two_does_not_matter() -> None:
    async with Elsewhere() as one, Elsewhere() as two:
        first, second = await one.give(CLAIM, RESULT), await two.give(RESULT, CLAIM)
        assert short(first) == short(second) == [("A", "FACILITY_MISMATCH", False)]


async def test_a_repeat_says_nothing_and_a_replay_says_the_same() -> None:
    async with Elsewhere() as stage, Elsewhere() as other:
        said = await stage.give(CLAIM, RESULT)
        assert await stage.give(CLAIM, RESULT) == []
        assert await other.give(CLAIM, RESULT) == said


async def test_a_hint_that_comes_again_has_an_id_of_its_own() -> None:
    gone = msgspec.structs.replace(RESULT, gone=True, event_id="result/R/gone")
    again = loose("result", "R", OTHER, step=2)
    async with Elsewhere() as stage:
        said = await stage.give(CLAIM, RESULT, gone, again)
    assert [hint.taken_back for hint in said] == [False, True, False]
    assert len({hint.event_id for hint in said}) == 3


async def test_a_claim_may_have_several_hints() -> None:
    earlier = loose("result", "Z", OTHER, key_date=VISIT - 300)
    async with Elsewhere() as stage:
        said = await stage.give(RESULT, loose("result", "S", "3501200088"), earlier, CLAIM)
    assert short(said) == [
        ("A", "FACILITY_MISMATCH", False),
        ("A", "FACILITY_MISMATCH", False),
        ("A", "INTERVAL_TOO_SHORT", False),
    ]


async def test_an_item_with_another_date_replaces_what_was_known() -> None:
    async with Elsewhere() as stage:
        await stage.give(CLAIM, RESULT)
        moved = loose("result", "R", OTHER, key_date=VISIT + 1, step=2)
        assert short(await stage.give(moved)) == [("A", "FACILITY_MISMATCH", True)]


async def test_an_item_at_another_facility_takes_one_hint_back_and_gives_another() -> None:
    async with Elsewhere() as stage:
        await stage.give(CLAIM, RESULT)
        back, new = await stage.give(loose("result", "R", "3501200077", step=2))
    assert (back.found, back.taken_back) == (OTHER, True)
    assert (new.found, new.taken_back) == ("3501200077", False)
    assert back.event_id != new.event_id


async def test_a_farewell_from_the_old_code_comes_after_the_welcome_at_the_new_one() -> None:
    new = loose("claim", "A", "3501200077", step=2)
    gone = msgspec.structs.replace(CLAIM, gone=True, event_id="claim/A/gone")
    async with Elsewhere() as stage:
        await stage.give(CLAIM, RESULT, new)
        assert await stage.give(gone) == []


async def test_nothing_is_kept_of_a_person_with_nothing_alone() -> None:
    async with Elsewhere() as stage:
        await stage.give(CLAIM)
        assert len(stage.ledger.scan(b"p", b"q", 9)) == 1
        await stage.give(msgspec.structs.replace(CLAIM, gone=True, event_id="gone"))
        assert stage.ledger.scan(b"p", b"q", 9) == []


async def test_what_is_not_ours_to_read_is_set_aside() -> None:
    async with Elsewhere() as stage:
        said: list[Any] = await stage.give(b"junk", CLAIM)
    assert [letter.reason for letter in said] == ["Undecodable"]


def test_a_parked_fact_comes_back_whole() -> None:
    handler = ElsewhereHandler(CODEC)
    (fact,) = handler.facts(
        MemoryLedger(handler.packer), Message(Address("loose", 0, 0), b"k", CODEC.encode(CLAIM), 0)
    )
    assert handler.unpark(fact.book, handler.park(fact)) == fact
