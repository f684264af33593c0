"""Actions of the agency on real Kafka and Postgres: routes, refusals, two persons."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from claims import agency_events as agency
from claims.events import Finding, ImportReported, RowOutcome, Uploads
from claims.periods import from_iso
from pipeline.producer import partition_of
from tests.support.contracts import CODEC
from tests.support.door import PARTITIONS, DoorProcesses, Served, topics_and_database
from tests.support.files import a_table
from tests.support.kafka import produce, until

OURS, THEIRS, NEW = "3501340006", "3501340015", "3501340024"
OLD_ID, NEW_ID, THIRD_ID = "A172949959", "A123456789", "B123456780"
TODAY = "2025-05-01"


@pytest.fixture(scope="module")
def door(
    brokers: str, database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[DoorProcesses]:
    url = asyncio.run(topics_and_database(brokers, database_url, "ingest_actions"))
    made = DoorProcesses(brokers, url, tmp_path_factory.mktemp("door") / "log")
    made.done("close-day", "2025-04-30")
    yield made


@pytest.fixture(scope="module")
def served(door: DoorProcesses) -> Iterator[Served]:
    with door.serving() as running:
        yield running


@pytest.fixture(scope="module")
def key(door: DoorProcesses) -> str:
    return door.agency_key()


@pytest.fixture(scope="module")
def other_key(door: DoorProcesses) -> str:
    return door.agency_key()


def a_round(name: str, **more: str) -> dict[str, Any]:
    days = {
        "service_from": "2025-01-01",
        "service_to": "2025-02-28",
        "pickup_from": "2025-05-01",
        "pickup_to": "2025-05-31",
    }
    return {"kind": "open_round", "round_id": name, "programme": "oral", **days, **more}


def an_alias(old: str, new: str, kind: str = "person_alias") -> dict[str, Any]:
    return {"kind": kind, "old_id": old, "new_id": new}


def on_case(kind: str, facility: str = OURS, no: int = 1, **more: Any) -> dict[str, Any]:
    return {"kind": kind, "case_id": f"{facility}/11403/1/A3/{no}", **more}


def sent(door: DoorProcesses, kind: type) -> list[tuple[int, Any]]:
    return [
        (partition, event)
        for partition, _, event in door.events("actions")["actions"]
        if isinstance(event, kind)
    ]


def uploads(door: DoorProcesses, submission: str) -> list[tuple[int, Uploads]]:
    return [
        (partition, event)
        for partition, _, event in door.events("uploads")["uploads"]
        if isinstance(event, Uploads) and event.submission_id == submission
    ]


def test_a_round_is_told_to_every_partition(door: DoorProcesses, served: Served, key: str) -> None:
    answer = served.act(key, a_round("2025-oral-1"))

    assert answer.status_code == 201, answer.text
    body = answer.json()
    assert body["submission"]["receipt"]["receipt"]["received_on"] == TODAY
    assert [(row["kind"], row["subject"], row["outcome"]) for row in body["actions"]] == [
        ("open_round", "2025-oral-1", "done")
    ]
    assert body["submission"]["status"] == "finished"
    found = [one for one in sent(door, agency.RoundOpened) if one[1].round_id == "2025-oral-1"]
    assert [partition for partition, _ in found] == [0, 1, 2, 3]
    assert {event.opened_on for _, event in found} == {from_iso(TODAY)}


def test_the_same_list_with_the_same_key_is_the_same_submission(served: Served, key: str) -> None:
    headers = {"Idempotency-Key": "one"}
    first = served.act(key, a_round("again"), **headers)
    again = served.act(key, a_round("again"), **headers)
    assert (first.status_code, again.status_code) == (201, 200)
    name = "submission_id"
    assert first.json()["submission"][name] == again.json()["submission"][name]


@pytest.mark.parametrize(
    ("actions", "code", "row_no"),
    [
        ([a_round("x-1", service_to="2024-12-31")], "DATE_ORDER", 1),
        ([a_round("x-1", pickup_to="2025-04-30")], "DATE_ORDER", 1),
        ([a_round("x-1", correction_deadline="2025-04-30")], "DATE_ORDER", 1),
        (
            [a_round("x-1", pickup_from="2025-04-01", pickup_to="2025-04-30")],
            "VALUE_NOT_ALLOWED",
            1,
        ),
        ([a_round("x-1", programme="adult", paper_deadline="2025-06-30")], "VALUE_NOT_ALLOWED", 1),
        ([a_round("20250501")], "VALUE_NOT_ALLOWED", 1),
        ([a_round("x-1"), a_round("x-1")], "VALUE_NOT_ALLOWED", 2),
        ([{"kind": "close_round", "round_id": "x-1"}], "ROUND_UNKNOWN", 1),
        ([an_alias(OLD_ID, "A123456788")], "ID_CHECKSUM", 1),
        ([an_alias(OLD_ID, "A1234*****")], "ID_MASKED", 1),
        ([an_alias(OLD_ID, OLD_ID.lower())], "ALIAS_CYCLE", 1),
        ([an_alias(OLD_ID, NEW_ID, "person_alias_taken_back")], "ALIAS_UNKNOWN", 1),
        ([{**on_case("exempt"), "case_id": "not-a-case-at-all"}], "UNKNOWN_CASE", 1),
        ([on_case("exempt"), on_case("form_received", on="2025-05-02")], "DATE_IN_FUTURE", 2),
        ([on_case("decide_recovered")] * 2 + [a_round("x-1")], "DECISIONS_ALONE", 3),
    ],
)
def test_what_the_door_refuses_leaves_nothing_behind(
    door: DoorProcesses,
    served: Served,
    key: str,
    actions: list[dict[str, Any]],
    code: str,
    row_no: int,
) -> None:
    before = door.query("select count(*) from ingest.submissions")
    answer = served.act(key, *actions)
    assert answer.status_code == 422, answer.text
    assert (answer.json()["code"], answer.json()["row_no"]) == (code, row_no)
    assert OLD_ID not in answer.text.upper()
    assert door.query("select count(*) from ingest.submissions") == before
    assert not door.query("select 1 from ingest.rounds where round_id = 'x-1'")


def test_an_unknown_kind_is_not_repeated(served: Served, key: str) -> None:
    answer = served.act(key, {"kind": OLD_ID})
    assert (answer.status_code, OLD_ID in answer.text) == (422, False)
    assert answer.json()["errors"][0]["says"] == "unknown kind"


def test_a_round_ends_once(served: Served, key: str) -> None:
    close = {"kind": "close_round", "round_id": "ends-once"}
    assert served.act(key, a_round("ends-once"), close).status_code == 201
    assert served.act(key, close).json()["code"] == "ROUND_CLOSED"


def test_aliases_form_a_forest(door: DoorProcesses, served: Served, key: str) -> None:
    assert served.act(key, an_alias(OLD_ID, NEW_ID)).status_code == 201
    assert served.act(key, an_alias(NEW_ID, THIRD_ID)).status_code == 201
    assert served.act(key, an_alias(THIRD_ID, OLD_ID)).json()["code"] == "ALIAS_CYCLE"
    back = an_alias(NEW_ID, THIRD_ID, "person_alias_taken_back")
    assert served.act(key, back).status_code == 201
    answer = served.act(key, an_alias(THIRD_ID, OLD_ID))
    assert answer.status_code == 201
    assert answer.json()["actions"][0]["subject"] == "B1234***** A1729*****"

    told = {event.event_id: event for _, event in sent(door, agency.PersonAliased)}
    assert [event.taken_back for event in told.values()].count(True) == 1
    assert len(sent(door, agency.PersonAliased)) == PARTITIONS * len(told)
    rows = door.query("select row_to_json(t)::text as row from ingest.person_aliases t")
    assert len(rows) == 2
    for number in (OLD_ID, NEW_ID, THIRD_ID):
        assert number not in str(rows) and number.encode().hex() not in str(rows)


async def test_actions_on_cases_follow_their_facility_and_are_told_row_by_row(
    door: DoorProcesses, served: Served, key: str
) -> None:
    decide = on_case("decide_recovered", THEIRS, 7)
    answer = await asyncio.to_thread(served.act, key, on_case("exempt"), decide, on_case("exempt"))
    name = answer.json()["submission"]["submission_id"]
    found = [one for one in sent(door, agency.Actions) if one[1].submission_id == name]
    assert {partition for partition, _ in found} == {
        partition_of(code.encode(), PARTITIONS) for code in (OURS, THEIRS)
    }
    places = {event.facility_id: event for _, event in found}
    assert [item.row_no for item in places[OURS].items] == [1, 3]
    assert {(event.part_no, event.part_count) for event in places.values()} == {(1, 2), (2, 2)}

    why = Finding("DECISION_NOT_ALLOWED", "error", "", "", "", "")
    outcomes = (
        (OURS, 1, RowOutcome(1, "done", "", f"{name}/1", "", 0, (), ())),
        (OURS, 1, RowOutcome(3, "done", "", f"{name}/3", "", 0, (), ())),
        (THEIRS, 2, RowOutcome(2, "refused", "", f"{name}/2", "", 0, (), (why,))),
    )
    for facility, part_no, row in outcomes:
        event_id = f"{name}/{part_no}/{row.row_no}"
        event = ImportReported(event_id, name, part_no, 2, facility, "match", (row,))
        at = partition_of(facility.encode(), PARTITIONS)
        message = ("import-reported", at, facility.encode(), CODEC.encode(event))
        await produce(door.brokers, [message])
    reports = door.start("reports")
    try:

        async def told() -> bool:
            reply = await asyncio.to_thread(served.get, key, f"/v1/actions/{name}")
            rows = reply.json()["actions"]
            codes = [[one["code"] for one in row["findings"]] for row in rows]
            wanted = [[], ["DECISION_NOT_ALLOWED"], []]
            return codes == wanted and [r["outcome"] for r in rows] == ["done", "refused", "done"]

        await until(told)
    finally:
        reports.terminate()
        await asyncio.to_thread(reports.wait, 60)
    printed = await asyncio.to_thread(door.done, "report", name)
    assert "DECISION_NOT_ALLOWED" in printed and "decide_recovered" in printed


def test_several_decisions_wait_for_another_person(
    door: DoorProcesses, served: Served, key: str, other_key: str
) -> None:
    answer = served.act(key, on_case("decide_recovered"), on_case("decide_not_payable", no=2))
    assert (answer.status_code, answer.json()["held"]) == (202, True)
    name = answer.json()["submission"]["submission_id"]
    door.done("close-day", TODAY)  # it holds up no day
    assert name in [one["submission"]["submission_id"] for one in waiting(served, key)]
    assert not [one for one in sent(door, agency.Actions) if one[1].submission_id == name]

    same = served.post(key, f"/v1/actions/{name}/confirm")
    assert (same.status_code, same.json()["code"]) == (403, "SAME_PERSON")
    assert not [one for one in sent(door, agency.Actions) if one[1].submission_id == name]

    done = served.post(other_key, f"/v1/actions/{name}/confirm")
    assert (done.status_code, done.json()["held"]) == (200, False), done.text
    ((_, event),) = [one for one in sent(door, agency.Actions) if one[1].submission_id == name]
    assert event.actor == f"{done.json()['asked_by']}+{done.json()['confirmed_by']}"
    # It counts as received when it was confirmed, not when it was asked for.
    assert event.received_on == from_iso(TODAY) + 1
    assert waiting(served, key) == []
    again = served.post(other_key, f"/v1/actions/{name}/confirm")
    assert again.status_code == 200
    assert len([one for one in sent(door, agency.Actions) if one[1].submission_id == name]) == 1


def waiting(served: Served, key: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = served.get(key, "/v1/actions/waiting").json()
    return found


def test_only_the_agency_acts(door: DoorProcesses, served: Served) -> None:
    theirs = door.key(OURS)
    assert served.act(theirs, a_round("mine")).json()["code"] == "AGENCY_ONLY"
    assert served.get(theirs, "/v1/actions/waiting").status_code == 403
    assert served.post(theirs, "/v1/actions/S000/confirm").status_code == 403


def test_a_renamed_facility_goes_on_under_its_new_code(
    door: DoorProcesses, served: Served, key: str
) -> None:
    old = "3501340051"
    their_key = door.key(old)
    before = served.submit(their_key, "a.csv", rows_of(old), programme="adult").json()
    assert before["facility_id"] == old
    rename = {
        "kind": "facility_renamed",
        "old_code": old,
        "new_code": NEW,
        "valid_from": TODAY,
    }
    successor = {**rename, "kind": "facility_successor"}
    assert served.act(key, successor, rename).status_code == 201
    assert [event.entered for _, event in sent(door, agency.FacilityRenamed)].count(False) == 4
    backwards = {**rename, "old_code": NEW, "new_code": old}
    assert served.act(key, backwards).json()["code"] == "ALIAS_CYCLE"
    assert served.act(key, rename).json()["code"] == "ALIAS_CYCLE"

    # The old key still opens the door, and its files may name either code.
    after = served.submit(their_key, "b.csv", rows_of(old, NEW), programme="adult").json()
    assert after["facility_id"] == NEW
    ((_, event),) = uploads(door, after["submission_id"])
    assert (event.facility_id, event.owner_codes) == (NEW, (NEW, old))
    listed = served.get(their_key, "/v1/submissions").json()
    assert [one["facility_id"] for one in listed] == [NEW, old]
    path = f"/v1/submissions/{before['submission_id']}"
    assert served.get(their_key, path).status_code == 200
    # A case keeps its id and is found in the partition of the new code.
    answer = served.act(key, on_case("exempt", old))
    name = answer.json()["submission"]["submission_id"]
    ((at, acted),) = [one for one in sent(door, agency.Actions) if one[1].submission_id == name]
    assert (acted.facility_id, at) == (NEW, partition_of(NEW.encode(), PARTITIONS))


def rows_of(*codes: str) -> bytes:
    return a_table("adult", *({"facility_id": code} for code in codes)).encode("utf-8")


def test_a_closed_facility_is_told_to_its_partition_and_noted(
    door: DoorProcesses, served: Served, key: str
) -> None:
    code = "3501340060"
    door.done("facilities", "add", code, "--name", "診所")
    closed = {"kind": "facility_closed", "facility_id": code, "closed_on": "2025-04-15"}
    assert served.act(key, closed).status_code == 201
    ((at, event),) = sent(door, agency.FacilityClosed)
    assert at == partition_of(code.encode(), PARTITIONS)
    assert (event.facility_id, event.closed_on) == (code, from_iso("2025-04-15"))
    assert "2025-04-15" in door.done("facilities", "list")
    served.act(key, {"kind": "facility_reopened", "facility_id": code})
    assert sent(door, agency.FacilityClosed)[-1][1].closed_on is None
    assert "2025-04-15" not in door.done("facilities", "list")


def test_the_agency_enters_an_approved_edit_on_behalf_of_a_facility(
    door: DoorProcesses, served: Served, key: str
) -> None:
    edit = {
        "action": "edit",
        "programme": "oral",
        "result_id": "R1",
        "seen_version": 1,
        "values": {"betel": "1"},
    }
    named = {**edit, "facility_id": THEIRS, "form_no": "114-0007"}
    answer = served.command(key, [named])
    assert answer.status_code == 201, answer.text
    name = answer.json()["submission"]["submission_id"]
    ((at, event),) = uploads(door, name)
    assert at == partition_of(THEIRS.encode(), PARTITIONS)
    assert (event.facility_id, event.owner_codes[0]) == (THEIRS, THEIRS)
    assert event.items[0].form_no == "114-0007"
    assert served.command(key, [edit]).json()["code"] == "FACILITY_ONLY"
    theirs = door.key(THEIRS)
    assert served.command(theirs, [named]).json()["code"] == "FORM_NO_AGENCY_ONLY"
    other = {**named, "facility_id": OURS}
    assert served.command(key, [named, other]).json()["code"] == "ONE_FACILITY"


def test_commands_of_the_agency_do_the_same_without_a_number_on_the_command_line(
    door: DoorProcesses, tmp_path: Path, key: str, other_key: str
) -> None:
    mine, others = tmp_path / "mine.key", tmp_path / "others.key"
    mine.write_text(key)
    others.write_text(other_key)
    opened = door.done(
        *("round-open", "cli-1", "--programme", "child", "--service-from", "2025-01-01"),
        *("--service-to", "2025-02-28", "--pickup-from", "2025-05-01", "--pickup-to", "2025-06-30"),
    )
    assert "已送出" in opened
    door.done("round-close", "cli-1")
    assert door.run("round-close", "cli-1").returncode == 1
    bad = door.run("alias", "-", typed="C12 D12 E12\n")
    assert (bad.returncode, "C12" in bad.stderr) == (2, False)
    case, second = (on_case("exempt", no=no)["case_id"] for no in (1, 2))
    door.done("review", case, "--approve")
    door.done("annotate", case, "SYSTEM_CASE", "--text-file", "-", typed="來電\n")
    door.done("form-received", case, "--on", "2025-04-20")
    door.done("exempt", "-", typed=f"{case}\n{second}\n")
    assert door.run("decide", case, second, "--recovered").returncode == 2
    held = door.done("decide", case, second, "--recovered", "--key-file", str(mine))
    name = held.split()[0]
    assert "confirm" in held and name in door.done("waiting")
    assert door.run("confirm", name, "--key-file", str(mine)).returncode == 1
    assert "confirmed" in door.done("confirm", name, "--key-file", str(others))
    assert door.run("confirm", name, "--key-file", str(others)).returncode == 1
    door.done("rules-changed")
    assert len(sent(door, agency.RulesChanged)) == PARTITIONS
    door.done("note", case, "--facility", OURS, typed="病人已轉院\n")
    (note,) = [
        event
        for _, _, event in door.events("uploads")["uploads"]
        if isinstance(event, Uploads) and event.items[0].action == "note"
    ]
    assert (note.columns, note.items[0].target_id) == (("note",), case)
    assert note.items[0].cells == ("病人已轉院",)
