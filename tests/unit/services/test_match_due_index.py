"""Where a book stands in the due index, and what the sweep need not open."""

from claims.agency_events import FacilityClosed
from services.match.state import DUE, due_key
from tests.support.judge import day
from tests.support.match_stage import FACILITY, Matching, a_line, a_part, an_item


async def test_what_is_due_no_more_leaves_the_index_and_comes_back() -> None:
    async with Matching() as match:
        await match.give(
            a_part("SC", claims=[a_line("A", order="71", subject_birth_date=day("114-02-01"))])
        )
        await match.give(FacilityClosed("closed/1", day("114-04-06"), FACILITY, day("114-04-06")))
        while await match.stage.sweep():
            pass
        assert match.ledger.scan(DUE, due_key(day("200-01-01")), 9) == []
        await match.give(a_part("SD", claims=[a_line("B", order="95")], on="114-04-07"))
        await match.close_day("114-05-30")
    heads = [(event.change, event.state) for event in match.out("case-changed")[-2:-1]]
    assert heads == [("upload_overdue", "late")]


async def test_matched_books_are_not_opened_by_the_sweep() -> None:
    async with Matching() as match:
        await match.give(a_part("SC", claims=[a_line("A")]))
        await match.give(a_part("SR", results=[an_item("adult")]))
        await match.close_day("114-05-30")
    assert match.out("case-changed")[-1].books_examined == 0
