"""Answers of a row that do not fit each other: what is warned about, and the borders."""

import pytest

from claims.content import CONTENT_CHECKS

MALE, FEMALE = "A123456789", "A223456781"
SIZES = {"height_cm": "150", "weight_kg": "72"}  # a body mass index of 32.0


@pytest.mark.parametrize(
    ("programme", "values", "warned"),
    [
        # the second character of the number says the sex: 1, 8, A, C male; 2, 9, B, D female
        ("oral", {"sex": "1", "person_id": MALE}, []),
        ("oral", {"sex": "2", "person_id": MALE}, ["SEX_MISMATCH:sex"]),
        ("oral", {"sex": "1", "person_id": FEMALE}, ["SEX_MISMATCH:sex"]),
        ("oral", {"sex": "2", "person_id": FEMALE}, []),
        *(("child", {"sex": "1", "person_id": f"A{male}00000000"}, []) for male in "18AC"),
        *(("child", {"sex": "2", "person_id": f"A{female}00000000"}, []) for female in "29BD"),
        *(
            ("adult", {"sex": "1", "person_id": f"A{female}00000000"}, ["SEX_MISMATCH:sex"])
            for female in "29BD"
        ),
        # one of the two is blank; a newborn on the card of a parent
        ("oral", {"person_id": MALE}, []),
        ("oral", {"sex": "2"}, []),
        ("child", {"sex": "2", "person_id": MALE, "newborn_mark": "1"}, []),
        # blood pressure: the lower one must be lower
        ("adult", {"sbp": "120", "dbp": "119"}, []),
        ("adult", {"sbp": "120", "dbp": "120"}, ["DBP_NOT_BELOW_SBP:dbp"]),
        ("adult", {"sbp": "99.5", "dbp": "100"}, ["DBP_NOT_BELOW_SBP:dbp"]),
        ("adult", {"dbp": "100"}, []),
        ("adult", {"sbp": "100"}, []),
        # body mass index: 0.2 off is within, on both sides
        ("adult", {**SIZES, "bmi": "32.0"}, []),
        ("adult", {**SIZES, "bmi": "32.2"}, []),
        ("adult", {**SIZES, "bmi": "31.8"}, []),
        ("adult", {**SIZES, "bmi": "32.21"}, ["BMI_MISMATCH:bmi"]),
        ("adult", {**SIZES, "bmi": "31.79"}, ["BMI_MISMATCH:bmi"]),
        ("adult", SIZES, []),
        ("adult", {"height_cm": "150", "bmi": "32.3"}, []),
        ("adult", {"weight_kg": "72", "bmi": "32.3"}, []),
        # a height that cannot be: out of range says so, nothing is divided by nought
        ("adult", {"height_cm": "0", "weight_kg": "72", "bmi": "32"}, []),
        ("adult", {"height_cm": "-150", "weight_kg": "72", "bmi": "40"}, []),
        ("adult", {"height_cm": "100", "weight_kg": "72", "bmi": "40"}, ["BMI_MISMATCH:bmi"]),
        # only adults are measured so
        ("child", {"sbp": "120", "dbp": "120", **SIZES, "bmi": "1"}, []),
        ("oral", {"sbp": "120", "dbp": "120", **SIZES, "bmi": "1"}, []),
    ],
)
def test_what_does_not_fit_is_warned_about(
    programme: str, values: dict[str, str], warned: list[str]
) -> None:
    warnings: list[str] = []
    for check in CONTENT_CHECKS[programme]:
        check(values, warnings)
    assert warnings == warned
