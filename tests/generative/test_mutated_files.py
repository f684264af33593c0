"""Files with random damage: never a crash, nothing lost in silence, every refusal with its place.

Quick by default; ``GOUJI_MUTANTS`` asks for more.
"""

import gzip
import os
import random
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claims.findings import CODES
from claims.layouts import layout
from services.ingest.reading.blocks import WHOLE, Scanner
from services.ingest.reading.claim_xml import NotXml, _any_case, _plain_case
from services.ingest.reading.findings import (
    CASE_REFUSALS,
    CASE_WARNINGS,
    FILE_REFUSALS,
    FILE_WARNINGS,
    ROW_PROBLEMS,
)
from services.ingest.reading.seen_cases import SeenCases
from tests.support.files import (
    MAPS,
    ROWS,
    ReadFile,
    a_case,
    a_claim_file,
    a_table,
    a_zip,
    read,
)
from tests.support.workbooks import SHEET, STYLES, TEXTS, parts

MUTANTS = int(os.environ.get("GOUJI_MUTANTS", "2400"))
PERSON = "A123456789"
CASES = 6

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:openpyxl")


def claim_xml() -> bytes:
    cases = [a_case(d2=str(number), d8="許功蓋家醫科", d49="王小明") for number in range(1, CASES)]
    return a_claim_file(*cases, a_case(d2="9", d1="02"), t37="6", t31="5").encode("cp950")


def workbook_parts() -> dict[str, bytes]:
    columns = layout("child").columns
    row = [{**ROWS["child"], "name": "許功蓋"}.get(column.name) for column in columns]
    return parts([column.zh for column in columns], row, row, row, row)


def fixed() -> bytes:
    columns = sorted(MAPS.named("OF-2026.1").columns, key=lambda column: column.start)
    line = b"".join(
        {**ROWS["oral"], "name": "許功蓋"}.get(c.name, "").encode("cp950").ljust(c.bytes)
        for c in columns
    )
    return b"\r\n".join([line] * 5)


def extract() -> bytes:
    head = "facility_id,fee_month,appl_type,appl_date,case_type,seq_no,person_id,visit_date"
    rows = "".join(
        f"3501340006,11403,1,1140405,A3,{number},{PERSON},1140310,0750101,21,1\r\n"
        for number in range(1, 6)
    )
    return f"{head},birth_date,order_code,order_seq\r\n{rows}".encode()


def in_workbook(part: str) -> tuple[bytes, Callable[[bytes], bytes]]:
    """One part of a workbook, and how to put it back: damage that the archive does not notice."""
    files = workbook_parts()
    return files[part], lambda data: a_zip({**files, part: data})


def packed_xml(data: bytes) -> bytes:
    return a_zip({"TOTFA.xml": data})


# (content, kind, map version); content and a way to pack it after the damage
PACKED: dict[str, tuple[bytes, Callable[[bytes], bytes], str | None]] = {
    "in a zip": (claim_xml(), packed_xml, None),
    "sheet": (*in_workbook(SHEET), "child"),
    "texts": (*in_workbook(TEXTS), "child"),
    "styles": (*in_workbook(STYLES), "child"),
    "in a gzip": (extract(), gzip.compress, None),
}
SEEDS: dict[str, tuple[bytes, str | None, str | None]] = {
    "claim file": (claim_xml(), "claim-xml", None),
    "claim file, kind unknown": (claim_xml(), None, None),
    "zip": (a_zip({"TOTFA.xml": claim_xml()}), None, None),
    "adult": (a_table("adult", *[{"name": "許功蓋"}] * 5).encode("cp950"), "adult", None),
    "oral": (a_table("oral", *[{"name": '"許,功"'}] * 5).encode(), None, None),
    "workbook": (a_zip(workbook_parts()), "child", None),
    "fixed": (fixed(), "oral", "OF-2026.1"),
    "extract": (extract(), None, None),
    "gzip": (gzip.compress(extract()), "extract", None),
}
TOKENS = (
    b"<ddata>", b"</ddata>", b"<!--", b"-->", b"<![CDATA[", b"]]>", b"&amp;", b"&x;", b"<pdata>",
    b"</pdata>", b"<!DOCTYPE a>", b'"', b",", b"\r\n", b"\n", b"\x00", b"\xff", b"\xa4", b"<", b">",
    b"</outpatient>", b"\xef\xbb\xbf", b"\xff\xfe", b"9" * 30, b"*", b"-", b"\xe3\x80\x80", b"",
)  # fmt: skip


def mutated(data: bytes, chance: random.Random) -> bytes:
    """One to four of: a piece cut out, doubled, moved, overwritten; a byte changed; a tail lost."""
    for _ in range(chance.randint(1, 4)):
        if not data:
            return data
        start = chance.randrange(len(data))
        end = min(len(data), start + chance.choice((1, 2, 8, 60, 700)))
        piece = data[start:end]
        match chance.randrange(7):
            case 0:
                data = data[:start] + data[end:]
            case 1:
                data = data[:end] + piece + data[end:]
            case 2:
                rest = data[:start] + data[end:]
                at = chance.randrange(len(rest) + 1)
                data = rest[:at] + piece + rest[at:]
            case 3:
                data = data[:start] + chance.choice(TOKENS) + data[end:]
            case 4:
                data = data[:start] + chance.choice(TOKENS) + data[start:]
            case 5:
                data = data[:start] + bytes([chance.randrange(256)]) + data[start + 1 :]
            case _:
                data = data[: max(start, len(data) // 2)]
    return data


def check(got: ReadFile) -> None:
    """What holds for every file whatsoever."""
    assert got.counts.conserved()
    assert got.refused is None or (got.refused in FILE_REFUSALS and got.items == [])
    assert {finding.code for finding in got.findings} <= {*FILE_REFUSALS, *FILE_WARNINGS}
    for case in got.cases:
        assert case.position >= 1
        assert {finding.code for finding in case.findings} <= {*CASE_REFUSALS, *CASE_WARNINGS}
        assert case.refused == any(f.level == "error" and f.code != "L_CODE" for f in case.findings)
        assert not (case.refused and case.lines)
        for line in case.lines:
            assert set(line.warnings) <= CASE_WARNINGS.keys()
    said = [f for item in got.items for f in item.findings] + got.findings
    assert PERSON not in "".join(f.found + f.expected + f.hint for f in said)
    numbers = [line.row_no for line in got.lines]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len({line.claim_id for line in got.lines}) == len(numbers)
    rows = [row.item.row_no for row in got.rows]
    assert rows == sorted(set(rows))
    for row in got.rows:
        assert row.item.problem in {"", *ROW_PROBLEMS}
        assert row.item.problem or len(row.item.cells) == len(got.columns) == len(got.styles)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


@pytest.mark.parametrize("seed", SEEDS)
def test_no_damage_crashes_a_reader_or_vanishes(seed: str, folder: Path) -> None:
    data, kind, version = SEEDS[seed]
    check(read(folder, data, kind=kind, map_version=version))
    for number in range(MUTANTS // len(SEEDS)):
        mutant = mutated(data, random.Random(f"{seed}/{number}"))
        try:
            check(read(folder, mutant, kind=kind, map_version=version))
        except BaseException:
            print(f"mutant {seed}/{number}")
            raise


@pytest.mark.parametrize("seed", PACKED)
def test_no_damage_inside_an_archive_crashes_a_reader_or_vanishes(seed: str, folder: Path) -> None:
    data, pack, kind = PACKED[seed]
    check(read(folder, pack(data), kind=kind))
    for number in range(MUTANTS // len(PACKED) // 4):
        mutant = mutated(data, random.Random(f"{seed}/{number}"))
        try:
            check(read(folder, pack(mutant), kind=kind))
        except BaseException:
            print(f"mutant {seed}/{number}")
            raise


def test_damage_to_one_case_leaves_the_others_alone(folder: Path) -> None:
    """A byte changed inside the body of a case costs at most that case, never its neighbours."""
    data = claim_xml()
    begin = data.index(b"<dbody>", data.index(b"<d2>3</d2>")) + 7
    end = data.index(b"</dbody>", begin)
    whole = {line.claim_id for line in read(folder, data).lines}
    for at in range(begin, end):
        for byte in b'<>&x"\x00\xff':
            got = read(folder, data[:at] + bytes([byte]) + data[at + 1 :])
            kept = {line.claim_id for line in got.lines if "/A3/3/" not in line.claim_id}
            assert kept == {one for one in whole if "/A3/3/" not in one}


def test_all_texts_of_readers_are_known_by_one_wording_or_the_other() -> None:
    """A problem of a row is refused by validate under the same code."""
    assert set(ROW_PROBLEMS) <= set(CODES)


leaf = st.tuples(
    st.sampled_from(["d3", "d8", "D9", "p4", "x", "dhead"]), st.text("a 許<&>;!-/\r\n")
)
shapes = st.recursive(
    leaf.map(lambda pair: f"<{pair[0]}>{pair[1]}</{pair[0]}>")
    | st.sampled_from(TOKENS[:11]).map(lambda token: token.decode()),
    lambda inner: st.tuples(
        st.sampled_from(["dhead", "dbody", "pdata", "d9", "PDATA"]), st.lists(inner, max_size=4)
    ).map(lambda pair: f"<{pair[0]}>{''.join(pair[1])}</{pair[0]}>"),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(shapes, max_size=5))
def test_the_quick_way_to_parse_a_case_says_what_the_parser_says(pieces: list[str]) -> None:
    text = f"<ddata>{''.join(pieces)}</ddata>"
    quick = _plain_case(text)
    if quick is None:
        return
    slow = _any_case(text.encode())

    def lines(tags: dict[str, str]) -> dict[str, str]:
        return {tag: text.replace("\r\n", "\n").replace("\r", "\n") for tag, text in tags.items()}

    assert lines(quick[0]) == lines(slow[0])
    assert [lines(order) for order in quick[1]] == [lines(order) for order in slow[1]]


def test_the_quick_way_is_the_usual_way() -> None:
    assert _plain_case(a_case(d8="許功蓋").strip()) is not None
    with pytest.raises(NotXml):
        _any_case(b"<ddata><d1></ddata>")


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.sampled_from([*TOKENS[:11], b"<DDATA>", b"</ddata >", b"<ddata/>", b"x" * 70, b" "]),
        max_size=14,
    ),
    st.integers(2, 9),
)
def test_a_file_is_cut_alike_however_its_bytes_arrive(pieces: list[bytes], size: int) -> None:
    data = b"".join(pieces)
    at_once = Scanner([data], 0)
    in_bits = Scanner([data[at : at + size] for at in range(0, len(data), size)], 0)
    one, other = list(at_once), list(in_bits)
    assert one == other
    assert bytes(at_once.skeleton).split() == bytes(in_bits.skeleton).split()
    assert at_once.unsafe == in_bits.unsafe
    for block in one:
        assert data[block.offset :].startswith(block.data)
        assert block.how != WHOLE or block.data.lower().startswith(b"<ddata")


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 3000) | st.integers(0, 10**9))))
def test_cases_seen_before_are_known_again(numbers: list[tuple[str, int]]) -> None:
    seen, oracle = SeenCases(), set()
    for kind, number in numbers:
        assert seen.add("file", kind, number) == ((kind, number) not in oracle)
        oracle.add((kind, number))
