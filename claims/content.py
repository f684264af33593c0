"""Warnings about content: answers of a row that do not fit each other. They never refuse a row.

Each check gets the canonical values of a row and adds ``CODE:column``.
source: uploads.md sections 2 to 4; validation.md section 1 (sex, assumption).
"""

from collections.abc import Callable

ContentCheck = Callable[[dict[str, str], list[str]], None]

BMI_TOLERANCE = 0.2
_MALE_SECOND = frozenset("18AC")


def sex_fits_the_person_id(values: dict[str, str], warnings: list[str]) -> None:
    """1 male, 2 female, as the second character of the ID says; a newborn's parent says nothing."""
    sex, person = values.get("sex"), values.get("person_id")
    if sex is None or person is None or "newborn_mark" in values:
        return
    if (sex == "1") != (person[1] in _MALE_SECOND):
        warnings.append("SEX_MISMATCH:sex")


def diastolic_is_below_systolic(values: dict[str, str], warnings: list[str]) -> None:
    if "dbp" in values and "sbp" in values and float(values["dbp"]) >= float(values["sbp"]):
        warnings.append("DBP_NOT_BELOW_SBP:dbp")


def bmi_fits_height_and_weight(values: dict[str, str], warnings: list[str]) -> None:
    """bmi within 0.2 of weight (kg) / height (m) squared; 0.2 itself is within."""
    if "bmi" not in values or "height_cm" not in values or "weight_kg" not in values:
        return
    metres = float(values["height_cm"]) / 100
    if metres <= 0:
        return
    # The small addition lets 0.2 pass as written: 22.3 - 22.1 is 0.1999… or 0.2000…1 in binary.
    if abs(float(values["bmi"]) - float(values["weight_kg"]) / metres**2) > BMI_TOLERANCE + 1e-9:
        warnings.append("BMI_MISMATCH:bmi")


CONTENT_CHECKS: dict[str, tuple[ContentCheck, ...]] = {
    "adult": (
        sex_fits_the_person_id,
        diastolic_is_below_systolic,
        bmi_fits_height_and_weight,
    ),
    "child": (sex_fits_the_person_id,),
    "oral": (sex_fits_the_person_id,),
}
