"""Cases and order lines: keys, refusals, warnings, records (claim-file.md sections 2, 4 to 9)."""

from pathlib import Path

import pytest

from claims.periods import from_iso
from tests.support.files import FACILITY, ORDER, ReadFile, a_case, a_claim_file, read

KEY = f"{FACILITY}/11403/1/A3/1"


def lines_of(tmp_path: Path, *orders: dict[str, str | None], **fields: str | None) -> ReadFile:
    return read(tmp_path, a_claim_file(a_case([{**ORDER, **order} for order in orders], **fields)))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"d1": None}, "C_KEY"),
        ({"d2": ""}, "C_KEY"),
        ({"d2": "12A"}, "C_KEY"),
        ({"d3": None}, "C_PERSON"),
        ({"d3": "A12345****"}, "C_PERSON"),
        ({"d3": "A12345678"}, "C_PERSON"),
        ({"d9": None}, "C_DATE"),
        ({"d9": "1140230"}, "C_DATE"),
        ({"d9": "20250310"}, "C_DATE"),
    ],
)
def test_a_case_without_its_keys_is_refused_alone(
    tmp_path: Path, change: dict[str, str | None], code: str
) -> None:
    got = read(tmp_path, a_claim_file(a_case(**change), a_case(d2="2")))
    assert (got.case_codes, got.counts.cases_refused, len(got.lines)) == ([code], 1, 1)
    assert "A12345678" not in repr(got.cases) + "".join(f.found for f in got.cases[0].findings)


def test_a_refused_case_names_all_its_errors_at_once(tmp_path: Path) -> None:
    got = read(tmp_path, a_claim_file(a_case([], d2=None, d3="", d9="x"), a_case(d2="2")))
    assert got.case_codes == ["C_KEY", "C_PERSON", "C_DATE", "C_NOLINE"]


def test_a_second_case_with_the_same_key_is_refused(tmp_path: Path) -> None:
    got = read(tmp_path, a_claim_file(a_case(d2="129"), a_case(d2="0129"), a_case(d2="129")))
    assert (got.case_codes, len(got.lines)) == (["C_DUP", "C_DUP"], 1)


@pytest.mark.parametrize(
    ("change", "warning"),
    [
        ({"d3": "A123456788"}, "W_ID_CHECKSUM"),
        ({"d9": "1140602"}, "W_DATE_ORDER"),
        ({"d11": "1140311"}, "W_DATE_ORDER"),
        ({"d11": None}, "W_BIRTH"),
        ({"d11": "0751301"}, "W_BIRTH"),
        ({"d29": "0012"}, "W_SERIAL"),
        ({"d15": "0090"}, "W_FIELD"),
        ({"d9": "990310", "d11": "0750101"}, "DATE_6_DIGITS"),
    ],
)
def test_odd_fields_are_warned_about_and_the_line_is_emitted(
    tmp_path: Path, change: dict[str, str | None], warning: str
) -> None:
    assert lines_of(tmp_path, {}, **change).lines[0].warnings == (warning,)


@pytest.mark.parametrize("serial", ["IC21", "IC89", "A000", "Z001"])
def test_preventive_and_abnormal_serials_are_fine(tmp_path: Path, serial: str) -> None:
    assert lines_of(tmp_path, {}, d29=serial).lines[0].warnings == ()


def test_a_field_over_its_length_stays_as_text(tmp_path: Path) -> None:
    line = lines_of(tmp_path, {"p12": "5x0"}, d29="ICL1001").lines[0]
    assert (line.card_serial, line.details["d29"]) == ("", "ICL1001")
    assert (line.points, line.details["p12"]) == ("", "5x0")
    assert line.warnings == ("W_FIELD",)


def test_unknown_tags_are_kept_and_the_name_is_not(tmp_path: Path) -> None:
    line = lines_of(tmp_path, {"p99": "y"}, d77="x", d19="Z000", d49="王小明").lines[0]
    assert {"d77": "x", "d19": "Z000", "p99": "y"}.items() <= line.details.items()
    assert "王小明" not in line.details.values()


def test_the_record_carries_what_section_8_lists(tmp_path: Path) -> None:
    line = lines_of(
        tmp_path, {"p10": "1.0", "p14": "11403100830", "p24": "JY12"}, d8="家醫", d54="3502371194"
    ).lines[0]
    assert (line.programme, line.requirement, line.points, line.priced) == (
        "adult",
        "stage1",
        "520",
        True,
    )
    assert (line.visit_date, line.birth_date) == (from_iso("2025-03-10"), from_iso("1986-01-01"))
    assert (line.service_facility_id, line.lab_facility_id) == ("3502371194", "JY12")
    assert line.details == {
        "dept": "家醫",
        "seq_no": "1",
        "person_id_kind": "citizen",
        "upload_deadline": "2025-05-30",
        "appl_mode": "1",
        "quantity": "1.0",
        "start_time": "2025-03-10T08:30:00",
        "case_position": "1",
        "line_position": "1",
        "order_type": "2",
        "order_seq": "1",
        "stage": "1",
        "pair_code": "23",
    }


def test_hepatitis_beside_a_check_is_a_record_of_its_own(tmp_path: Path) -> None:
    got = lines_of(tmp_path, {}, {"p4": "L1001C", "p13": "2"})
    assert [(line.requirement, line.details.get("bc_mode")) for line in got.lines] == [
        ("stage1", None),
        ("bc", "with_adult"),
    ]
    alone = lines_of(tmp_path, {"p4": "29"}, d29="IC29").lines[0]
    assert (alone.order_code, alone.details["bc_mode"]) == ("L1001C", "alone")
    assert alone.warnings == ("W_ALIAS",)


def test_a_joined_code_is_split_in_two_records(tmp_path: Path) -> None:
    got = lines_of(tmp_path, {"p4": "21+L1001C", "p13": "3"})
    assert [(line.claim_id, line.order_code) for line in got.lines] == [
        (f"{KEY}/3", "21"),
        (f"{KEY}/3/bc", "L1001C"),
    ]


def test_repeated_and_missing_order_numbers_are_replaced_by_the_position(tmp_path: Path) -> None:
    got = lines_of(tmp_path, {}, {"p4": "22"}, {"p4": "23", "p13": None}, {"p4": "24", "p13": "02"})
    assert [line.claim_id.removeprefix(KEY) for line in got.lines] == ["/1", "/#2", "/#3", "/2"]
    assert [line.warnings for line in got.lines] == [(), ("W_SEQ",), ("W_SEQ",), ()]


def test_education_lines_name_their_visit_and_are_not_reconciled(tmp_path: Path) -> None:
    line = lines_of(tmp_path, {"p4": "01"}, d29="IC01").lines[0]
    assert (line.requirement, line.details["companion_of"]) == ("none", "71")


def test_codes_out_of_scope_unknown_or_out_of_their_dates(tmp_path: Path) -> None:
    got = lines_of(
        tmp_path, {"p4": "41", "p13": "1"}, {"p4": "Q9", "p13": "2"}, {"p4": "3D", "p13": "3"},
        {"p4": "00123C", "p13": "4", "p3": "0"}, d9="1131231",
    )  # fmt: skip
    assert [(line.programme, line.warnings) for line in got.lines] == [
        ("out_of_scope", ()),
        ("unknown", ("W_CODE",)),
        ("adult", ("W_CODE_DATE",)),
    ]


@pytest.mark.parametrize("code", [None, "", "2", "L1001C1001C12"])
def test_a_line_without_a_usable_code_is_skipped(tmp_path: Path, code: str | None) -> None:
    got = lines_of(tmp_path, {"p4": code}, {"p4": "21", "p13": "2"})
    assert (len(got.lines), got.case_codes, got.counts.lines_skipped) == (1, ["L_CODE"], 1)


def test_preventive_codes_in_another_case_type_are_warned_about(tmp_path: Path) -> None:
    got = lines_of(tmp_path, {}, d1="02")
    assert (got.lines, got.case_codes, got.counts.cases_without_line) == ([], ["W_NOT_A3"], 1)


def test_a_preventive_case_without_a_preventive_line_is_named(tmp_path: Path) -> None:
    got = lines_of(tmp_path, {"p4": "00123C", "p3": "0"})
    assert [(case.case_key, case.lines, case.findings) for case in got.cases] == [(KEY, (), ())]
    assert got.counts.cases_without_line == 1


def test_other_cases_pass_in_silence(tmp_path: Path) -> None:
    got = lines_of(tmp_path, {"p4": "00123C"}, d1="02")
    assert (got.items, got.counts.cases_without_line, got.counts.conserved()) == ([], 1, True)


def test_a_newborn_rides_on_a_parents_card(tmp_path: Path) -> None:
    line = lines_of(tmp_path, {"p4": "71"}, d45="1140301", d51="2").lines[0]
    assert (line.is_newborn, line.newborn_mark) == (True, "2")
    assert (line.subject_birth_date, line.birth_date) == (
        from_iso("2025-03-01"),
        from_iso("1986-01-01"),
    )


def test_a_line_that_is_not_priced_is_carried(tmp_path: Path) -> None:
    assert lines_of(tmp_path, {"p3": "4"}).lines[0].priced is False


@pytest.mark.parametrize(
    ("order", "odd"),
    [
        ({"p4": "8A", "p6": "16"}, False),
        ({"p4": "8A", "p6": "26"}, True),
        ({"p4": "81", "p6": "161726"}, False),
        ({"p4": "81", "p6": "10"}, True),
    ],
)
def test_a_tooth_that_does_not_fit_is_a_warning(
    tmp_path: Path, order: dict[str, str | None], odd: bool
) -> None:
    assert ("TOOTH_INVALID" in lines_of(tmp_path, order).lines[0].warnings) is odd


def test_full_width_and_lower_case_are_folded(tmp_path: Path) -> None:
    line = lines_of(tmp_path, {"p4": " l1001c "}, d3="ａ１２３４５６７８９", d29="ic29").lines[0]
    assert (line.person_id, line.order_code, line.card_serial) == ("A123456789", "L1001C", "IC29")


def test_an_order_number_counts_from_one(tmp_path: Path) -> None:
    line = lines_of(tmp_path, {"p13": "0"}).lines[0]
    assert (line.claim_id, line.warnings) == (f"{KEY}/#1", ("W_FIELD", "W_SEQ"))
    assert line.details["p13"] == "0"


@pytest.mark.parametrize("code", ["+L1001C", "L1001C+"])
def test_a_joined_code_with_an_empty_half_is_no_pair(tmp_path: Path, code: str) -> None:
    got = lines_of(tmp_path, {"p4": code})
    assert [(line.order_code, line.programme, line.warnings) for line in got.lines] == [
        (code, "unknown", ("W_CODE",))
    ]
