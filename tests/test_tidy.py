"""What no linter knows about this tree. Every check has a bad case beside it."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PRODUCT = ("claims", "pipeline", "services")
CODE = (*PRODUCT, "deploy", "bench", "tests")

# Text that names a place of one machine, a host of a registry, or work left undone.
FORBIDDEN = {
    "a folder of one machine": re.compile(r"(?<![\w.$}])/(?:work|root|farm)/"),
    "a registry's host": re.compile(r"pypi[.]org|python[h]osted|npm[j]s\.|repo1?\.[m]aven\."),
    "work left undone": re.compile(r"\b(?:TODO|FIXME)\b|raise NotImplementedError"),
}

# An import rule cannot see these: the modules are allowed for other things.
IMPURE = {"today", "now", "utcnow", "uuid1", "uuid4"}
IMPURE_MODULES = {"time", "uuid", "random", "secrets", "asyncio", "os", "pathlib"}

# Who may look at a whole ID. The rest sees masks.
MAY_REVEAL = re.compile(r"claims/codes\.py|tests/.*")
# asdict walks straight past every mask: only for what holds no person.
MAY_ASDICT = {
    "deploy/local/record.py",
    # Counts, and the truth about people who do not exist.
    "bench/demo/summary.py",
    "bench/region/making.py",
    "bench/figures/line.py",
}

# Product files that only tests run: the ledger in memory passes the suite of the real ones.
FOR_TESTS = {"pipeline.memory_ledger"}

FILE_LINES, FUNCTION_LINES = 400, 60


def tracked(*suffixes: str) -> list[Path]:
    """Files of the repository with one of these endings: committed, or new and not ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    names = sorted(set(listed.stdout.split("\0")) - {""})
    paths = (ROOT / name for name in names if name.endswith(suffixes))
    return [path for path in paths if path.is_file()]


def python(*folders: str) -> list[Path]:
    return [path for path in tracked(".py") if path.relative_to(ROOT).parts[0] in folders]


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def forbidden_text(text: str) -> Iterator[str]:
    for what, pattern in FORBIDDEN.items():
        for found in pattern.finditer(text):
            yield f"{what}: {found.group()}"


def impure(source: str) -> Iterator[str]:
    """Calls and imports by which a rule could read a clock or roll a die."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and node.attr in IMPURE:
            yield f"line {node.lineno}: .{node.attr}"
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module]
        for name in names:
            if name.split(".")[0] in IMPURE_MODULES:
                yield f"import of {name}"


def too_long(source: str) -> Iterator[str]:
    lines = source.count("\n")
    if lines > FILE_LINES:
        yield f"{lines} lines"
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            length = node.end_lineno - node.lineno + 1
            if length > FUNCTION_LINES:
                yield f"{node.name} has {length} lines"


def calls(source: str, name: str) -> bool:
    """Whether a function or method of this name is called."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            called = node.func
            if isinstance(called, ast.Attribute) and called.attr == name:
                return True
            if isinstance(called, ast.Name) and called.id == name:
                return True
    return False


def imports(source: str) -> Iterator[str]:
    """Dotted names this source imports, both readings of `from a import b`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def unreached(sources: dict[str, str]) -> set[str]:
    """Product modules that no other one imports; `python -m` reaches a __main__ by itself."""
    reached = {
        name for module, source in sources.items() for name in imports(source) if name != module
    }
    # Modules that are run, not imported.
    ends = ("__init__", "__main__")
    return {
        module
        for module, source in sources.items()
        if module.startswith(PRODUCT)
        and module not in reached
        and not module.endswith(ends)
        and '__name__ == "__main__"' not in source
    }


def test_no_text_names_a_machine_a_registry_or_work_left_undone() -> None:
    suffixes = (".py", ".md", ".toml", ".txt", ".in", ".sh", ".yaml", ".xml", ".avsc", "Makefile")
    found = [
        f"{shown(path)}: {what}"
        for path in tracked(*suffixes)
        if path != Path(__file__)  # it must name what it forbids
        for what in forbidden_text(path.read_text(encoding="utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize(
    "bad", [f"see {'/'}work/main", f"--index https://{'pypi'}.org/simple", f"# {'TO'}DO later"]
)
def test_forbidden_text_is_found(bad: str) -> None:
    assert list(forbidden_text(bad))


def test_a_path_below_another_is_no_machine_path() -> None:
    assert not list(forbidden_text(f"bench{'/'}work/x and $HOME{'/'}work/y"))


def test_claims_reads_no_clock_and_rolls_no_die() -> None:
    found = [
        f"{shown(path)}: {what}"
        for path in python("claims")
        for what in impure(path.read_text(encoding="utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize(
    "bad", ["import datetime\nd = datetime.date.today()", "from time import time", "import uuid"]
)
def test_a_clock_in_claims_is_found(bad: str) -> None:
    assert list(impure(bad))


def test_only_listed_files_reveal_a_person() -> None:
    found = [
        shown(path)
        for path in python(*CODE)
        if calls(path.read_text(encoding="utf-8"), "reveal")
        and not MAY_REVEAL.fullmatch(shown(path))
    ]
    assert found == []


def test_only_listed_files_turn_objects_into_dictionaries() -> None:
    found = {
        shown(path)
        for path in python(*PRODUCT, "deploy", "bench")
        if calls(path.read_text(encoding="utf-8"), "asdict")
    }
    assert found <= MAY_ASDICT


def test_a_call_is_found_however_it_is_imported() -> None:
    assert calls("asdict(x)", "asdict") and calls("dataclasses.asdict(x)", "asdict")
    assert not calls("'asdict(x)'", "asdict")


def test_services_are_namespace_packages() -> None:
    """With an __init__.py in some, the import contract would skip the others in silence."""
    assert [shown(path) for path in python("services") if path.name == "__init__.py"] == []


def test_files_and_functions_keep_their_size() -> None:
    found = [
        f"{shown(path)}: {what}"
        for path in python(*CODE)
        for what in too_long(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_a_long_function_and_a_long_file_are_found() -> None:
    body = "    x = 1\n" * 60
    assert list(too_long(f"def long():\n{body}")) == ["long has 61 lines"]
    assert list(too_long("x = 1\n" * 401)) == ["401 lines"]


def test_every_product_file_is_reached() -> None:
    sources = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts): path.read_text(encoding="utf-8")
        for path in python(*PRODUCT, "deploy", "bench")
    }
    assert unreached(sources) - FOR_TESTS == set()


def test_a_file_nobody_imports_is_found() -> None:
    sources = {"claims.a": "from claims import b", "claims.b": "", "claims.c": "import claims.c"}
    assert unreached(sources) == {"claims.a", "claims.c"}


def test_the_locks_hold_a_hash_for_every_package_and_no_address() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert "://" not in text and "--find-links" not in text and "--index" not in text
        pinned = re.findall(r"^[\w.\-\[\],]+==\S+ \\\n    --hash=sha256:", text, re.MULTILINE)
        starts = re.findall(r"^[\w.\-\[\],]+==", text, re.MULTILINE)
        assert len(pinned) == len(starts) > 20
