"""Claim files as a whole: what refuses one, what is only said of it (claim-file.md section 9)."""

from pathlib import Path

import pytest

from services.ingest.reading.api import Uploader
from tests.support.files import FACILITY, a_case, a_claim_file, a_zip, read


def test_a_sound_file_gives_its_cases_and_nothing_to_say(tmp_path: Path) -> None:
    got = read(tmp_path, a_claim_file(a_case(), a_case(d2="2"), t37="2", t31="2"))
    assert (got.kind, got.refused, got.findings) == ("claim-xml", None, [])
    assert [line.claim_id for line in got.lines] == [
        f"{FACILITY}/11403/1/A3/1/1",
        f"{FACILITY}/11403/1/A3/2/1",
    ]
    assert (got.counts.cases_read, got.counts.cases_emitted, got.counts.lines_emitted) == (2, 2, 2)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"t2": None}, "F_HEADER"),
        ({"t2": "350134000"}, "F_HEADER"),
        ({"t3": "11413"}, "F_HEADER"),
        ({"t5": None}, "F_HEADER"),
        ({"t5": "7"}, "F_HEADER"),
        ({"t6": "1140431"}, "F_HEADER"),
        ({"t2": "3502371194"}, "F_OWNER"),
        ({"t1": "20"}, "F_ROOT"),
    ],
)
def test_a_header_without_which_no_key_can_be_built_refuses_the_file(
    tmp_path: Path, change: dict[str, str | None], code: str
) -> None:
    got = read(tmp_path, a_claim_file(a_case(), **change))
    assert got.refused == code
    assert got.items == []
    assert got.codes == [code]


def test_nine_digits_in_t2_are_hinted_at_as_a_lost_zero(tmp_path: Path) -> None:
    got = read(tmp_path, a_claim_file(a_case(), t2="141270019"))
    assert "開頭的 0" in got.findings[0].hint


def test_an_earlier_code_of_the_uploader_is_its_own(tmp_path: Path) -> None:
    sender = Uploader("3502371194", (FACILITY,))
    assert read(tmp_path, a_claim_file(a_case()), uploader=sender).refused is None


@pytest.mark.parametrize("root", ["inpatient", "html"])
def test_another_root_is_no_claim_file(tmp_path: Path, root: str) -> None:
    assert read(tmp_path, f"<{root}><tdata></tdata></{root}>").refused == "F_ROOT"


def test_no_tdata_is_no_header(tmp_path: Path) -> None:
    assert read(tmp_path, f"<outpatient>{a_case()}</outpatient>").refused == "F_HEADER"


def test_a_file_without_cases_is_accepted_with_a_warning(tmp_path: Path) -> None:
    got = read(tmp_path, a_claim_file())
    assert (got.refused, got.codes) == (None, ["W_EMPTY"])


def test_tags_are_read_in_any_case_and_order(tmp_path: Path) -> None:
    declaration, text = a_claim_file(a_case(), a_case(d2="2")).split("\r\n", 1)
    before, totals, after = text.upper().partition("<TDATA>")
    totals, end, after = after.partition("</TDATA>")
    moved = f"{declaration}{before}{after}".replace(
        "</OUTPATIENT>", f"<TDATA>{totals}{end}</OUTPATIENT>"
    )
    got = read(tmp_path, moved)
    assert (got.refused, got.findings, len(got.lines)) == (None, [], 2)


def test_a_newer_date_of_a_supplement_is_part_of_the_case_key(tmp_path: Path) -> None:
    got = read(tmp_path, a_claim_file(a_case(d2="0129"), t5="2"))
    assert got.lines[0].case_key == f"{FACILITY}/11403/2/1140405/A3/129"


def test_one_bad_case_costs_only_itself(tmp_path: Path) -> None:
    broken = a_case(d2="2").replace("</d3>", "</d33>")
    text = a_claim_file(a_case(), broken, a_case(d2="3"))
    got = read(tmp_path, text)
    assert (got.refused, len(got.lines), got.case_codes) == (None, 2, ["C_XML"])
    assert got.codes == ["F_XML"]
    bad = next(case for case in got.cases if case.refused)
    assert (bad.position, bad.person_masked) == (2, "A1234*****")
    assert text.encode("cp950")[bad.byte_offset :].startswith(broken[:40].encode())


def test_a_case_that_lacks_its_end_does_not_take_the_next_one_along(tmp_path: Path) -> None:
    endless = a_case(d2="2").replace("</ddata>", "")
    got = read(tmp_path, a_claim_file(a_case(), endless, a_case(d2="3")))
    assert [line.case_key[-1] for line in got.lines] == ["1", "3"]
    assert got.case_codes == ["C_XML"] and "F_XML" in got.codes
    assert next(case for case in got.cases if case.refused).person_masked == "A1234*****"


def test_a_truncated_file_keeps_what_came_before(tmp_path: Path) -> None:
    text = a_claim_file(a_case(), a_case(d2="2"))
    got = read(tmp_path, text[: text.rindex("<pdata>")])
    assert (len(got.lines), got.case_codes) == (1, ["C_TRUNCATED"])
    assert {"F_XML", "W_TRUNCATED"} <= set(got.codes)


def test_a_file_of_which_no_case_can_be_read_is_refused(tmp_path: Path) -> None:
    broken = a_case().replace("</d9>", "")
    assert read(tmp_path, a_claim_file(broken, broken)).refused == "F_XML"


def test_a_case_inside_a_comment_is_no_case(tmp_path: Path) -> None:
    text = a_claim_file(a_case(), f"<!-- {a_case(d2='2')} -->", a_case(d2="3"))
    got = read(tmp_path, text)
    assert (len(got.lines), got.findings) == (2, [])


def test_a_comment_before_the_root_is_not_the_root(tmp_path: Path) -> None:
    text = a_claim_file(a_case()).replace("<outpatient>", "<!-- of <HIS> -->\r\n<outpatient>")
    got = read(tmp_path, text)
    assert (got.refused, len(got.lines), got.findings) == (None, 1, [])


def test_a_comment_without_an_end_swallows_nothing(tmp_path: Path) -> None:
    got = read(tmp_path, a_claim_file(a_case(), "<!-- ", a_case(d2="2"), a_case(d2="3")))
    assert (len(got.lines), got.codes) == (3, ["F_XML"])


def test_totals_are_held_against_the_cases(tmp_path: Path) -> None:
    cases = [a_case(d41="520"), a_case(d2="2", d1="02", d41="300")]
    fine = read(tmp_path, a_claim_file(*cases, t31="1", t32="520", t37="2"))
    assert fine.findings == []
    got = read(tmp_path, a_claim_file(*cases, t31="2", t32="500", t37="3"))
    assert [(f.code, f.column) for f in got.findings] == [
        ("W_TOTAL", "t37"),
        ("W_TOTAL", "t31"),
        ("W_TOTAL", "t32"),
    ]


def test_points_without_a_preventive_case_are_a_difference(tmp_path: Path) -> None:
    got = read(tmp_path, a_claim_file(a_case(d1="02", d41="300"), t31="0", t32="500"))
    totals = [finding for finding in got.findings if finding.code == "W_TOTAL"]
    assert [(f.column, f.found, f.expected) for f in totals] == [("t32", "500", "0")]


def test_a_month_and_a_date_that_lost_their_zero_are_warned_about(tmp_path: Path) -> None:
    got = read(tmp_path, a_claim_file(a_case(d9="0981130"), t3="9811", t6="981205"))
    assert [(finding.code, finding.column) for finding in got.findings] == [
        ("DATE_4_DIGITS", "t3"),
        ("DATE_6_DIGITS", "t6"),
    ]
    assert got.lines[0].case_key.startswith(f"{FACILITY}/09811/")


def test_the_file_may_lie_in_a_zip_under_any_name(tmp_path: Path) -> None:
    data = a_claim_file(a_case()).encode("cp950")
    got = read(tmp_path, a_zip({"totfa.XML": data, "readme.txt": b"hello"}))
    assert (got.refused, len(got.lines)) == (None, 1)


def test_half_a_chinese_character_in_a_name_is_no_path(tmp_path: Path) -> None:
    data = a_claim_file(a_case()).encode("cp950")
    given = "功.xml".encode("cp950")
    assert b"\\" in given
    archive = a_zip({"NN.xml": data}).replace(b"NN.xml", given)
    assert read(tmp_path, archive).refused is None
    assert read(tmp_path, a_zip({"..\\a.xml": data})).refused == "F_UNSAFE"


def test_the_header_keeps_the_other_totals(tmp_path: Path) -> None:
    got = read(tmp_path, a_claim_file(a_case(), t7="3", t41="1140301"))
    assert (got.header["t7"], got.header["t41"], got.header["fee_month"]) == (
        "3",
        "1140301",
        "202503",
    )
