"""Which characters the bytes mean (claim-file.md section 1, uploads.md section 1)."""

from pathlib import Path

import pytest

from tests.support.files import a_case, a_claim_file, a_table, read

# 功 ends in 0x5C, the backslash; 許 in 0x5C too: text cut as ascii would break here.
NAME = "許功蓋"


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [
        ("cp950", "Big5"),
        ("cp950", "MS950"),
        ("cp950", "UTF-8"),
        ("utf-8", "Big5"),
        ("utf-8-sig", "Big5"),
        ("utf-16", "UTF-16"),
        ("big5hkscs", "Big5"),
        ("cp950", "no-such-encoding"),
    ],
)
def test_claim_files_are_decoded_in_the_order_of_the_specification(
    tmp_path: Path, encoding: str, declared: str
) -> None:
    name = NAME + ("㗎" if encoding == "big5hkscs" else "")
    text = a_claim_file(a_case(d8=name)).replace("Big5", declared)
    got = read(tmp_path, text, encoding=encoding)
    assert (got.refused, got.findings) == (None, [])
    assert got.lines[0].details["dept"] == name


def test_bytes_that_nothing_can_read_become_a_mark_and_a_warning(tmp_path: Path) -> None:
    data = a_claim_file(a_case(d8="許"), a_case(d2="2")).encode("cp950")
    at = data.index("許".encode("cp950"))
    got = read(tmp_path, data[:at] + b"\xff" + data[at:])
    assert [(f.code, f.found) for f in got.findings] == [("W_BYTES", f"@{at}")]
    assert got.lines[0].details["dept"] == "\ufffd許"
    assert [[f.code for f in case.findings] for case in got.cases] == [["W_BYTES"], []]


def test_offsets_count_the_bytes_of_a_file_in_utf_16(tmp_path: Path) -> None:
    text = a_claim_file(a_case(d8=NAME), a_case(d2="2", d3=""), a_case(d2="3"))
    data = text.encode("utf-16")
    got = read(tmp_path, data)
    bad = next(case for case in got.cases if case.refused)
    assert data[bad.byte_offset :].decode("utf-16-le").startswith("<ddata>")
    assert bad.byte_offset == 2 + 2 * text.index(a_case(d2="2", d3=""))


@pytest.mark.parametrize("encoding", ["cp950", "utf-8", "utf-8-sig", "utf-16"])
def test_tables_are_utf_8_or_cp950(tmp_path: Path, encoding: str) -> None:
    got = read(tmp_path, a_table("oral", {"name": NAME}), encoding=encoding)
    assert (got.refused, got.programme, got.cell(0, "name")) == (None, "oral", NAME)
    assert got.findings == []


def test_a_table_with_broken_bytes_is_read_and_warned_about(tmp_path: Path) -> None:
    data = a_table("oral", {"name": NAME}, {"name": NAME}).encode("cp950")
    at = data.rindex(NAME.encode("cp950"))
    got = read(tmp_path, data[:at] + b"\xff" + data[at:])
    assert got.codes == ["W_BYTES"]
    assert [[f.code for f in row.findings] for row in got.rows] == [[], ["W_BYTES"]]
    assert got.rows[1].findings[0].column == "name"
