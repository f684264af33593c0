"""The HTTP door on real Kafka and Postgres: files in, parts out, receipts, reports, refusals."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from claims.events import Finding, ImportReported, RowOutcome
from pipeline.producer import partition_of
from services.ingest.receipts import BadReceipt, verify
from tests.support.contracts import CODEC
from tests.support.door import (
    PARTITIONS,
    DoorProcesses,
    Served,
    as_text,
    receipt_of,
    topics_and_database,
)
from tests.support.files import a_case, a_claim_file, a_table
from tests.support.kafka import produce, until
from tests.support.web_page import loaded_by

OURS, THEIRS = "3501340006", "3501340015"


@pytest.fixture(scope="module")
def door(
    brokers: str, database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[DoorProcesses]:
    url = asyncio.run(topics_and_database(brokers, database_url, "ingest_http"))
    yield DoorProcesses(brokers, url, tmp_path_factory.mktemp("door") / "log")


@pytest.fixture(scope="module")
def served(door: DoorProcesses) -> Iterator[Served]:
    with door.serving() as running:
        yield running


@pytest.fixture(scope="module")
def key(door: DoorProcesses) -> str:
    return door.key(OURS)


@pytest.fixture(scope="module")
def their_key(door: DoorProcesses) -> str:
    return door.key(THEIRS)


def claims(count: int, first: int = 1, **totals: str) -> bytes:
    cases = (a_case(d2=str(no)) for no in range(first, first + count))
    return a_claim_file(*cases, **totals).encode("cp950")


def test_a_claim_file_becomes_parts_and_a_receipt(
    door: DoorProcesses, served: Served, key: str
) -> None:
    answer = served.submit(key, "TOTFA.xml", claims(1201))

    assert answer.status_code == 201, answer.text
    body = answer.json()
    assert (body["kind"], body["parts"], body["rows"]["sent"]) == ("claim-xml", 3, 1201)
    said = verify(as_text(receipt_of(answer)), door.done("public-key"))
    assert said["submission_id"] == body["submission_id"]
    assert (said["facility_id"], said["counts"]["lines_emitted"]) == (OURS, 1201)
    parts = [
        (partition, event)
        for partition, _, event in door.events("claims")["claims"]
        if event.submission_id == body["submission_id"]
    ]
    assert {partition for partition, _ in parts} == {partition_of(OURS.encode(), PARTITIONS)}
    assert [(event.part_no, event.part_count) for _, event in parts] == [(1, 3), (2, 3), (3, 3)]
    assert [len(event.rows) for _, event in parts] == [500, 500, 201]
    assert [row.row_no for _, event in parts for row in event.rows] == list(range(1, 1202))


def test_a_result_file_becomes_parts(door: DoorProcesses, served: Served, key: str) -> None:
    rows = [{"chart_no": str(no)} for no in range(3)]
    content = a_table("adult", *rows).encode("utf-8")

    answer = served.submit(key, "成人.csv", content, programme="adult")

    assert answer.status_code == 201, answer.text
    body = answer.json()
    assert (body["kind"], body["programme"]) == ("results", "adult")
    (event,) = (
        event
        for _, _, event in door.events("uploads")["uploads"]
        if event.submission_id == body["submission_id"]
    )
    assert (event.facility_id, event.owner_codes) == (OURS, (OURS,))
    assert [item.row_no for item in event.items] == [2, 3, 4]
    assert event.items[0].cells[event.columns.index("person_id")] == "A123456789"


def test_the_same_bytes_are_the_same_submission(
    door: DoorProcesses, served: Served, key: str
) -> None:
    content = claims(3, t3="11402")
    first = served.submit(key, "a.xml", content)
    before = len(door.events("claims")["claims"])

    again = served.submit(key, "b.xml", content)

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["duplicate"]
    assert [one["code"] for one in again.json()["findings"]] == ["F_DUPLICATE"]
    assert receipt_of(again) == receipt_of(first)
    assert len(door.events("claims")["claims"]) == before


def test_a_flipped_character_fails_verification(
    door: DoorProcesses, served: Served, key: str, tmp_path: Path
) -> None:
    receipt = receipt_of(served.submit(key, "a.xml", claims(2, t3="11401")))
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_text(as_text(receipt), encoding="utf-8")
    changed = as_text(receipt).replace('"bytes": ', '"bytes": 1')
    bad.write_text(changed, encoding="utf-8")

    public_key = door.done("public-key")
    assert "valid" in door.done("verify-receipt", str(good), "--public-key", public_key)
    refused = door.run("verify-receipt", str(bad), "--public-key", public_key)
    assert refused.returncode == 1
    assert "not valid" in refused.stderr
    with pytest.raises(BadReceipt):
        verify(changed, public_key)


def test_another_facility_sees_and_submits_nothing_of_ours(
    served: Served, key: str, their_key: str
) -> None:
    content = claims(2, t3="11312")
    ours = served.submit(key, "a.xml", content).json()["submission_id"]

    for path in ("", "/report", "/failures.txt"):
        assert served.get(their_key, f"/v1/submissions/{ours}{path}").status_code == 404
        assert served.get(key, f"/v1/submissions/{ours}{path}").status_code == 200
    listed = served.get(their_key, "/v1/submissions").json()
    assert ours not in [one["submission_id"] for one in listed]
    stolen = served.submit(their_key, "a.xml", content)
    assert (stolen.status_code, stolen.json()["code"]) == (422, "F_OWNER")
    assert stolen.headers["content-type"] == "application/problem+json"


def test_a_refused_file_is_recorded_and_may_come_again(
    door: DoorProcesses, served: Served, key: str
) -> None:
    before = len(door.events("uploads")["uploads"])
    refused = served.submit(key, "x.csv", b"what,is,this\r\n1,2,3\r\n", programme="adult")

    assert (refused.status_code, refused.json()["code"]) == (422, "COLUMN_MISSING")
    name = refused.json()["submission"]["submission_id"]
    status = served.get(key, f"/v1/submissions/{name}").json()
    assert (status["status"], status["status_text"]) == ("refused", "退件")
    assert status["receipt"] is None
    assert "COLUMN_MISSING" in served.get(key, f"/v1/submissions/{name}/failures.txt").text
    again = served.submit(key, "x.csv", b"what,is,this\r\n1,2,3\r\n", programme="child")
    assert (again.status_code, again.json()["submission"]["submission_id"]) == (422, name)
    assert len(door.events("uploads")["uploads"]) == before


@pytest.mark.parametrize("header", [None, "", "gouji_0123456789ab_" + "x" * 43, "\x7f" * 300])
def test_without_a_valid_key_nobody_gets_in(served: Served, key: str, header: str | None) -> None:
    headers = {} if header is None else {"X-Api-Key": header}
    answer = httpx.post(f"{served.url}/v1/submissions", headers=headers, files={"file": b"x"})
    assert (answer.status_code, answer.json()["code"]) == (401, "KEY_UNKNOWN")


def test_a_revoked_key_ends_at_once(door: DoorProcesses, served: Served) -> None:
    key = door.key("3501340024")
    assert served.get(key, "/v1/submissions").status_code == 200
    door.done("keys", "revoke", key.split("_")[1])
    assert served.get(key, "/v1/submissions").status_code == 401


@pytest.mark.parametrize("chunked", [False, True])
def test_an_oversize_upload_is_refused_and_the_service_stays_up(
    served: Served, key: str, chunked: bool
) -> None:
    size = 65 * 1024 * 1024

    def stream() -> Iterator[bytes]:
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n'
        for _ in range(size // 65536):
            yield bytes(65536)
        yield b"\r\n--b--\r\n"

    headers = {"X-Api-Key": key, "Content-Type": "multipart/form-data; boundary=b"}
    content = stream() if chunked else b"".join(stream())
    answer = httpx.post(
        f"{served.url}/v1/submissions", headers=headers, content=content, timeout=60
    )
    assert (answer.status_code, answer.json()["code"]) == (413, "TOO_LARGE")
    assert served.submit(key, "a.xml", claims(1, t3="11311")).status_code in (200, 201)


def test_commands_get_ids_and_leave_in_order(door: DoorProcesses, served: Served, key: str) -> None:
    commands: list[dict[str, Any]] = [
        {"action": "withdraw", "claim_id": f"{OURS}/11403/1/A3/1/1"},
        {"action": "delete", "programme": "adult", "result_id": "R1", "seen_version": 1},
        {"action": "row", "programme": "adult", "values": {"person_id": "A123456789"}},
    ]
    answer = served.command(key, commands, **{"Idempotency-Key": "once"})
    again = served.command(key, commands, **{"Idempotency-Key": "once"})

    assert (answer.status_code, again.status_code) == (201, 200), answer.text
    name = answer.json()["submission"]["submission_id"]
    ids = [one["command_id"] for one in answer.json()["commands"]]
    assert ids == [f"{name}/{no}" for no in (1, 2, 3)]
    found = door.events("claims", "uploads")
    (withdrawal,) = (e for _, _, e in found["claims"] if e.submission_id == name)
    (upload,) = (e for _, _, e in found["uploads"] if e.submission_id == name)
    assert [one.command_id for one in withdrawal.withdrawals] == ids[:1]
    assert [(one.action, one.command_id) for one in upload.items] == [
        ("delete", ids[1]),
        ("row", ids[2]),
    ]
    assert served.get(key, f"/v1/commands/{ids[1]}").json()["verdict"] == "waiting"


def test_a_command_that_lacks_something_is_refused_without_echo(served: Served, key: str) -> None:
    values = {"person_id": "A123456789", "A123456789": "x"}
    answer = served.command(key, [{"action": "row", "programme": "adult", "values": values}])
    assert (answer.status_code, answer.json()["code"]) == (422, "REQUEST_INVALID")
    assert "A123456789" not in answer.text


async def test_a_report_follows_the_outcomes(door: DoorProcesses, served: Served, key: str) -> None:
    content = a_table("child", {"chart": "1"}, {"chart": "2"}, {"chart": "3"}).encode()
    answer = await asyncio.to_thread(served.submit, key, "c.csv", content)
    name = answer.json()["submission_id"]
    path = f"/v1/submissions/{name}"

    async def status() -> str:
        reply = await asyncio.to_thread(served.get, key, path)
        return str(reply.json()["status"])

    async def say(stage: str, *rows: RowOutcome) -> None:
        event = ImportReported(f"{name}/{stage}", name, 1, 1, OURS, stage, rows)
        at = partition_of(OURS.encode(), PARTITIONS)
        message = ("import-reported", at, OURS.encode(), CODEC.encode(event))
        await produce(door.brokers, [message])

    async def is_running() -> bool:
        return await status() == "running"

    async def is_finished() -> bool:
        return await status() == "finished"

    assert await status() == "waiting"
    bad = Finding("ID_SHAPE", "error", "person_id", "A1234*****", "1 個英文字母加 9 碼", "格式不符")
    odd = Finding("RESULT_WITHOUT_CLAIM", "warning", "", "", "", "")
    reports = door.start("reports")
    try:
        await say("validate", an_outcome(2, "refused", bad))
        await until(is_running)
        await say("match", an_outcome(3, "matched"), an_outcome(4, "stored", odd))
        await until(is_finished)
        await say("match", an_outcome(3, "superseded"))

        async def is_superseded() -> bool:
            reply = await asyncio.to_thread(served.get, key, f"{path}/report", only="accepted")
            return [row["outcome"] for row in reply.json()["rows"]] == ["superseded"]

        await until(is_superseded)
    finally:
        reports.terminate()
        assert await asyncio.to_thread(reports.wait, 60) == 0
    body = (await asyncio.to_thread(served.get, key, path)).json()
    assert body["rows"] == {
        "sent": 3,
        "accepted": 1,
        "accepted_with_warning": 1,
        "refused": 1,
        "waiting": 0,
    }
    report = (await asyncio.to_thread(served.get, key, f"{path}/report")).json()
    assert [row["verdict"] for row in report["rows"]] == ["refused", "accepted", "warning"]
    assert {row["person_masked"] for row in report["rows"]} == {"A1234*****"}
    text = (await asyncio.to_thread(served.get, key, f"{path}/failures.txt")).text
    assert "第 2 列" in text and "ID_SHAPE" in text and "第 3 列" not in text
    assert "A123456789" not in json.dumps(report) + text


def an_outcome(row_no: int, outcome: str, *findings: Finding) -> RowOutcome:
    return RowOutcome(row_no, outcome, f"S:{row_no}", "", "", 0, (), findings)


def test_cases_that_a_newer_file_no_longer_holds_are_named(served: Served, key: str) -> None:
    served.submit(key, "a.xml", claims(3, t3="11310", t6="1131105"))

    newer = served.submit(key, "b.xml", claims(2, t3="11310", t6="1131106")).json()

    lines = served.get(key, f"/v1/submissions/{newer['submission_id']}/report").json()["file_lines"]
    gone = [line["found"] for line in lines if line["code"] == "W_CASE_GONE"]
    assert gone == [f"{OURS}/11310/1/A3/3"]


def test_openapi_describes_the_form(served: Served) -> None:
    paths = httpx.get(f"{served.url}/openapi.json").json()["paths"]
    form = paths["/v1/submissions"]["post"]["requestBody"]["content"]["multipart/form-data"]
    assert set(form["schema"]["properties"]) == {"file", "kind", "programme", "map"}


def test_the_page_of_the_api_needs_no_other_host(served: Served) -> None:
    loaded = loaded_by(httpx.get(f"{served.url}/docs").text)
    assert len(loaded) == 3
    for address in loaded:
        assert address.startswith("/") and httpx.get(served.url + address).status_code == 200
