"""A checked row, reduced to what the rules of the match read. Clinical values go no further.

Only the columns marked ``carried`` (payer, indigenous, habits, sign, residence, bc_history)
travel readable; the whole row travels sealed, and a keyed hash says whether two are the same.
"""

from functools import lru_cache

from claims.events import ResultItem, UploadItem
from claims.layouts import layout, visit_column
from claims.rows import Checked


def record_id(submission_id: str, row_no: int) -> str:
    return f"{submission_id}:{row_no}"


@lru_cache(maxsize=8)
def carried_columns(programme: str) -> tuple[str, ...]:
    """The columns whose values the rules of the match read."""
    return tuple(column.name for column in layout(programme).columns if column.carried)


def reduced(
    programme: str,
    item: UploadItem,
    record: str,
    row: Checked,
    content_hash: str,
    sealed_row: bytes,
    seal_key_id: str,
) -> ResultItem:
    """The result-item of an accepted row, edit or replace."""
    values, days = row.values, row.days
    return ResultItem(
        item.row_no,
        record,
        item.action,
        item.command_id,
        item.target_id,
        item.seen_version,
        programme,
        values.get("person_id", ""),
        days.get("birth_date"),
        days.get(visit_column(programme)),
        days.get("stage2_date"),
        values.get("order_code", ""),
        values.get("newborn_mark", ""),
        {name: values[name] for name in carried_columns(programme) if name in values},
        row.filled,
        row.missing,
        content_hash,
        sealed_row,
        seal_key_id,
        tuple(row.warnings),
        item.form_no,
    )


def deletion(programme: str, item: UploadItem, record: str, seal_key_id: str) -> ResultItem:
    """The result-item of a delete: only its target counts, nothing about a person travels."""
    return _command(programme, item, record, {}, seal_key_id)


def note(item: UploadItem, record: str, text: str, seal_key_id: str) -> ResultItem:
    """The result-item of a note (無法補登說明) about a case; an empty text takes it back."""
    return _command("oral", item, record, {"note": text}, seal_key_id)


def _command(
    programme: str, item: UploadItem, record: str, values: dict[str, str], seal_key_id: str
) -> ResultItem:
    return ResultItem(
        item.row_no,
        record,
        item.action,
        item.command_id,
        item.target_id,
        item.seen_version,
        programme,
        "",
        None,
        None,
        None,
        "",
        "",
        values,
        (),
        (),
        "",
        b"",
        seal_key_id,
        (),
        item.form_no,
    )
