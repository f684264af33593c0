"""The mutation runner changes what it says, where it says, and nothing beside."""

import ast

import pytest

from tests.mutants.changes import Mutant, mutants_of, mutated
from tests.mutants.record import reasons

SOURCE = '''"""Words."""
__all__ = ["late"]
DUE = {"adult": 30, "child": 60}

def late(day: int, due: int = 7) -> bool:
    """Past its day."""
    if day < 0:
        raise ValueError("no such day")
    return day > due
'''


def made(source: str = SOURCE) -> dict[str, Mutant]:
    return {mutant.text: mutant for mutant in mutants_of("claims/late.py", source)}


def test_every_change_is_told_with_its_function() -> None:
    assert {text: mutant.scope for text, mutant in made().items()} == {
        "without the row 'adult'": "",
        "without the row 'child'": "",
        "'adult' -> 'XXadult'": "",
        "'child' -> 'XXchild'": "",
        "30 -> 31": "",
        "60 -> 61": "",
        "7 -> 8": "",
        "day < 0 -> day <= 0": "late",
        "0 -> 1": "late",
        "return day > due -> return None": "late",
        "day > due -> day >= due": "late",
    }


@pytest.mark.parametrize("text", made())
def test_a_mutant_differs_in_one_line_and_compiles(text: str) -> None:
    tree = mutated(made()[text], SOURCE)
    compile(tree, "late.py", "exec")
    before = ast.unparse(ast.parse(SOURCE)).splitlines()
    after = ast.unparse(tree).splitlines()
    assert sum(one != two for one, two in zip(before, after, strict=True)) == 1


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x = a and b", "a and b -> a or b"),
        ("x = not a", "not a -> a"),
        ("f(a, b=c)", "f(..) without b=c"),
        ("x = [a for a in b if a]", " for a in b if a -> for a in b"),
        ("def f(a):\n    if a:\n        return", "if a -> if not a"),
        ("def f(a):\n    a += 1", "a += 1 -> a = 1"),
        ("x = a not in b", "a not in b -> a in b"),
    ],
)
def test_each_kind_of_change_is_made(before: str, after: str) -> None:
    assert after.strip() in {text.strip() for text in made(before)}


@pytest.mark.parametrize(
    "text", ["x: 'Late'", "x = '\u52fe\u7a3d'", "assert 1", "A = NewType('A', b)"]
)
def test_what_is_no_behaviour_is_left_alone(text: str) -> None:
    assert made(text) == {}


def test_every_accepted_survivor_has_a_reason() -> None:
    assert all(len(why) > 10 for why in reasons().values())
