"""docs/traceability.md: where each row of the specification stands in code, and the test of it.

Rows lie in tests/spec/pointers/*.toml: ``id``; ``says``, a few words of our own; ``code``, one or
two of ``file:symbol``; ``tests``, a few of ``file::name``, each seen to fail when the code of the
row was broken; ``mark`` with ``today``, where a row is not all there or cannot be shown.
`python -m tests.support.pointers` prints the page.
"""

import ast
import tomllib
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import msgspec

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "tests" / "spec" / "pointers"
MARKS = {
    "later": "the rest belongs to the portal",
    "outside": "no behaviour of the product",
    "unproven": "registered, and never said: no data prove it",
}
TABLES = {
    "clock": "The clock (correction.md section 1)",
    "states": "States (section 2)",
    "flags": "Flags beside the state (section 2)",
    "transitions": "Transitions (section 3)",
    "actions": "Legal actions (section 4)",
    "reasons": "Reason codes (section 5; ours, and those of R-26, after them)",
    "product": "What people see (section 6)",
    "rulings": "Rulings (rulings.md)",
}
INTRO = """# Traceability

Written from tests/spec/pointers by `make docs`; do not edit. Every row of the tables of the
specification, the code that does it, and the tests that were seen to fail when that code was
broken.

| Mark | Meaning |
|---|---|
"""


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One row of a table of the specification."""

    id: str
    says: str
    code: tuple[str, ...]
    tests: tuple[str, ...]
    mark: str = ""
    today: str = ""


def rows_of(table: str) -> tuple[Row, ...]:
    """Raises OSError, tomllib.TOMLDecodeError, msgspec.ValidationError."""
    held = tomllib.loads((FOLDER / f"{table}.toml").read_text(encoding="utf-8"))
    return msgspec.convert(held["row"], tuple[Row, ...])


@lru_cache(maxsize=256)
def symbols(path: Path) -> frozenset[str]:
    """What a module defines: functions, classes with their methods, and assigned names."""
    found: set[str] = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        found |= set(_names(node))
        if isinstance(node, ast.ClassDef):
            found |= {f"{node.name}.{name}" for inner in node.body for name in _names(inner)}
    return frozenset(found)


def _names(node: ast.stmt) -> Iterable[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return (node.name,)
    if isinstance(node, ast.AnnAssign):
        return (node.target.id,) if isinstance(node.target, ast.Name) else ()
    if isinstance(node, ast.Assign):
        targets = [name for one in node.targets for name in ast.walk(one)]
        return tuple(name.id for name in targets if isinstance(name, ast.Name))
    return ()


def is_there(pointer: str) -> bool:
    """Whether ``file:symbol`` or ``file::test`` exists; nothing is imported."""
    file, is_test, name = pointer.partition("::")
    if not is_test:
        file, _, name = pointer.partition(":")
    elif not name.startswith("test_"):
        return False
    path = ROOT / file
    return path.is_file() and name in symbols(path)


def page() -> str:
    marks = "".join(f"| {mark} | {means} |\n" for mark, means in MARKS.items())
    return INTRO + marks + "".join(_section(table, title) for table, title in TABLES.items())


def _section(table: str, title: str) -> str:
    head = f"\n## {title}\n\n| Row | Says | Code | Tests |\n|---|---|---|---|\n"
    return head + "".join(_line(row) for row in rows_of(table))


def _line(row: Row) -> str:
    says = f"{row.says} ({row.mark}: {row.today})" if row.mark else row.says
    cells = (row.id, says, _shown(row.code), _shown(row.tests))
    return f"| {' | '.join(cells)} |\n"


def _shown(pointers: Iterable[str]) -> str:
    return "<br>".join(f"`{pointer}`" for pointer in pointers)


if __name__ == "__main__":
    print(page(), end="")
