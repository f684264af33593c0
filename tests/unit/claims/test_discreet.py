"""A text of a record shows what its class names, and nothing else; whoever prints it."""

from typing import ClassVar

from rich.pretty import pretty_repr

from claims.discreet import Discreet


class Visit(Discreet, frozen=True):
    SHOWN: ClassVar[frozenset[str]] = frozenset(("visit_id", "state"))
    visit_id: str
    person_id: str
    state: str


class Secret(Discreet, frozen=True):
    person_id: str


VISIT = Visit("V1", "A123456789", "matched")


def test_fields_that_are_named_are_shown_in_their_order() -> None:
    assert repr(VISIT) == str(VISIT) == "Visit(visit_id='V1', state='matched')"


def test_who_names_nothing_shows_nothing() -> None:
    assert repr(Secret("A123456789")) == "Secret()"


def test_a_printer_that_looks_into_objects_sees_no_more() -> None:
    for printed in (pretty_repr(VISIT), pretty_repr([VISIT]), f"{[VISIT]}"):
        assert "V1" in printed and "A123456789" not in printed
    assert pretty_repr(VISIT) == f'Visit("{VISIT!r}")'
