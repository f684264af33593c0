"""A book that fails while it is judged because of another person's fact: it alone is set aside."""

from typing import Any

import pytest

from pipeline import quarantine
from services.match import neighbours
from services.match.state import book_key
from tests.support.match_stage import FACILITY, KEYS, PERSON, Matching, a_line, a_part, an_item

MISTYPED = "A123456798"


async def test_the_book_that_fails_is_set_aside_and_the_fact_is_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fails(*_: Any) -> Any:
        raise ZeroDivisionError

    async with Matching() as match:
        await match.give(a_part("SC", claims=[a_line("A")]))
        with monkeypatch.context() as broken:
            broken.setattr(neighbours, "with_strangers", fails)
            await match.give(a_part("SR", results=[an_item(person_id=MISTYPED)]))
        claiming, uploading = (book_key(FACILITY, KEYS.key(who)) for who in (PERSON, MISTYPED))
        assert quarantine.parked_books(match.ledger) == [claiming]
        (letter,) = match.out("dead-letters")
        assert (letter.reason, letter.book) == ("ZeroDivisionError", claiming.hex())
        assert match.ledger.get(uploading) is not None
        assert [each[:2] for each in match.outcomes()] == [(1, "stored"), (1, "stored")]
