"""Choices taken from the bytes of a move: the same bytes, the same choices."""

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")
WIDTH = 10
"""Bytes of a move."""


class Dice:
    """Byte after byte; once they are used up, everything is the first choice (it shrinks well)."""

    def __init__(self, move: bytes) -> None:
        self._rest = iter(move)

    def number(self, below: int) -> int:
        return next(self._rest, 0) % below

    def pick(self, choices: Sequence[T]) -> T:
        return choices[self.number(len(choices))]

    def one_in(self, times: int) -> bool:
        """Never for a byte of 0."""
        return self.number(times) == times - 1
