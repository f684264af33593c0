"""The failure list (.txt): only failed rows and cases, and why, in the words of a clinic.

source: seed 001 adult Q12
"""

from typing import Any

from claims.layouts import PROGRAMMES, layout

_LABELS = (("內容", "found"), ("應為", "expected"))


def failed_line(line: dict[str, Any], programme: str) -> str:
    """A refused case, or the file as a whole."""
    place = f"第 {line['case_position']} 個案件" if line["case_position"] else "整個檔案"
    return f"{place}　{line['person_masked'] or '－'}\r\n{_words(line, programme)}"


def failed_row(row: dict[str, Any], programme: str) -> str:
    head = f"第 {row['row_no']} 列　{row['person_masked'] or '－'}\r\n"
    return head + "".join(_words(finding, programme) for finding in row["findings"])


def _words(finding: dict[str, Any], programme: str) -> str:
    parts = [finding["code"]]
    if finding["column"]:
        parts.append(f"欄位 {_named(finding['column'], programme)}")
    parts += [f"{label} {finding[name]}" for label, name in _LABELS if finding[name]]
    if finding["hint"]:
        parts.append(finding["hint"])
    return "　　" + "　".join(parts) + "\r\n"


def _named(columns: str, programme: str) -> str:
    """``身高 height_cm``: as in the clinic's own header, and as in ours; several after commas."""
    known = layout(programme) if programme in PROGRAMMES else None
    named = []
    for name in columns.split(","):
        column = known.column(name) if known else None
        named.append(f"{column.zh} {name}" if column else name)
    return "、".join(named)
