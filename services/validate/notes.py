"""Items that are notes (無法補登說明): the words of a clinic about a case, not a result."""

from claims.events import Finding, UploadItem, Uploads
from claims.findings import ERROR, finding
from claims.reasons import hint_zh

NOTE = "note"
COLUMN = "note"
LONGEST = 500  # characters


def note_of(part: Uploads, item: UploadItem) -> str:
    """The words as written; the item was found readable."""
    return item.cells[part.columns.index(COLUMN)].strip()


def problems_of_note(part: Uploads, item: UploadItem) -> tuple[Finding, ...]:
    """Why it cannot be read. Whether its case may have a note is for match to say."""
    if part.programme != "oral":
        return (_answer("NOTE_NOT_ALLOWED"),)
    if COLUMN not in part.columns:
        return (_answer("COLUMN_MISSING", COLUMN),)
    if len(item.cells) != len(part.columns):
        return (finding("ROW_SHAPE"),)  # an empty text would take the note back
    length = len(note_of(part, item))
    if length > LONGEST:
        return (finding("FIELD_TOO_LONG", COLUMN, f"{length} 字", f"至多 {LONGEST} 字"),)
    return ()


def _answer(code: str, column: str = "") -> Finding:
    return Finding(code, ERROR, column, "", "", hint_zh(code))
