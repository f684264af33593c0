"""The outcome of a row or command."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Told:
    """The outcome of one row; ``codes`` are those that may be given for a refusal."""

    outcome: str
    codes: frozenset[str] = frozenset()
    result_id: str = ""


def refused(*codes: str) -> Told:
    return Told("refused", frozenset(codes))


DONE = Told("done")
