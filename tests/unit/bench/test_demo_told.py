"""What the demo finds wrong in what was told, beside a case in which nothing is."""

from dataclasses import replace
from pathlib import Path

import pytest

from bench.demo.managers import Roster
from bench.demo.privacy import personal_in
from bench.demo.told import (
    Said,
    compare_counts,
    compare_ends,
    compare_rounds,
    counts_of_facts,
    in_both_roles,
    reasons_of,
)
from bench.region.making import make_region
from bench.schedule import Schedule
from bench.seen import Journey, Step
from claims.notices import KINDS
from claims.reminder_events import Reminders

CLINIC, LABORATORY, ROUND = "3599010011", "6299019904", "114-1-adult"
OPENED, DEADLINE = 100, 124


def step(day: int, state: str, **more: object) -> Step:
    known: dict[str, object] = {"facility_id": CLINIC, "lab_facility_id": "", "programme": "adult"}
    known |= {"due_on": DEADLINE, "round_id": ROUND}
    return Step(day, state, **(known | more))  # type: ignore[arg-type]


def fact(name: str, **more: object) -> Reminders:
    known: dict[str, object] = {
        "event_id": f"{name}/1", "fact": name, "notice_id": "1", "kind": "round_opened",
        "audience": "claiming", "facility_id": CLINIC, "programme": "adult", "round_id": ROUND,
        "due_on": DEADLINE, "count": 1, "day": OPENED, "channel": "", "delivery_id": "",
        "reason": "", "at_ms": 0,
    }  # fmt: skip
    return Reminders(**(known | more))  # type: ignore[arg-type]


def said(count: int, frozen_on: int) -> Said:
    states = ("open_missing", "open_error")
    where = (CLINIC, "adult", ROUND, DEADLINE)
    return Said("d1", frozen_on, "correction_due", "claiming", *where, states, count)


LISTED = Journey(steps=[step(90, "late", round_id=""), step(OPENED, "open_missing")])


def test_who_is_on_a_list_hears_of_the_round() -> None:
    journeys = {"case": LISTED}
    rounds = {ROUND: OPENED}
    assert not list(compare_rounds(journeys, [fact("planned")], rounds))
    (untold,) = compare_rounds(journeys, [], rounds)
    assert (untold.expected, untold.found) == ("True", "False")
    wrongly = fact("planned", facility_id="3799010033")
    assert len(list(compare_rounds(journeys, [fact("planned"), wrongly], rounds))) == 1


def test_a_case_that_came_onto_the_list_later_opened_nothing() -> None:
    later = Journey(steps=[step(90, "late", round_id=""), step(OPENED + 3, "open_error")])
    assert not list(compare_rounds({"case": later}, [], {ROUND: OPENED}))


def test_the_laboratory_gets_its_copy() -> None:
    steps = [step(OPENED, "open_missing", lab_facility_id=LABORATORY)]
    (untold,) = compare_rounds({"case": Journey(steps=steps)}, [fact("planned")], {ROUND: OPENED})
    assert untold.what == f"{ROUND}/lab/{LABORATORY}"


def test_a_digest_in_both_roles_is_counted_once() -> None:
    own = said(1, OPENED)
    lab = replace(own, audience="lab")
    assert in_both_roles([own, lab, lab, replace(own, delivery_id="d2")]) == 1
    assert in_both_roles([own, replace(lab, delivery_id="d2")]) == 0


def test_a_planned_notice_has_an_end() -> None:
    assert not list(compare_ends([fact("planned"), fact("sent")], set()))
    assert not list(compare_ends([fact("planned")], {"1"}))
    assert len(list(compare_ends([fact("planned")], set()))) == 1
    assert len(list(compare_ends([fact("sent")], set()))) == 1


@pytest.mark.parametrize(("frozen_on", "told"), [(109, 0), (110, 0), (111, 1)])
def test_a_case_that_left_on_an_earlier_day_is_not_told(frozen_on: int, told: int) -> None:
    journeys = {"case": Journey(steps=[*LISTED.steps, step(110, "matched")])}
    assert len(list(compare_counts(journeys, [said(1, frozen_on)]))) == told


def test_no_more_cases_are_told_than_stand() -> None:
    assert not list(compare_counts({"a": LISTED, "b": LISTED}, [said(2, 110)]))
    (one,) = compare_counts({"a": LISTED}, [said(2, 110)])
    assert (one.expected, one.found) == ("at most 1", "2")


def test_a_notice_sent_to_two_people_counts_once() -> None:
    facts = [fact("planned"), fact("sent", event_id="a"), fact("sent", event_id="b")]
    assert counts_of_facts(facts) == {"round_opened": {"planned": 1, "sent": 1}}
    assert reasons_of([fact("cancelled", reason="resolved")], "cancelled") == {"resolved": 1}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("成人預防保健 3 件，補正期限 114/10/09", []),
        ("期限 2025-10-09，剩 7 天", []),
        ("A123456789 的結果", ["a full ID"]),
        ("測試民眾 的結果", ["a name"]),
        ("生日 58/01/02", ["a date before the region begins"]),
        ("生日 民國58年1月2日", ["a date before the region begins"]),
        ("生日 0580102", ["a date before the region begins"]),
        ("https://x.example.invalid/forms/apply/Ab-0580102cD", []),
        ("電話 0222345678", []),
    ],
)
def test_personal_data_are_found_in_what_a_person_reads(text: str, found: list[str]) -> None:
    assert list(personal_in(text, frozenset({b"A123456789"}))) == found


def test_some_have_two_people_one_has_two_facilities_and_one_nobody(tmp_path: Path) -> None:
    make_region(11, tmp_path, 30, 300)
    schedule = Schedule.read(tmp_path)
    roster = Roster.of(schedule)
    codes = [code for theirs in roster.people.values() for code in theirs]
    assert roster.alone not in codes and roster.blocks in roster.people
    assert {one["code"] for one in schedule.facilities} - {*codes} == {roster.alone}
    assert sorted(map(len, roster.people.values()))[-2:] == [1, 2]
    assert len(codes) - len({*codes}) >= 3
    assert schedule.laboratory not in codes, "it has an address, no phone"


def test_every_kind_of_notice_has_its_line_in_the_summary() -> None:
    facts = [fact("planned", kind=kind.name, notice_id=kind.name) for kind in KINDS]
    assert set(counts_of_facts(facts)) == {kind.name for kind in KINDS}
