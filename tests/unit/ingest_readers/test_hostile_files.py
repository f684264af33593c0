"""Files made to harm: a clear refusal, bounded memory, never an exception (issue 3, section 5)."""

import gzip
import zipfile
from pathlib import Path

import pytest

from services.ingest.reading.api import RESULTS
from services.ingest.reading.container import MAX_UNPACKED
from tests.support.files import a_case, a_claim_file, a_table, a_zip, read
from tests.support.workbooks import SHEET, STYLES, TEXTS, parts

DTD = '<!DOCTYPE outpatient [<!ENTITY a "b"><!ENTITY x SYSTEM "file:///etc/passwd">]>'
GOOD = a_claim_file(a_case()).encode("cp950")


def with_dtd(dtd: str = DTD) -> str:
    declaration, rest = a_claim_file(a_case(d8="&a;&x;")).split("\r\n", 1)
    return f"{declaration}\r\n{dtd}\r\n{rest}"


def with_part(part: str, text: str) -> bytes:
    """A workbook one part of which is replaced."""
    files = parts(["身分證號"])
    assert part in files
    return a_zip({**files, part: text.encode()})


@pytest.mark.parametrize("dtd", [DTD, "<!doctype x>", '<!ENTITY a "b">', "<!ELEMENT a ANY>"])
@pytest.mark.parametrize("encoding", ["cp950", "utf-16"])
def test_declarations_are_refused_before_parsing(tmp_path: Path, dtd: str, encoding: str) -> None:
    got = read(tmp_path, with_dtd(dtd), encoding=encoding)
    assert (got.refused, got.items) == ("F_UNSAFE", [])


def test_entities_without_a_declaration_cost_their_case(tmp_path: Path) -> None:
    got = read(tmp_path, a_claim_file(a_case(d8="&boom;"), a_case(d2="2", d8="&lt;&#33;")))
    assert got.case_codes == ["C_XML"]
    assert got.lines[0].details["dept"] == "<!"


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({"a.xml": GOOD, "b.xml": GOOD}, "F_CONTAINER"),
        ({"a.txt": GOOD, "b.xml": GOOD}, "F_CONTAINER"),
        ({"readme.txt": b"no"}, "F_CONTAINER"),
        ({"inner.zip": GOOD}, "F_UNSAFE"),
        ({"a.xml": GOOD, "x.bin": a_zip({"a": b"b"})}, "F_UNSAFE"),
        ({"../a.xml": GOOD}, "F_UNSAFE"),
        ({"/etc/a.xml": GOOD}, "F_UNSAFE"),
        ({"C:\\a.xml": GOOD}, "F_UNSAFE"),
        ({"folder/a.xml": GOOD}, "F_UNSAFE"),
    ],
)
def test_archives_hold_one_xml_and_no_paths(
    tmp_path: Path, files: dict[str, bytes], code: str
) -> None:
    assert read(tmp_path, a_zip(files)).refused == code


def test_an_encrypted_archive_is_refused(tmp_path: Path) -> None:
    data = bytearray(a_zip({"a.xml": GOOD}))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + at] |= 1
    got = read(tmp_path, bytes(data))
    assert got.refused == "F_CONTAINER"
    assert got.findings[0].hint.endswith("ZIP 有密碼保護。")


@pytest.mark.parametrize("damage", [slice(0, 40), slice(0, -30)])
def test_a_damaged_archive_is_refused(tmp_path: Path, damage: slice) -> None:
    assert read(tmp_path, a_zip({"a.xml": GOOD * 50})[damage]).refused == "F_CONTAINER"


def test_a_wrong_checksum_in_an_archive_is_refused(tmp_path: Path) -> None:
    data = bytearray(a_zip({"a.xml": GOOD}, zipfile.ZIP_STORED))
    at = data.index(b"A123456789")
    data[at] ^= 3
    assert read(tmp_path, bytes(data)).refused == "F_CONTAINER"


def test_a_bomb_is_refused_by_its_declared_size(tmp_path: Path) -> None:
    assert read(tmp_path, a_zip({"a.xml": GOOD + b" " * 20_000_000})).refused == "F_UNSAFE"


def test_a_bomb_that_declares_a_small_size_is_refused_by_its_real_one(tmp_path: Path) -> None:
    data = bytearray(a_zip({"a.xml": GOOD + b" " * 20_000_000}))
    for mark, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        place = data.index(mark) + at
        data[place : place + 4] = len(GOOD).to_bytes(4, "little")
    assert read(tmp_path, bytes(data)).refused in ("F_UNSAFE", "F_CONTAINER")


def test_more_than_the_limit_unpacked_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.ingest.reading.container.MAX_UNPACKED", len(GOOD) - 1)
    assert read(tmp_path, a_zip({"a.xml": GOOD})).refused == "F_UNSAFE"
    assert MAX_UNPACKED == 512 * 1024 * 1024


def test_a_directory_of_a_million_entries_is_refused_unread(tmp_path: Path) -> None:
    many = a_zip({f"{number:030}": b"" for number in range(15_000)})
    assert read(tmp_path, many).refused == "F_UNSAFE"
    assert read(tmp_path, a_zip({f"{n}": b"" for n in range(1001)})).refused == "F_UNSAFE"


def test_a_case_without_bounds_is_refused_and_the_others_are_read(tmp_path: Path) -> None:
    endless = a_case(d2="2", d8="x" * 9_000_000)
    got = read(tmp_path, a_claim_file(a_case(), endless, a_case(d2="3")))
    assert (len(got.lines), got.case_codes) == (2, ["C_XML"])


def test_a_case_of_too_many_lines_is_refused(tmp_path: Path) -> None:
    lines: list[dict[str, str | None]] = [{"p4": "21", "p13": str(n)} for n in range(1, 502)]
    got = read(tmp_path, a_claim_file(a_case(lines), a_case(d2="2")))
    assert (got.case_codes, len(got.lines)) == (["C_SIZE"], 1)


def test_deep_nesting_costs_its_case(tmp_path: Path) -> None:
    deep = a_case(d2="2", d8="<a>" * 20_000 + "</a>" * 20_000)
    got = read(tmp_path, a_claim_file(a_case(), deep))
    assert got.case_codes == ["C_XML"]


def test_extra_text_of_a_line_is_bounded(tmp_path: Path) -> None:
    got = read(tmp_path, a_claim_file(a_case(**{f"x{n}": "y" * 500 for n in range(2000)})))
    assert sum(map(len, got.lines[0].details.values())) < 4000


def test_a_csv_of_one_endless_line_is_refused(tmp_path: Path) -> None:
    assert read(tmp_path, b"a" * 3_000_000, kind="oral").refused == "COLUMN_MISSING"


def test_gigantic_fields_and_nul_bytes_cost_their_row(tmp_path: Path) -> None:
    table = a_table("oral", {"name": "x" * 300_000}, {"name": "y" * 5000}, {"name": "\x00"}, {})
    got = read(tmp_path, table)
    assert [row.item.problem for row in got.rows] == [
        "FIELD_TOO_LONG",
        "FIELD_TOO_LONG",
        "ROW_SHAPE",
        "",
    ]


def test_an_endless_header_is_refused(tmp_path: Path) -> None:
    assert read(tmp_path, "身分證號," * 600 + "x\r\n", kind="oral").refused == "F_UNSAFE"


def test_a_gzip_bomb_is_refused(tmp_path: Path) -> None:
    assert read(tmp_path, gzip.compress(b"\n" * 20_000_000)).refused == "F_UNSAFE"


def test_an_extract_over_its_limit_is_refused_while_it_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.ingest.reading.container.MAX_EXTRACT", len(GOOD) - 1)
    assert read(tmp_path, gzip.compress(GOOD)).refused == "F_UNSAFE"


def test_a_damaged_gzip_is_refused(tmp_path: Path) -> None:
    assert read(tmp_path, gzip.compress(GOOD)[:-9]).refused == "F_CONTAINER"


@pytest.mark.parametrize("part", [SHEET, TEXTS, STYLES, "xl/workbook.xml"])
def test_a_workbook_with_a_dtd_is_refused(tmp_path: Path, part: str) -> None:
    data = with_part(part, f'<?xml version="1.0"?>{DTD}<a>&a;</a>')
    assert read(tmp_path, data, kind="oral").refused == "F_UNSAFE"


def test_a_workbook_with_an_oversized_part_is_refused(tmp_path: Path) -> None:
    data = with_part(STYLES, "<a>" + " " * 11_000_000 + "</a>")
    assert read(tmp_path, data, kind="oral").refused == "F_UNSAFE"


def test_a_damaged_workbook_is_refused(tmp_path: Path) -> None:
    assert read(tmp_path, with_part(SHEET, "<worksheet>"), kind="oral").refused == "F_CONTAINER"


@pytest.mark.parametrize("start", [b"%PDF-1.4", b"\xd0\xcf\x11\xe0\xa1\xb1", b"Rar!\x1a", b""])
def test_other_kinds_of_files_are_refused_by_name(tmp_path: Path, start: bytes) -> None:
    assert read(tmp_path, start).refused == "F_CONTAINER"
    assert read(tmp_path, start, kind=RESULTS).refused == "F_CONTAINER"


def test_xml_is_no_table_and_a_table_is_no_xml(tmp_path: Path) -> None:
    assert read(tmp_path, GOOD, kind="adult").refused == "F_CONTAINER"
    assert read(tmp_path, a_table("adult"), kind="claim-xml").refused == "F_CONTAINER"
