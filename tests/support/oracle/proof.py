"""One history against the oracle and the laws; and how a history that fails is made small."""

import asyncio
import random
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.support.oracle.compare import Differs, compare
from tests.support.oracle.dice import WIDTH
from tests.support.oracle.drive import text_of
from tests.support.oracle.histories import History, history_of
from tests.support.oracle.laws import LAWS
from tests.support.oracle.self_consistent import faults_of

LONGEST = 28
"""Moves of a history."""


@dataclass(frozen=True)
class Failure:
    """What did not hold, for which moves."""

    moves: tuple[bytes, ...]
    law: int
    what: str

    def __str__(self) -> str:
        steps = [text_of(step.event) for step in history_of(self.moves).steps]
        lines = [f"{number}. {step}" for number, step in enumerate(steps, 1)]
        law = LAWS[self.law % len(LAWS)].__name__
        moves = [move.hex() for move in self.moves]
        return "\n".join([*lines, f"law: {law}", f"moves: {moves}", self.what])


def random_moves(seed: int) -> tuple[list[bytes], int]:
    """The moves of a seed, and which law is tried on them besides the oracle."""
    rng = random.Random(seed)
    return [rng.randbytes(WIDTH) for _ in range(rng.randrange(3, LONGEST))], rng.randrange(1 << 16)


async def hold(history: History, law: int) -> None:
    """Raises Differs when the oracle, the standing laws or the one chosen law disagree."""
    product = await compare(history)
    if found := faults_of(product):
        raise Differs("\n  ".join(["laws of what was said:", *found]))
    await LAWS[law % len(LAWS)](history, product, random.Random(law))


def failure_of(moves: Sequence[bytes], law: int) -> Failure | None:
    """None when everything holds. A crash of either side is a failure too."""
    try:
        asyncio.run(hold(history_of(moves), law))
    except Exception as problem:
        known = isinstance(problem, Differs)
        what = str(problem) if known else traceback.format_exc()
        return Failure(tuple(moves), law, what)
    return None


def smallest(failure: Failure, still: Callable[[Failure], bool] = lambda _: True) -> Failure:
    """Leave out moves, then put out dice, as long as it fails; ``still`` says of the same fault."""
    best, better = failure, True
    while better:
        better = False
        for moves in _smaller(best.moves):
            found = failure_of(moves, best.law)
            if found is not None and still(found):
                best, better = found, True
                break
    return best


def _smaller(moves: tuple[bytes, ...]) -> list[tuple[bytes, ...]]:
    fewer = [moves[:place] + moves[place + 1 :] for place in reversed(range(len(moves)))]
    plainer = [
        (*moves[:place], move[:at] + b"\0" + move[at + 1 :], *moves[place + 1 :])
        for place, move in enumerate(moves)
        for at in range(WIDTH)
        if move[at]
    ]
    return fewer + plainer
