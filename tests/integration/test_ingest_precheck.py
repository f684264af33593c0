"""預檢 on real Kafka and Postgres: what the door asks, and that it keeps nothing."""

import asyncio
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from claims.events import Claims, Uploads
from claims.periods import from_iso
from claims.precheck_events import PrecheckAsked
from pipeline.producer import partition_of
from tests.support.contracts import CODEC
from tests.support.door import PARTITIONS, DoorProcesses, Served, topics_and_database
from tests.support.files import a_case, a_claim_file, a_table

OURS = "3501340006"
TABLES = ("submissions", "sealed_chunks", "parts", "file_lines", "row_outcomes", "claim_cases")


@pytest.fixture(scope="module")
def door(
    brokers: str, database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> DoorProcesses:
    url = asyncio.run(topics_and_database(brokers, database_url, "ingest_precheck"))
    log = tmp_path_factory.mktemp("door") / "log"
    made = DoorProcesses(brokers, url, log, GOUJI_PRECHECK_S="0.5")
    made.done("close-day", "2025-04-30")
    return made


@pytest.fixture(scope="module")
def served(door: DoorProcesses) -> Iterator[Served]:
    with door.serving() as running:
        yield running


@pytest.fixture(scope="module")
def key(door: DoorProcesses) -> str:
    return door.key(OURS)


def asked(door: DoorProcesses) -> list[tuple[int, PrecheckAsked]]:
    return [(at, event) for at, _, event in door.events("precheck-asked")["precheck-asked"]]


def kept(door: DoorProcesses) -> dict[str, int]:
    return {
        table: door.query(f"select count(*) as n from ingest.{table}")[0]["n"] for table in TABLES
    }


def test_a_file_is_asked_about_in_parts_and_not_kept(
    door: DoorProcesses, served: Served, key: str
) -> None:
    before, earlier = kept(door), len(asked(door))
    content = a_table("adult", *[{"chart_no": str(no)} for no in range(1201)]).encode("utf-8")

    answer = served.precheck(key, "成人.csv", content, programme="adult")

    # Nobody answers here.
    assert (answer.status_code, answer.json()["code"]) == (503, "TRY_LATER")
    found = asked(door)[earlier:]
    assert {at for at, _ in found} == {partition_of(OURS.encode(), PARTITIONS)}
    assert [(event.part_no, event.part_count) for _, event in found] == [(1, 3), (2, 3), (3, 3)]
    (name,) = {event.request_id for _, event in found}
    assert name.startswith("P")
    parts = [CODEC.decode(event.message) for _, event in found]
    assert [len(part.items) for part in parts if isinstance(part, Uploads)] == [500, 500, 201]
    assert {(part.submission_id, part.part_count) for part in parts} == {(name, 3)}
    assert {part.owner_codes for part in parts} == {(OURS,)}
    assert {part.received_on for part in parts} == {from_iso("2025-05-01")}
    assert kept(door) == before
    everything = door.events("claims", "uploads")
    events = [event for found in everything.values() for _, _, event in found]
    assert not [event for event in events if isinstance(event, Claims | Uploads)]


def test_a_claim_file_may_be_tried(door: DoorProcesses, served: Served, key: str) -> None:
    earlier = len(asked(door))
    content = a_claim_file(a_case(), a_case(d2="2")).encode("cp950")
    assert served.precheck(key, "TOTFA.xml", content).status_code == 503
    ((_, event),) = asked(door)[earlier:]
    part = CODEC.decode(event.message)
    assert isinstance(part, Claims) and len(part.rows) == 2


def test_what_cannot_be_read_is_refused_at_once(
    door: DoorProcesses, served: Served, key: str
) -> None:
    before, earlier = kept(door), len(asked(door))
    strange = served.precheck(key, "a.xml", b"<inpatient><tdata/></inpatient>")
    assert (strange.status_code, strange.json()["code"]) == (422, "F_ROOT")
    assert strange.json()["findings"][0]["hint"]
    theirs = served.precheck(key, "b.xml", a_claim_file(a_case(), t2="3501340015").encode("cp950"))
    assert theirs.json()["code"] == "F_OWNER"
    large = a_table("adult", *[{"chart_no": str(no)} for no in range(5001)]).encode("utf-8")
    answer = served.precheck(key, "c.csv", large, programme="adult")
    assert (answer.status_code, answer.json()["code"]) == (422, "PRECHECK_TOO_LARGE")
    assert "5,000" in answer.json()["detail"]
    assert (kept(door), len(asked(door))) == (before, earlier)


def test_a_facility_has_two_open_at_most(door: DoorProcesses, served: Served) -> None:
    key = door.key("3501340015")
    content = a_claim_file(a_case(), t2="3501340015").encode("cp950")
    served.precheck(key, "a.xml", content)  # from now on the key is known, and checked at once
    with ThreadPoolExecutor(max_workers=6) as threads:
        tries = [threads.submit(served.precheck, key, "a.xml", content) for _ in range(6)]
        codes = sorted(one.result().json()["code"] for one in tries)
    assert set(codes) == {"PRECHECK_BUSY", "TRY_LATER"}
    # Open ones are closed again, also when nobody answered.
    assert served.precheck(key, "a.xml", content).json()["code"] == "TRY_LATER"


def test_only_a_facility_tries_a_file(door: DoorProcesses, served: Served, key: str) -> None:
    agency = served.precheck(door.agency_key(), "a.csv", b"x", programme="adult")
    assert (agency.status_code, agency.json()["code"]) == (403, "FACILITY_ONLY")
    extract = served.precheck(key, "a.csv", b"x", kind="extract")
    assert extract.json()["code"] == "EXTRACT_NOT_ALLOWED"


def test_the_command_says_when_nobody_answers(door: DoorProcesses, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(a_table("adult", {}), encoding="utf-8")
    ended = door.run("precheck", str(path), "--facility", OURS, "--programme", "adult")
    assert (ended.returncode, "NoAnswer" in ended.stderr) == (75, True)


def test_the_interface_is_described(served: Served) -> None:
    page = httpx.get(f"{served.url}/openapi.json").json()
    form = page["paths"]["/v1/precheck"]["post"]["requestBody"]["content"]["multipart/form-data"]
    assert set(form["schema"]["properties"]) == {"file", "kind", "programme", "map"}
    assert "oneOf" in json.dumps(page["paths"]["/v1/actions"]["post"])
