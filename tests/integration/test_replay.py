"""replay, explain and list on real Kafka: what they print, and that they write to no topic."""

import asyncio
import base64
import csv
import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from msgspec.structs import replace

from claims.agency_events import FacilityRenamed, RoundOpened
from claims.events import DayClosed
from pipeline.producer import partition_of
from pipeline.topics import ROOT, Register
from pipeline.topics_admin import agree
from tests.support.judge import FACILITY, PERSON, day
from tests.support.kafka import committed, produce
from tests.support.match_stage import CODEC, Matching, a_line, a_part, an_item

PARTITIONS, PATIENCE_S = 2, 90
# Two facilities in two partitions.
OTHER = next(
    code
    for code in (f"350134{number:04d}" for number in range(100))
    if partition_of(code.encode(), PARTITIONS) != partition_of(FACILITY.encode(), PARTITIONS)
)
LATE_ON, OPENED_ON, CLOSES_ON = day("114-05-30"), day("114-07-01"), day("114-07-31")
CASE = f"{FACILITY}/11403/1/A3/A/A"


class Said(NamedTuple):
    code: int
    out: str
    err: str


class Region:
    """A broker with a log of two facilities, and the journal that a live stage wrote of it."""

    def __init__(self, brokers: str) -> None:
        self.brokers = brokers
        self._env = {
            **os.environ,
            "KAFKA_BROKERS": brokers,
            "COLUMNS": "160",
            "GOUJI_PUBLISH_KEY": base64.b64encode(b"p" * 32).decode(),
            "GOUJI_SEAL_KEY": base64.b64encode(b"s" * 64).decode(),
        }

    async def run(self, *arguments: str) -> Said:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "services.match", *arguments),
            env=self._env,
            cwd=ROOT,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        async with asyncio.timeout(PATIENCE_S):
            out, err = await process.communicate()
        assert process.returncode is not None
        return Said(process.returncode, out.decode(), err.decode())

    async def fill(self, facility: str) -> None:
        """One case that is uploaded wrongly, then late, then listed, in the facility's partition;
        a second one of the same facility that matches."""
        partition = partition_of(facility.encode(), PARTITIONS)
        async with Matching() as live:
            live.ledger.partition = partition
            names = {"claim_id": "{}/11403/1/A3/{}/{}", "case_key": "{}/11403/1/A3/{}"}
            lines = [
                a_line(
                    name,
                    person_id=who,
                    claim_id=names["claim_id"].format(facility, name, name),
                    case_key=names["case_key"].format(facility, name),
                )
                for name, who in (("A", PERSON), ("B", "A200000003"))
            ]
            rows = [an_item(visit=day("114-03-11")), an_item(person_id="A200000003")]
            opened = RoundOpened(
                *("round-opened/2025-1", "2025-1", "adult", day("114-01-01"), day("114-06-30")),
                *(OPENED_ON, CLOSES_ON, CLOSES_ON, None, OPENED_ON),
            )
            events: list[Any] = [
                a_part(f"SC{partition}", claims=lines, facility=facility),
                a_part(f"SR{partition}", results=rows, facility=facility),
                DayClosed("day-closed/2025-05-30", LATE_ON),
                opened,
                DayClosed("day-closed/2025-07-01", OPENED_ON),
            ]
            for event in events:
                await live.give(event)
                while await live.stage.sweep():
                    pass
            outputs = [each for each in live.place.outputs if each.topic == "case-changed"]
        key = facility.encode()
        log = [("records", partition, key, CODEC.encode(event)) for event in events]
        told = [(each.topic, partition, each.key, each.value) for each in outputs]
        await produce(self.brokers, [*log, *told])

    async def journal(self, partition: int) -> list[Any]:
        """Every event of a partition of `case-changed`."""
        found = await committed(self.brokers, ["case-changed"], PARTITIONS)
        return [
            CODEC.decode(value)
            for key, value in found["case-changed"]
            if not key.startswith(b"partition") and partition_of(key, PARTITIONS) == partition
        ]

    async def ends(self) -> dict[TopicPartition, int]:
        """End offsets of every topic: they tell whether anybody wrote."""
        async with AIOKafkaConsumer(bootstrap_servers=self.brokers) as reader:
            names = Register.read().wanted(PARTITIONS, 1)
            parts = [TopicPartition(each.name, n) for each in names for n in range(PARTITIONS)]
            found: dict[TopicPartition, int] = await reader.end_offsets(parts)
            return found


@pytest.fixture(scope="module")
def region(brokers: str) -> Region:
    async def made() -> Region:
        wanted = tuple(Register.read().wanted(PARTITIONS, 1))
        assert await agree(brokers, wanted, change=True) == 0
        region = Region(brokers)
        for facility in (FACILITY, OTHER):
            await region.fill(facility)
        return region

    return asyncio.run(made())


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


async def test_replay_prints_and_exports_the_cases_of_a_day_and_writes_nothing(
    region: Region, tmp_path: Path
) -> None:
    before = await region.ends()
    file = tmp_path / "may.csv"
    may = await region.run("replay", "--until", "2025-05-30", "--out", str(file))
    assert may.code == 0, may.err
    assert "逾期未上傳 late" in may.out and "就醫日期與檢查日期不同 DATE_MISMATCH" in may.out
    states = [(row["案件編號"].rpartition("/")[2], row["狀態代碼"]) for row in _rows(file)]
    assert sorted(states) == [("A", "late"), ("A", "late"), ("B", "matched"), ("B", "matched")]
    first = file.read_bytes()
    again = await region.run("replay", "--until", "2025-05-30", "--out", str(file))
    assert again.code == 0 and file.read_bytes() == first and again.out == may.out
    assert PERSON not in may.out + may.err and PERSON.encode() not in first
    assert await region.ends() == before


async def test_replay_of_one_facility_reads_its_partition_alone(
    region: Region, tmp_path: Path
) -> None:
    file = tmp_path / "one.csv"
    command = ("replay", "--until", "2025-07-01", "--facility", OTHER, "--out", str(file))
    said = await region.run(*command)
    assert said.code == 0, said.err
    assert {row["醫事機構代碼"] for row in _rows(file)} == {OTHER}
    assert [(row["狀態代碼"], row["補正期"], row["期限"]) for row in _rows(file)] == [
        ("open_missing", "2025-1", "1140731"),
        ("matched", "", "1140530"),
    ]


async def test_replay_past_the_last_closed_day_says_how_far_it_came(region: Region) -> None:
    said = await region.run("replay", "--until", "2025-12-31", "--facility", FACILITY)
    assert said.code == 0 and "2025-12-31 尚未關閉" in said.err and "2025-07-01" in said.err


async def test_other_rules_are_compared_case_by_case(region: Region, tmp_path: Path) -> None:
    """With 300 days to upload nothing is late on 30 May."""
    tables = tmp_path / "tables"
    shutil.copytree(ROOT / "claims" / "tables", tables)
    deadlines = tables / "deadlines.toml"
    text = deadlines.read_text(encoding="utf-8")
    assert "window_days = 60" in text
    deadlines.write_text(text.replace("window_days = 60", "window_days = 300"), encoding="utf-8")
    file = tmp_path / "changed.csv"
    command = ("replay", "--until", "2025-05-30", "--rules", str(tables), "--out", str(file))
    said = await region.run(*command)
    assert said.code == 0, said.err
    assert "2 件會改變 of 4 cases would change" in said.out
    assert [(row["狀態代碼"], row["改後狀態代碼"]) for row in _rows(file)] == [
        ("late", "pending"),
        ("late", "pending"),
    ]
    same = ("replay", "--until", "2025-05-30", "--rules", str(ROOT / "claims" / "tables"))
    assert "0 件會改變" in (await region.run(*same)).out


async def test_tables_that_cannot_be_used_end_the_comparison_with_one_line(
    region: Region, tmp_path: Path
) -> None:
    tables = tmp_path / "tables"
    shutil.copytree(ROOT / "claims" / "tables", tables)
    (tables / "deadlines.toml").write_text("nonsense = 1\n", encoding="utf-8")
    said = await region.run("replay", "--until", "2025-05-30", "--rules", str(tables))
    assert said.code == 78 and "deadlines.toml" in said.err and "Traceback" not in said.err


async def test_explain_tells_a_case_and_refuses_one_that_is_not_there(region: Region) -> None:
    told = await region.run("explain", CASE)
    assert told.code == 0, told.err
    assert "收到申報 claim_registered" in told.out and "列入補正清單 unmatched" in told.out
    assert "目前 未補登（系統狀態1） open_missing" in told.out
    assert PERSON not in told.out and "A1234*****" in told.out
    data = await region.run("explain", CASE, "--format", "json")
    steps = json.loads(data.out)
    assert [step["sequence"] for step in steps] == list(range(1, len(steps) + 1))
    assert steps[-1]["state"] == "open_missing"
    missing = await region.run("explain", CASE + "0")
    assert missing.code == 1 and missing.err.count("\n") == 1 and "查無此案件" in missing.err


async def test_the_story_goes_on_where_the_facility_got_another_code(region: Region) -> None:
    case_id = f"{OTHER}/11403/1/A3/A/A"
    before = json.loads((await region.run("explain", case_id, "--format", "json")).out)
    here, there = (partition_of(code.encode(), PARTITIONS) for code in (OTHER, FACILITY))
    renamed = FacilityRenamed("facility-renamed/1", LATE_ON, OTHER, FACILITY, LATE_ON, True)
    step = next(
        event
        for event in await region.journal(here)
        if getattr(event, "case_id", "") == case_id and event.sequence == len(before)
    )
    moved = replace(
        step,
        event_id="f" * 32,
        sequence=step.sequence + 1,
        change="alias_added",
        facility_id=FACILITY,
        caused_by="facility-renamed/1",
    )
    messages = [("case-changed", there, FACILITY.encode(), CODEC.encode(moved))]
    await produce(region.brokers, messages)
    assert len(json.loads((await region.run("explain", case_id, "--format", "json")).out)) == len(
        before
    ), "nobody knows of the other code yet"
    await produce(region.brokers, [("actions", here, b"x", CODEC.encode(renamed))])
    told = await region.run("explain", case_id)
    assert "登錄新舊代碼或證號 alias_added" in told.out
    assert "醫事機構代碼變更 facility-renamed/1" in told.out


async def test_list_is_the_snapshot_of_the_opening(region: Region, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    listed = await region.run("list", "2025-1", "--out", str(file))
    assert listed.code == 0, listed.err
    assert [row["醫事機構代碼"] for row in _rows(file)] == sorted([FACILITY, OTHER])
    assert {row["出生日期"] for row in _rows(file)} == {"0600505"}
    whole = file.read_bytes()
    assert (await region.run("list", "2025-1", "--out", str(file))).code == 0
    assert file.read_bytes() == whole
    narrow = ("--facility", OTHER, "--programme", "adult", "--without-birth-date")
    assert (await region.run("list", "2025-1", "--out", str(file), *narrow)).code == 0
    (row,) = _rows(file)
    assert row["醫事機構代碼"] == OTHER and "出生日期" not in row


async def test_a_round_that_is_not_open_everywhere_has_no_list(
    region: Region, tmp_path: Path
) -> None:
    file = tmp_path / "list.csv"
    refused = await region.run("list", "2026-1", "--out", str(file))
    assert refused.code == 1 and refused.err.count("\n") == 1
    assert "尚未" in refused.err and not file.exists()
