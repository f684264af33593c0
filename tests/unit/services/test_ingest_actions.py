"""Actions of the agency: what JSON is taken, and the events a list becomes."""

from typing import Any

import pytest
from pydantic import ValidationError

from claims import agency_events as agency
from claims.events import Wire
from claims.periods import day_of
from services.ingest.action_door import subject_of
from services.ingest.action_events import Routed, action_events
from services.ingest.agency_actions import Action, ActionFile, action_of, needs_second_person
from services.ingest.parts import MAX_WEIGHT

NAME, DAY = "S" + "0" * 24, day_of(2025, 9, 1)
OURS, THEIRS, OLD = "3501340006", "3501340015", "3501340024"
OLD_ID, NEW_ID = "A172949959", "A123456789"
ROUND = {
    "kind": "open_round",
    "round_id": "2025-oral-1",
    "programme": "oral",
    "service_from": "2025-01-01",
    "service_to": "2025-06-30",
    "pickup_from": "2025-09-01",
    "pickup_to": "2025-09-30",
}
CLOSE = {"kind": "close_round", "round_id": "2025-oral-1"}
ALIAS = {"kind": "person_alias", "old_id": OLD_ID.lower(), "new_id": NEW_ID}
RENAME = {
    "kind": "facility_renamed",
    "old_code": OLD,
    "new_code": OURS,
    "valid_from": "2025-09-01",
}
CLOSED = {"kind": "facility_closed", "facility_id": OLD, "closed_on": "2025-08-31"}
RULES = {"kind": "rules_changed", "rule_version": "v1"}


def a_case(facility: str = OURS, no: int = 1) -> str:
    return f"{facility}/11403/1/A3/{no}"


def on_case(kind: str, facility: str = OURS, no: int = 1, **more: Any) -> dict[str, Any]:
    return {"kind": kind, "case_id": a_case(facility, no), **more}


def made(*fields: dict[str, Any]) -> tuple[Action, ...]:
    return tuple(map(action_of, fields))


def events(*fields: dict[str, Any]) -> list[Routed]:
    def canonical(code: str) -> str:
        return OURS if code == OLD else code

    return action_events(made(*fields), NAME, DAY, "key-1", canonical)


def the_event(*fields: dict[str, Any]) -> Wire:
    ((_, event),) = events(*fields)
    return event


def test_a_round_s_correction_deadline_is_its_last_pick_up_day_unless_named() -> None:
    (facility, event), (_, named) = events(ROUND, {**ROUND, "correction_deadline": "2025-10-15"})
    assert facility is None
    assert event == agency.RoundOpened(
        event_id="round-opened/2025-oral-1",
        round_id="2025-oral-1",
        programme="oral",
        service_from=day_of(2025, 1, 1),
        service_to=day_of(2025, 6, 30),
        pickup_from=day_of(2025, 9, 1),
        pickup_to=day_of(2025, 9, 30),
        correction_deadline=day_of(2025, 9, 30),
        paper_deadline=None,
        opened_on=DAY,
    )
    assert isinstance(named, agency.RoundOpened)
    assert named.correction_deadline == day_of(2025, 10, 15)


def test_what_concerns_all_has_no_facility() -> None:
    found = events(ROUND, CLOSE, ALIAS, RENAME, RULES)
    assert {facility for facility, _ in found} == {None}
    assert [type(event) for _, event in found] == [
        agency.RoundOpened,
        agency.RoundClosed,
        agency.PersonAliased,
        agency.FacilityRenamed,
        agency.RulesChanged,
    ]


def test_a_closed_facility_is_told_under_its_canonical_code() -> None:
    assert events(CLOSED, {"kind": "facility_reopened", "facility_id": OURS}) == [
        (
            OURS,
            agency.FacilityClosed(f"facility-closed/{NAME}/1", DAY, OURS, day_of(2025, 8, 31)),
        ),
        (OURS, agency.FacilityClosed(f"facility-closed/{NAME}/2", DAY, OURS, None)),
    ]


def test_numbers_of_persons_travel_normalised() -> None:
    alias, back = events(ALIAS, {**ALIAS, "kind": "person_alias_taken_back"})
    assert isinstance(alias[1], agency.PersonAliased) and isinstance(back[1], agency.PersonAliased)
    assert (alias[1].old_id, alias[1].taken_back) == (OLD_ID, False)
    assert (back[1].new_id, back[1].taken_back) == (NEW_ID, True)


def test_a_successor_that_is_only_known_is_not_entered() -> None:
    entered = the_event(RENAME)
    known = the_event({**RENAME, "kind": "facility_successor"})
    assert isinstance(entered, agency.FacilityRenamed) and entered.entered
    assert isinstance(known, agency.FacilityRenamed) and not known.entered


def test_parts_are_numbered_over_the_whole_submission() -> None:
    found = events(
        on_case("review_approved"),
        on_case("exempt", THEIRS, 2),
        on_case("review_refused", OLD, 3),
    )
    assert [facility for facility, _ in found] == [OURS, THEIRS]
    first, second = (event for _, event in found)
    assert isinstance(first, agency.Actions) and isinstance(second, agency.Actions)
    assert [(part.part_no, part.part_count) for part in (first, second)] == [(1, 2), (2, 2)]
    assert [part.event_id for part in (first, second)] == [f"{NAME}/1", f"{NAME}/2"]
    # A case keeps the code it was claimed under; only the partition follows the rename.
    assert [item.case_id for item in first.items] == [a_case(), a_case(OLD, 3)]
    assert [item.command_id for item in first.items] == [f"{NAME}/1", f"{NAME}/3"]
    assert (first.actor, first.received_on) == ("key-1", DAY)


def test_actions_on_cases_do_not_pass_what_concerns_all() -> None:
    found = events(on_case("exempt"), CLOSE, on_case("exempt"))
    assert [type(event).__name__ for _, event in found] == ["Actions", "RoundClosed", "Actions"]


def test_each_kind_keeps_what_it_says() -> None:
    event = the_event(
        on_case("form_received", on="2025-08-20"),
        on_case("annotate", code="SYSTEM_CASE", text="來電"),
        on_case("reverse", text="誤判"),
        on_case("decide_recovered"),
    )
    assert isinstance(event, agency.Actions)
    assert [(item.kind, item.code, item.text, item.on) for item in event.items] == [
        ("form_received", "", "", day_of(2025, 8, 20)),
        ("annotate", "SYSTEM_CASE", "來電", None),
        ("reverse", "", "誤判", None),
        ("decide_recovered", "", "", None),
    ]


def test_heavy_texts_are_spread_over_parts() -> None:
    found = events(*[on_case("exempt", text="字" * 500)] * 500)
    assert len(found) == 2
    parts = [event for _, event in found if isinstance(event, agency.Actions)]
    assert sum(len(part.items) for part in parts) == 500
    assert all(len(part.items) * 1900 < MAX_WEIGHT for part in parts)
    assert {part.part_count for part in parts} == {2}


def test_the_same_list_gives_the_same_events() -> None:
    assert events(ROUND, on_case("exempt"), CLOSED) == events(ROUND, on_case("exempt"), CLOSED)


def test_the_bytes_give_the_same_actions_back() -> None:
    actions = made(ROUND, ALIAS, RENAME, CLOSED, RULES, on_case("form_received", on="2025-08-20"))
    file = ActionFile(token="t", actions=actions)
    assert ActionFile.from_bytes(file.to_bytes()) == file


@pytest.mark.parametrize(
    ("kinds", "waits"),
    [
        (("decide_recovered",), False),
        (("decide_recovered", "exempt"), False),
        (("decide_recovered", "decide_not_payable"), True),
        (("reverse", "decide_not_payable"), True),
        (("exempt", "review_approved", "review_refused"), False),
    ],
)
def test_more_than_one_decision_needs_a_second_person(kinds: tuple[str, ...], waits: bool) -> None:
    actions = made(*(on_case(kind, text="x") for kind in kinds))
    assert needs_second_person(actions) is waits


@pytest.mark.parametrize(
    "bad",
    [
        {**ROUND, "programme": "dental"},
        {**ROUND, "service_from": "2025-02-30"},
        {**ROUND, "service_from": "1140101"},
        {**ROUND, "service_from": 20000},
        {**ROUND, "service_from": "2025-01-01T00:00:00"},
        {**ROUND, "round_id": "2025 oral"},
        {**ROUND, "extra": 1},
        {"kind": "close_round"},
        {"kind": "annotate", "case_id": a_case(), "code": "UNKNOWN"},
        {"kind": "reverse", "case_id": a_case(), "text": ""},
        {"kind": "reverse", "case_id": a_case()},
        {"kind": "form_received", "case_id": a_case()},
        {"kind": "exempt", "case_id": a_case(), "text": "x" * 501},
        {"kind": "exempt", "case_id": a_case(), "on": "2025-01-01"},
        {"kind": "book-released"},
    ],
)
def test_an_action_that_lacks_or_mixes_something_is_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        action_of(bad)


def test_nothing_shows_a_whole_number() -> None:
    (alias,) = made(ALIAS)
    with pytest.raises(ValidationError) as raised:
        action_of({**ALIAS, "new_id": NEW_ID * 5})
    shown = f"{alias} {alias!r} {subject_of(alias)} {raised.value} {events(ALIAS)}"
    assert NEW_ID not in shown and OLD_ID not in shown.upper()
    assert subject_of(alias) == "A1729***** A1234*****"
