"""Where in a TOML file something stands: the parser gives no lines, and whoever mends a table needs
them. Our tables hold a row a line: ``[[section]]`` blocks, or ``section = [`` with ``{ ... },``.
"""

import re

_PATH = re.compile(r"\$\.(?P<section>\w+)(?:\[(?P<index>\d+)\])?(?:\.(?P<field>\w+))?")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def line_of(text: str, key: str, reason: str = "") -> int | None:
    """The line (from 1) of a key: ``$.orders[3].pair``, ``eligibility.adult-21``, ``deadlines``.

    A row of a section is found by its id, code or name, or a day that ``reason`` names; None:
    nowhere.
    """
    lines = text.splitlines()
    path = _PATH.match(key)
    if path:
        section, index, field = path["section"], path["index"], path["field"]
        start = _section(lines, section, int(index or 0))
        return None if start is None else _field(lines, start, field) + 1
    section, *names = key.split(".")
    start = _section(lines, section, 0)
    if start is None:
        return None
    row = _named(lines, start, names) if names else None
    for day in _DAY.findall(reason) if row is None else ():
        row = _first(lines, start, re.compile(rf"\b(since|valid_from) = {day}"))
        if row is not None:
            break
    if row is None:
        row = _field(lines, start, names[-1] if names else None)
    return row + 1


def _section(lines: list[str], section: str, index: int) -> int | None:
    """The line of the ``index``-th row of a section, or of the section itself."""
    blocks = [at for at, line in enumerate(lines) if line.startswith(f"[[{section}]]")]
    if blocks:
        return blocks[min(index, len(blocks) - 1)]
    opened = _first(lines, 0, re.compile(rf"^(\[{section}\]|{section} = )"))
    if opened is None or not lines[opened].rstrip().endswith("["):
        return opened
    rows = [at for at in range(opened, len(lines)) if lines[at].lstrip().startswith("{")]
    return rows[min(index, len(rows) - 1)] if rows else opened


def _field(lines: list[str], start: int, field: str | None) -> int:
    """The line of a key within a ``[[block]]``; the row's own line where all stands in one."""
    if field is None or not lines[start].startswith("["):
        return start
    for at in range(start + 1, len(lines)):
        if lines[at].startswith("["):
            break
        if re.match(rf"{field}\s*=", lines[at]):
            return at
    return start


def _named(lines: list[str], start: int, names: list[str]) -> int | None:
    """The row whose id, code or name is one of the names."""
    found = [
        _first(lines, start, re.compile(rf'\b(id|code|appl_type|name) = "{re.escape(name)}"'))
        for name in names
    ]
    return next((at for at in found if at is not None), None)


def _first(lines: list[str], start: int, shape: re.Pattern[str]) -> int | None:
    for at in range(start, len(lines)):
        if shape.search(lines[at]):
            return at
    return None
