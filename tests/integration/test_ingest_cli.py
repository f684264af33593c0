"""The commands of the door: registry, keys, the agency's extract, single commands, reports."""

import asyncio
from pathlib import Path

import pytest

from claims.events import BookReleased, Claims, Uploads
from pipeline.producer import partition_of
from tests.support.door import PARTITIONS, DoorProcesses, topics_and_database
from tests.support.files import FACILITY, a_case, a_claim_file, a_table

OTHER, EARLIER = "3502371194", "3501340015"
COLUMNS = (
    "facility_id,fee_month,appl_mode,appl_type,appl_date,case_type,seq_no,person_id,birth_date,"
    "visit_date,card_serial,order_code,order_type,order_seq,points"
)


@pytest.fixture(scope="module")
def door(
    brokers: str, database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> DoorProcesses:
    url = asyncio.run(topics_and_database(brokers, database_url, "ingest_cli"))
    folder = tmp_path_factory.mktemp("door")
    made = DoorProcesses(brokers, url, folder / "log")
    entries = folder / "facilities.csv"
    entries.write_text(
        "facility_id,name,county,closed_on,earlier_codes\n"
        f"{FACILITY},甲診所,台北市,,{EARLIER}\n{OTHER},乙診所,高雄市,2025-12-31,\n",
        encoding="utf-8",
    )
    assert made.done("facilities", "import", str(entries)) == "2 facilities entered"
    return made


def an_extract(*lines: tuple[str, int]) -> str:
    rows = (
        f"{facility},11403,1,1,1140405,A3,{no},A123456789,0750101,1140310,IC21,21,2,1,520"
        for facility, no in lines
    )
    return "\r\n".join([COLUMNS, *rows])


def submission_in(printed: str) -> str:
    return next(word for word in printed.split() if word[0] == "S" and len(word) == 25)


def sent(door: DoorProcesses, topic: str, submission: str) -> list[tuple[int, Claims | Uploads]]:
    return [
        (partition, event)
        for partition, _, event in door.events(topic)[topic]
        if isinstance(event, Claims | Uploads) and event.submission_id == submission
    ]


def test_the_registry_lists_what_was_entered(door: DoorProcesses) -> None:
    printed = door.done("facilities", "list")
    assert all(word in printed for word in (FACILITY, EARLIER, "台北市", "2025-12-31"))


@pytest.mark.parametrize(
    "arguments",
    [
        ("add", EARLIER, "--name", "丙"),
        ("add", OTHER, "--name", "乙", "--earlier", EARLIER),
        ("add", OTHER, "--name", "乙", "--earlier", FACILITY),
        ("add", "12345", "--name", "丁"),
        ("close", "3500000000", "2025-01-01"),
    ],
)
def test_an_entry_that_would_lead_two_ways_is_refused(
    door: DoorProcesses, arguments: tuple[str, ...]
) -> None:
    refused = door.run("facilities", *arguments)
    assert (refused.returncode, len(refused.stderr.splitlines())) == (1, 1)


def test_an_extract_goes_to_the_partitions_of_its_facilities(
    door: DoorProcesses, tmp_path: Path
) -> None:
    path = tmp_path / "extract.csv"
    lines = [(FACILITY, 1), (OTHER, 2), (EARLIER, 3), ("3500000017", 4), (FACILITY, 5)]
    path.write_text(an_extract(*lines), encoding="utf-8")

    name = submission_in(door.done("load", str(path), "--kind", "extract"))

    found = sent(door, "claims", name)
    rows = {event.facility_id: event for _, event in found if isinstance(event, Claims)}
    assert {code: len(event.rows) for code, event in rows.items()} == {
        FACILITY: 3,
        OTHER: 1,
        "3500000017": 1,
    }
    for partition, event in found:
        assert partition == partition_of(event.facility_id.encode(), PARTITIONS)
        assert event.part_count == 0
    assert sorted(event.part_no for _, event in found) == [1, 2, 3]
    assert "W_FACILITY_UNKNOWN" in str(
        door.query("select code from ingest.file_lines where submission_id = $1", name)
    )


def test_a_claim_file_of_an_earlier_code_belongs_to_the_facility(
    door: DoorProcesses, tmp_path: Path
) -> None:
    path = tmp_path / "TOTFA.xml"
    path.write_bytes(a_claim_file(a_case(), t2=EARLIER).encode("cp950"))
    name = submission_in(door.done("load", str(path)))
    ((_, event),) = sent(door, "claims", name)
    assert event.facility_id == FACILITY
    # The same file under the newer code is the same submission.
    assert "F_DUPLICATE" in door.done("load", str(path), "--facility", FACILITY)


def test_rows_may_name_the_earlier_codes(door: DoorProcesses, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(a_table("adult", {"facility_id": EARLIER}), encoding="utf-8")
    name = submission_in(door.done("load", str(path), "--facility", EARLIER))
    ((_, event),) = sent(door, "uploads", name)
    assert isinstance(event, Uploads)
    assert (event.facility_id, event.owner_codes) == (FACILITY, (FACILITY, EARLIER))


def test_load_says_what_it_refused(door: DoorProcesses, tmp_path: Path) -> None:
    bad, good = tmp_path / "bad.xml", tmp_path / "good.xml"
    bad.write_bytes(b"<inpatient><tdata/></inpatient>")
    good.write_bytes(a_claim_file(a_case(), t3="11402").encode("cp950"))
    ended = door.run("load", str(bad), str(good), "--facility", FACILITY)
    assert ended.returncode == 1
    printed = ended.stdout + ended.stderr
    assert "F_ROOT" in printed and "good.xml" in printed and "produced" in printed


@pytest.mark.parametrize(
    "arguments",
    [("--kind", "nonsense"), ("--programme", "dental"), ()],
    ids=["kind", "programme", "no facility"],
)
def test_wrong_use_is_explained(
    door: DoorProcesses, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    path = tmp_path / "a.csv"
    path.write_text(a_table("adult", {}), encoding="utf-8")
    ended = door.run("load", str(path), *arguments)
    assert ended.returncode == 2, ended.stdout + ended.stderr
    assert "Traceback" not in ended.stderr


def test_bad_settings_are_all_named_and_no_secret_is_shown(door: DoorProcesses) -> None:
    broken = DoorProcesses(
        door.brokers, "", door.log, GOUJI_SEAL_KEY="c2hvcnQ=", GOUJI_RECEIPT_KEY=""
    )
    ended = broken.run("close-day", "2025-01-01")
    assert ended.returncode == 78
    for name in ("DATABASE_URL", "GOUJI_SEAL_KEY", "GOUJI_RECEIPT_KEY"):
        assert name in ended.stderr
    assert "c2hvcnQ=" not in ended.stderr


def test_a_number_of_partitions_that_differs_is_refused(
    door: DoorProcesses, tmp_path: Path
) -> None:
    other = DoorProcesses(door.brokers, door.database_url, door.log, GOUJI_PARTITIONS="3")
    ended = other.run("release-book", "0", "00")
    assert (ended.returncode, "partitions" in ended.stderr) == (78, True)


def test_single_commands_of_a_clinic(door: DoorProcesses) -> None:
    printed = door.done("withdraw", f"{FACILITY}/11403/1/A3/1/1", "--facility", EARLIER)
    name = printed.split("/")[0]
    ((_, event),) = sent(door, "claims", name)
    assert isinstance(event, Claims)
    assert (event.facility_id, event.withdrawals[0].command_id) == (FACILITY, f"{name}/1")

    options = ("--facility", FACILITY, "--programme", "child", "--seen-version", "2")
    name = door.done("delete-result", "R1", *options).split("/")[0]
    ((_, upload),) = sent(door, "uploads", name)
    assert isinstance(upload, Uploads)
    (item,) = upload.items
    assert (item.action, item.target_id, item.seen_version) == ("delete", "R1", 2)
    assert "等待中" in door.done("report", name)


def test_a_released_book_is_told_in_its_partition(door: DoorProcesses) -> None:
    door.done("release-book", "2", "62AB")
    released = [
        (partition, event.book)
        for partition, _, event in door.events("actions")["actions"]
        if isinstance(event, BookReleased)
    ]
    assert (2, "62ab") in released
