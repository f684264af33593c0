"""預檢 with running validate and match: the answer is what a submission would have become."""

import asyncio
import base64
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from claims.codes import person_id_code
from claims.events import CaseChanged, ImportReported
from pipeline.topics import ROOT
from tests.support.door import PATIENCE_S, DoorProcesses, Served, topics_and_database
from tests.support.files import a_case, a_claim_file, a_table
from tests.support.kafka import until
from tests.support.result_rows import a_row, blank_stage2

OURS = "3501340006"
SAME = {"stage1_date": "1140310", "birth_date": "0750101"}  # as in the claims
STAGES = ("validate", "match")


def a_number(no: int) -> str:
    """A valid number of nobody."""
    digits = (f"A1{no:07d}{last}" for last in range(10))
    return next(text for text in digits if person_id_code(text) == "OK")


@pytest.fixture(scope="module")
def door(
    brokers: str, database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> DoorProcesses:
    url = asyncio.run(topics_and_database(brokers, database_url, "ingest_precheck_answers"))
    folder = tmp_path_factory.mktemp("door")
    made = DoorProcesses(brokers, url, folder / "log", GOUJI_PRECHECK_S="30")
    made.done("close-day", "2025-04-30")
    return made


@pytest.fixture(scope="module")
def stages(door: DoorProcesses, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """validate and match, running."""
    running = []
    for name in STAGES:
        environment = {
            **door.environment,
            "GOUJI_STATE_DIR": str(tmp_path_factory.mktemp(name)),
            "GOUJI_INSTANCE": f"{name}-0",
            "GOUJI_PUBLISH_KEY": base64.b64encode(b"p" * 32).decode(),
        }
        command = (sys.executable, "-m", f"services.{name}")
        with door.log.open("ab") as log:
            running.append(
                subprocess.Popen(command, env=environment, cwd=ROOT, stdout=log, stderr=log)
            )
    yield
    for process in running:
        process.kill()
        process.wait(PATIENCE_S)


@pytest.fixture(scope="module")
def served(door: DoorProcesses) -> Iterator[Served]:
    with door.serving() as running:
        yield running


def a_file(*rows: dict[str, str]) -> bytes:
    whole = [{**a_row("adult"), **blank_stage2(), **SAME, **row} for row in rows]
    return a_table("adult", *whole).encode("utf-8")


def states(door: DoorProcesses) -> dict[str, str]:
    found = door.events("case-changed")["case-changed"]
    return {event.case_id: event.state for _, _, event in found if isinstance(event, CaseChanged)}


async def test_the_answer_is_what_a_submission_then_becomes(
    door: DoorProcesses, stages: None, served: Served, tmp_path: Path
) -> None:
    key = door.key(OURS)
    first, second, third = map(a_number, (1, 2, 3))
    cases = [a_case(d2=str(no), d3=who) for no, who in enumerate((first, second, third), start=1)]
    served.submit(key, "TOTFA.xml", a_claim_file(*cases).encode("cp950"))
    await until(lambda: len(states(door)) == 3)
    before = states(door)
    bad = first[:9] + str((int(first[9]) + 1) % 10)
    content = a_file(
        {"person_id": first},
        {"person_id": bad},
        {"person_id": third, "stage1_date": "1140311"},
    )

    answer = await asyncio.to_thread(served.precheck, key, "a.csv", content, programme="adult")

    assert answer.status_code == 200, answer.text
    body = answer.json()
    outcomes = {row["row_no"]: row["outcome"] for row in body["rows"]}
    assert outcomes == {2: "matched", 3: "refused", 4: "stored"}
    assert body["rows"][1]["findings"][0]["code"] == "ID_CHECKSUM"
    standing = {case["state"]: case for case in body["cases"]}
    assert standing.keys() == {"matched", "pending"}
    missing = standing["pending"]
    assert missing["reasons"] == ["DATE_MISMATCH"] and missing["shortest_fix"]
    assert not [number for number in (first, second, third, bad) if number in answer.text]
    assert states(door) == before
    await check_command(door, content, tmp_path)

    # Handed in, it becomes what was foretold.
    sent = served.submit(key, "a.csv", content, programme="adult").json()
    told: dict[int, str] = {}

    async def is_told() -> bool:
        events = await asyncio.to_thread(door.events, "import-reported")
        for _, _, event in events["import-reported"]:
            if isinstance(event, ImportReported) and event.submission_id == sent["submission_id"]:
                told.update((row.row_no, row.outcome) for row in event.rows)
        return len(told) == 3

    await until(is_told)
    assert told == outcomes


async def check_command(door: DoorProcesses, content: bytes, folder: Path) -> None:
    """The command says the same, and leaves with 1 because of the refused row."""
    path = folder / "a.csv"
    path.write_bytes(content)
    options = ("--facility", OURS, "--programme", "adult")
    printed = await asyncio.to_thread(door.run, "precheck", str(path), *options)
    assert (printed.returncode, "退件" in printed.stdout) == (1, True), printed.stderr
    plain = await asyncio.to_thread(door.run, "precheck", str(path), *options, "--json")
    page: dict[str, Any] = json.loads(plain.stdout)
    assert [row["verdict"] for row in page["rows"]][1] == "refused"
