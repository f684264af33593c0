"""What comes while books are on their way to a new code, in quarantine, or ahead of its days."""

import pytest

from claims.agency_events import Actions, CaseAction, FacilityRenamed
from claims.events import BookReleased, DayClosed, Records
from services.match.state import book_key
from tests.support.judge import FACILITY, PERSON, day
from tests.support.linked import NEW, NEW_AT, OLD, OLD_AT, Linked
from tests.support.match_stage import KEYS, a_line, a_part, an_item

OTHER = "B123456780"
ON = day("114-04-06")
RENAME = FacilityRenamed("facility-renamed/1", ON, OLD, NEW, ON, True)
LATE = DayClosed("day-closed/2025-06-30", day("114-06-30"))
CLAIMS = a_part("S1", claims=[a_line("A"), a_line("B", person_id=OTHER)])
ROWS = [an_item(), an_item(person_id=OTHER)]
ASIDE = book_key(OLD, KEYS.key(PERSON))


def corrected(facility: str) -> Records:
    """A newer version of both cases, one file."""
    later = {"appl_date": day("114-04-20"), "points": "500"}
    lines = [a_line("A", **later), a_line("B", person_id=OTHER, **later)]
    return a_part("S2", claims=lines, facility=facility)


def exempted(facility: str) -> Actions:
    item = CaseAction(1, "SX:1", "exempt", f"{FACILITY}/11403/1/A3/A/A", "", "", None)
    return Actions("SX/1", "SX", 1, 1, facility, ON, "somebody", (item,))


def released() -> BookReleased:
    return BookReleased("book-released/1", ASIDE.hex())


async def test_rows_about_a_book_in_quarantine_wait_behind_it_and_the_rest_goes_on() -> None:
    async with Linked() as match:
        await match.give(CLAIMS)
        match.set_aside(OLD_AT, ASIDE)
        await match.give_all(RENAME)
        await match.carry()
        await match.give(corrected(OLD), exempted(OLD))
        await match.carry()
        assert match.outcomes() == {"S1:1": "stored", "S1:2": "stored", "S2:2": "stored"}
        await match.give(released(), at=OLD_AT)
        await match.carry()
        assert match.outcomes()["S2:1"] == "stored" and match.outcomes()["SX:1"] == "done"
        assert match.story("A")[-1] == (OLD, "exempted", "exempt")
        assert match.story("B")[-1] == (NEW, "claim_revised", "pending") and match.letters() == []
        ends = match.stages[OLD_AT].ledger, match.stages[NEW_AT].ledger
        moved = book_key(NEW, KEYS.key(PERSON))
        assert [end.get(key) is None for end in ends for key in (ASIDE, moved)] == [
            *(True, True),
            *(True, False),
        ]


@pytest.mark.parametrize("straggling", [OLD, NEW])
async def test_what_is_said_of_a_book_that_waits_for_a_day_end_waits_with_it(
    straggling: str,
) -> None:
    async with Linked() as match:
        await match.give(CLAIMS)
        await match.give(LATE, at=OLD_AT)
        await match.sweep(OLD_AT)
        await match.give_all(RENAME)
        await match.carry()
        await match.give(exempted(straggling), corrected(straggling))
        await match.carry()
        assert match.outcomes().keys() == {"S1:1", "S1:2"}
        await match.give(LATE, at=NEW_AT)
        await match.carry()
        assert match.outcomes()["SX:1"] == "done" and match.outcomes()["S2:2"] == "stored"
        assert match.story("A")[-1][:1] == (NEW,) and match.story("A")[-1][2] == "exempt"
        assert match.story("B")[-1][2] == "late" and match.letters() == []


async def test_what_comes_for_the_new_code_meets_the_books_that_are_still_at_the_former() -> None:
    async with Linked() as match:
        await match.give(CLAIMS)
        await match.give(RENAME, at=NEW_AT)
        await match.give(corrected(NEW), exempted(NEW), a_part("R", results=ROWS, facility=NEW))
        await match.give(RENAME, at=OLD_AT)
        await match.carry()
        assert match.outcomes() == {
            **dict.fromkeys(("S1:1", "S1:2", "S2:1", "S2:2"), "stored"),
            **{"SX:1": "done", "R:1": "matched", "R:2": "matched"},
        }
        assert {match.story(name)[-1][2] for name in "AB"} == {"matched"}
        before = len(match.out("records"))
        await match.give(a_part("S3", claims=[a_line("C")], facility=NEW))
        await match.carry()
        assert len(match.out("records")) == before, "all has come: no more detours"


async def test_a_new_code_without_a_past_asks_once() -> None:
    async with Linked() as match:
        await match.give_all(RENAME)
        await match.carry()
        for number in range(3):
            await match.give(a_part(f"S{number}", claims=[a_line("A")], facility=NEW))
            await match.carry()
        assert sorted(each.event_id for each in match.out("records")) == [
            "S0/1/records/asked",
            "S0/1/records/asked/forwarded",
            "facility-renamed/1/moved/1",
        ]
        assert match.story("A") == [(NEW, "claim_registered", "pending")]


async def test_what_waits_for_a_day_end_goes_on_when_its_code_is_renamed_back() -> None:
    back = FacilityRenamed("facility-renamed/2", ON, NEW, OLD, ON, True)
    async with Linked() as match:
        await match.give(CLAIMS)
        await match.give(LATE, at=OLD_AT)
        await match.sweep(OLD_AT)
        await match.give_all(RENAME)
        await match.carry()
        await match.give(exempted(NEW))
        await match.give_all(back)
        await match.carry()
        await match.give(LATE, at=NEW_AT)
        await match.carry()
        assert match.outcomes()["SX:1"] == "done"
        assert match.story("A")[-1][::2] == (OLD, "exempt")
        assert match.story("B")[-1] == (OLD, "alias_added", "late") and match.letters() == []
