"""Single commands: what each needs, and the parts they become."""

from typing import Any

import pytest
from pydantic import ValidationError

from claims.events import Claims, Uploads
from services.ingest.commands import Command, CommandFile, cut_commands
from services.ingest.parts import MAX_WEIGHT
from tests.unit.services.test_ingest_parts import a_submission

WITHDRAW = {"action": "withdraw", "claim_id": "C1"}
DELETE = {"action": "delete", "programme": "adult", "result_id": "R1", "seen_version": 2}
EDIT = {**DELETE, "action": "edit", "values": {"person_id": "A123456789", "hbsag": "1"}}
NOTE = {"action": "note", "case_id": "3501340006/11403/1/A3/1", "text": "病人已轉院"}
FORM = {**EDIT, "programme": "oral", "facility_id": "3501340006", "form_no": "114-0007"}
FORM["values"] = {"betel": "1"}
ROW = {"action": "row", "programme": "child", "values": {"order_code": "71"}}


def a_file(*commands: dict[str, Any]) -> CommandFile:
    return CommandFile(token="t", commands=tuple(map(Command.model_validate, commands)))


def test_commands_leave_in_order_in_parts_of_one_kind() -> None:
    file = a_file(WITHDRAW, DELETE, EDIT, ROW, WITHDRAW)
    found = list(cut_commands(a_submission(), file))
    assert [part.topic for part in found] == ["claims", "uploads", "uploads", "claims"]
    assert [part.row_nos for part in found] == [[1], [2, 3], [4], [5]]
    assert [part.event.part_no for part in found] == [1, 2, 3, 4]
    assert {part.event.part_count for part in found} == {4}
    last = found[-1].event
    assert isinstance(last, Claims)
    assert last.withdrawals[0].command_id == f"{a_submission().submission_id}/5"
    edits = found[1].event
    assert isinstance(edits, Uploads)
    delete, edit = edits.items
    assert (delete.cells, delete.target_id, delete.seen_version) == ((), "R1", 2)
    assert edit.cells[edits.columns.index("hbsag")] == "1"
    assert edits.styles[edits.columns.index("birth_date")] == "roc"


def test_a_note_is_a_part_of_its_own() -> None:
    oral = {**EDIT, "programme": "oral", "values": {"betel": "1"}}
    emptied = {**NOTE, "text": ""}
    found = list(cut_commands(a_submission(), a_file(oral, NOTE, emptied, oral)))
    assert [part.row_nos for part in found] == [[1], [2, 3], [4]]
    notes = found[1].event
    assert isinstance(notes, Uploads)
    assert (notes.programme, notes.columns, notes.styles) == ("oral", ("note",), ("",))
    assert [item.cells for item in notes.items] == [("病人已轉院",), ("",)]
    assert {item.target_id for item in notes.items} == {NOTE["case_id"]}
    assert "病人" not in repr(Command.model_validate(NOTE))


def test_an_approved_edit_names_its_form() -> None:
    (part,) = cut_commands(a_submission(), a_file(FORM))
    assert isinstance(part.event, Uploads)
    assert [item.form_no for item in part.event.items] == ["114-0007"]


def test_the_bytes_give_the_same_commands_back() -> None:
    file = a_file(WITHDRAW, DELETE, EDIT, ROW, NOTE, {**NOTE, "text": ""}, FORM)
    assert CommandFile.from_bytes(file.to_bytes()) == file


def test_heavy_commands_are_spread_over_parts() -> None:
    values = {"name": "字" * 2000, "phone": "x" * 2000, "chart_no": "字" * 2000}
    heavy = {**ROW, "programme": "adult", "values": values}
    found = list(cut_commands(a_submission(), a_file(*[heavy] * 100)))
    assert sum(len(part.row_nos) for part in found) == 100
    assert all(len(part.row_nos) * 14_000 < MAX_WEIGHT + 14_400 for part in found)


@pytest.mark.parametrize(
    "bad",
    [
        {"action": "withdraw"},
        {"action": "delete", "programme": "adult"},
        {**DELETE, "seen_version": 0},
        {**DELETE, "values": {"hbsag": "1"}},
        {"action": "row", "programme": "adult"},
        {"action": "row", "values": {"hbsag": "1"}},
        {**ROW, "programme": "dental"},
        {**ROW, "values": {"no_such_column": "1"}},
        {**ROW, "values": {"order_code": "7" * 2001}},
        {**WITHDRAW, "result_id": "R"},
        {"action": "drop"},
        {**WITHDRAW, "extra": 1},
        {"action": "note", "case_id": "C"},
        {**NOTE, "claim_id": "C"},
        {**NOTE, "programme": "oral"},
        {**DELETE, "case_id": "C"},
        {**FORM, "facility_id": None},
        {**FORM, "form_no": None},
        {**FORM, "form_no": "王小明"},
        {**FORM, "programme": "adult", "values": {"hbsag": "1"}},
        {**FORM, "action": "replace"},
    ],
)
def test_a_command_that_lacks_or_mixes_something_is_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Command.model_validate(bad)


def test_a_list_has_1_to_500_commands() -> None:
    with pytest.raises(ValidationError):
        a_file()
    with pytest.raises(ValidationError):
        a_file(*[WITHDRAW] * 501)
