"""A result under another ID of the facility may be meant for a claim (programmes.md 5; R-29, R-30).

It explains why nothing was found. It never matches.
"""

from typing import Any

from claims.rules.evidence import CHILD
from tests.support.judge import a_claim, a_result, day
from tests.support.neighbourhood import Facility

PROGRAMMES = {"21": "adult", "71": "child", "95": "oral"}


def explain(table: str) -> None:
    """Each line is a facility with one claim and one result of another ID, whichever comes first."""
    head, *lines = [
        [cell.strip() for cell in line.split("|")] for line in table.strip().split("\n")
    ]
    assert head == ["order", "claim of", "on", "born", "row of", "on", "born", "reasons"]
    for order, person, visit, born, other, said, birth, reasons in lines:
        programme = PROGRAMMES[order]
        row: dict[str, Any] = {"order": order} if programme == CHILD else {}
        row |= {"person_id": other, "visit": day(said), "born": day(birth)}
        facts = (
            a_claim(order=order, person_id=person, visit=day(visit), born=day(born)),
            a_result("R", programme, **row),
        )
        for first, second in (facts, facts[::-1]):
            facility = Facility()
            facility.take(first)
            facility.take(second)
            (found,) = facility.book(person).heads
            assert found.state == "pending"
            assert " ".join(reason.code for reason in found.reasons) == reasons, (person, other)


def test_a_typing_error_is_one_character_or_two_swapped_neighbours() -> None:
    explain(
        """
        order | claim of   | on        | born      | row of     | on        | born      | reasons
        21    | A123456789 | 114-03-10 | 060-05-05 | A123456780 | 114-03-10 | 060-05-05 | ID_MISMATCH
        21    | A123456789 | 114-03-10 | 060-05-05 | A123956789 | 114-03-10 | 060-05-05 | ID_MISMATCH
        21    | A123456789 | 114-03-10 | 060-05-05 | A123465789 | 114-03-10 | 060-05-05 | ID_MISMATCH
        21    | A123456789 | 114-03-10 | 060-05-05 | B123456789 | 114-03-10 | 060-05-05 | ID_MISMATCH
        21    | A123456789 | 114-03-10 | 060-05-05 | A123956780 | 114-03-10 | 060-05-05 | NOT_FOUND
        21    | A123456789 | 114-03-10 | 060-05-05 | A213465789 | 114-03-10 | 060-05-05 | NOT_FOUND
        95    | A123456789 | 114-03-10 | 060-05-05 | A123456780 | 114-03-10 | 060-05-05 | ID_MISMATCH
        """
    )


def test_adult_and_oral_rows_must_be_of_the_same_day() -> None:
    explain(
        """
        order | claim of   | on        | born      | row of     | on        | born      | reasons
        21    | A123456789 | 114-03-10 | 060-05-05 | A123456780 | 114-03-11 | 060-05-05 | NOT_FOUND
        95    | A123456789 | 114-03-10 | 060-05-05 | A123456780 | 114-03-11 | 060-05-05 | NOT_FOUND
        """
    )


def test_an_old_and_a_new_resident_number_with_one_birth_date_are_one_person() -> None:
    """The agency enters the alias after a phone call; until then it is only shown."""
    explain(
        """
        order | claim of   | on        | born      | row of     | on        | born      | reasons
        21    | AB23456789 | 114-03-10 | 060-05-05 | F912345678 | 114-03-10 | 060-05-05 | ID_OLD_NEW
        21    | F912345678 | 114-03-10 | 060-05-05 | AB23456789 | 114-03-10 | 060-05-05 | ID_OLD_NEW
        21    | AB23456789 | 114-03-10 | 060-05-05 | F912345678 | 114-03-10 | 060-05-06 | NOT_FOUND
        21    | A123456789 | 114-03-10 | 060-05-05 | F912345678 | 114-03-10 | 060-05-05 | NOT_FOUND
        21    | A812345678 | 114-03-10 | 060-05-05 | F912345678 | 114-03-10 | 060-05-05 | NOT_FOUND
        21    | AA12345678 | 114-03-10 | 060-05-05 | A812345678 | 114-03-10 | 060-05-05 | ID_OLD_NEW
        """
    )


def test_everything_else_that_differs_is_told_beside_the_id() -> None:
    """Child: of code, date (within 30 days) and birth date two must agree."""
    birth = "ID_MISMATCH BIRTH_MISMATCH"
    date = "ID_MISMATCH DATE_MISMATCH"
    explain(
        f"""
        order | claim of   | on        | born      | row of     | on        | born      | reasons
        21    | A123456789 | 114-03-10 | 060-05-05 | A123456780 | 114-03-10 | 060-05-06 | {birth}
        95    | A123456789 | 114-03-10 | 060-05-05 | A123456780 | 114-03-10 | 060-05-06 | ID_MISMATCH
        71    | A123456789 | 114-03-10 | 114-02-01 | A123456780 | 114-03-10 | 114-02-01 | ID_MISMATCH
        71    | A123456789 | 114-03-10 | 114-02-01 | A123456780 | 114-03-10 | 114-02-02 | {birth}
        71    | A123456789 | 114-03-10 | 114-02-01 | A123456780 | 114-04-09 | 114-02-01 | {date}
        71    | A123456789 | 114-03-10 | 114-02-01 | A123456780 | 114-04-10 | 114-02-01 | NOT_FOUND
        71    | A123456789 | 114-03-10 | 114-02-01 | A123456780 | 114-03-11 | 114-02-02 | NOT_FOUND
        """
    )


def exchanged(table: str) -> None:
    """Two persons with a claim and a result each; both or none are told PERSONS_SWAPPED."""
    head, *lines = [
        [cell.strip() for cell in line.split("|")] for line in table.strip().split("\n")
    ]
    assert head == ["order", *("claim A", "born A", "claim B", "born B"), "row A", "row B", "told"]
    for order, *cells, told in lines:
        on_a, born_a, on_b, born_b = map(day, cells[:4])
        facility = Facility()
        for name, person, visit, born, row in (
            ("A", "A123456789", on_a, born_a, cells[4]),
            ("B", "B223456782", on_b, born_b, cells[5]),
        ):
            said, birth = map(day, row.split())
            code: dict[str, Any] = {"order": order} if order == "71" else {}
            code["person_id"] = person
            facility.take(a_claim(name, order=order, person_id=person, visit=visit, born=born))
            facility.take(a_result(name, PROGRAMMES[order], visit=said, born=birth, **code))
        for person in ("A123456789", "B223456782"):
            hints = {one.code for one in facility.book(person).strangers}
            assert hints == ({"PERSONS_SWAPPED"} if told == "both" else set()), (order, cells)


def test_results_uploaded_under_each_others_id_are_a_hint_to_both() -> None:
    """Only when both claims match once the two IDs are exchanged; within 30 days."""
    exchanged(
        """
        order|claim A  |born A   |claim B  |born B   |row A              |row B              |told
        21   |114-03-10|060-05-05|114-03-20|070-01-01|114-03-20 070-01-01|114-03-10 060-05-05|both
        21   |114-03-10|060-05-05|114-03-20|070-01-01|114-03-20 060-05-05|114-03-10 070-01-01|none
        21   |114-03-10|060-05-05|114-04-10|070-01-01|114-04-10 070-01-01|114-03-10 060-05-05|none
        21   |114-03-10|060-05-05|114-03-10|070-01-01|114-03-10 070-01-01|114-03-10 060-05-05|both
        21   |114-03-10|060-05-05|114-03-10|070-01-01|114-03-10 070-01-01|114-03-10 060-05-06|none
        71   |114-03-10|114-02-01|114-03-20|114-01-25|114-03-20 114-01-25|114-03-10 114-02-01|both
        71   |114-03-10|114-02-01|114-03-20|114-01-25|114-03-20 114-02-01|114-03-10 114-01-25|none
        71   |114-03-10|114-02-01|114-03-10|114-01-25|114-03-10 114-01-25|114-03-10 114-02-01|both
        95   |114-03-10|060-05-05|114-03-20|070-01-01|114-03-20 060-05-05|114-03-10 060-05-05|both
        """
    )
