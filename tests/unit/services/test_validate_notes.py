"""Notes (無法補登說明) among the items of an upload."""

from typing import Any

import msgspec
import pytest

from claims.events import UploadItem, Uploads
from services.validate.notes import LONGEST
from tests.support.validating import Validating, an_item, an_upload


def a_note(text: str = " 個案已遷居國外 ", row_no: int = 1, **changes: Any) -> UploadItem:
    note = UploadItem(row_no, "note", f"K{row_no}", "case-1", 3, "", (text,))
    return msgspec.structs.replace(note, **changes)


def notes(*items: UploadItem, **changes: Any) -> Uploads:
    upload = an_upload(programme="oral", items=items)
    fields: dict[str, Any] = {"columns": ("note",), "styles": ("",)}
    return msgspec.structs.replace(upload, **fields | changes)


async def test_a_note_goes_on_with_its_case_and_its_words_only() -> None:
    async with Validating() as stage:
        await stage.give("uploads", notes(a_note(), a_note("", 2)))
        assert stage.out("import-reported") == []
        filed, emptied = stage.out("records")[0].results
    assert (filed.action, filed.programme, filed.command_id) == ("note", "oral", "K1")
    assert (filed.target_id, filed.seen_version) == ("case-1", 3)
    assert filed.values == {"note": "個案已遷居國外"} and emptied.values == {"note": ""}
    assert (filed.person_id, filed.sealed_row, filed.content_hash) == ("", b"", "")


@pytest.mark.parametrize(
    ("item", "changes", "code", "column"),
    [
        (a_note("字" * (LONGEST + 1)), {}, "FIELD_TOO_LONG", "note"),
        (a_note(), {"programme": "child"}, "NOTE_NOT_ALLOWED", ""),
        (a_note(), {"columns": ("remark",)}, "COLUMN_MISSING", "note"),
        (a_note(cells=()), {}, "ROW_SHAPE", ""),
        (a_note(target_id=""), {}, "KEY_BLANK", "target_id"),
        (a_note(problem="ROW_TOO_SHORT"), {}, "ROW_TOO_SHORT", ""),
    ],
)
async def test_a_note_that_cannot_be_read_is_refused(
    item: UploadItem, changes: dict[str, Any], code: str, column: str
) -> None:
    async with Validating() as stage:
        await stage.give("uploads", notes(item, **changes))
        (row,) = stage.out("import-reported")[0].rows
        assert stage.out("records") == []
    assert [(found.code, found.column) for found in row.findings] == [(code, column)]
    assert item.cells not in [(found.found,) for found in row.findings]


async def test_the_longest_note_passes() -> None:
    async with Validating() as stage:
        await stage.give("uploads", notes(a_note("字" * LONGEST)))
        assert len(stage.out("records")[0].results[0].values["note"]) == LONGEST


async def test_the_form_of_an_approved_change_travels_with_its_item() -> None:
    item = an_item(programme="oral", form_no="F-1", action="edit", target_id="R1")
    async with Validating() as stage:
        await stage.give("uploads", an_upload(programme="oral", items=[item]))
        (result,) = stage.out("records")[0].results
    assert result.form_no == "F-1"
