"""Random histories: moves of ten bytes, played against the oracle so that targets make sense.

A history is a list of moves; leaving some out is a history too, so that one that fails can be made
small by trying.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from claims.events import DayClosed, Records
from tests.support.oracle import moves_of_agency, moves_of_clinics
from tests.support.oracle.desk import Desk
from tests.support.oracle.dice import Dice
from tests.support.oracle.judging import Event, hear
from tests.support.oracle.life import Life, Moment
from tests.support.oracle.told import Told

Play = Callable[[Desk, Dice], Iterator[Event]]
MOVES: tuple[tuple[Play, int], ...] = (
    *((moves_of_clinics.claim, 0) for _ in range(5)),
    *((moves_of_clinics.row, 0) for _ in range(6)),
    *((moves_of_clinics.second_row, 0) for _ in range(3)),
    *((moves_of_clinics.edit, 0) for _ in range(3)),
    *((moves_of_clinics.delete, 0) for _ in range(1)),
    *((moves_of_clinics.again, 0) for _ in range(2)),
    *((moves_of_clinics.withdraw, 0) for _ in range(3)),
    *((moves_of_agency.next_days, 0) for _ in range(5)),
    *((moves_of_agency.open_round, 1) for _ in range(3)),
    *((moves_of_agency.close_round, 1) for _ in range(1)),
    *((moves_of_clinics.note, 1) for _ in range(5)),
    *((moves_of_agency.act, 1) for _ in range(5)),
    *((moves_of_agency.alias, 2) for _ in range(3)),
    *((moves_of_agency.shut, 2) for _ in range(2)),
)
"""Each move, and from which level on it is played: 0 facts and days, 1 rounds and the agency,
2 aliases and closures."""


@dataclass
class Step:
    """One message, what its rows are told, and what is so after it."""

    event: Event
    told: dict[int, Told]
    after: Moment


@dataclass
class History:
    """A history as messages of `records`, with everything the oracle says about it."""

    moves: tuple[bytes, ...]
    steps: list[Step] = field(default_factory=list)
    life: Life = field(default_factory=Life)


PRELUDES: tuple[tuple[Play, ...], ...] = (
    (moves_of_clinics.claim,),
    (
        moves_of_clinics.claim,
        moves_of_clinics.wrong_row,
        moves_of_agency.past_due,
        moves_of_agency.open_round,
    ),
    (moves_of_clinics.claim, moves_of_agency.past_due, moves_of_agency.open_round),
)
"""How a history may begin: most of what can happen only happens to a listed case."""


def history_of(moves: Sequence[bytes], level: int = 2) -> History:
    """Play moves; a move that has nothing to aim at says nothing."""
    history, desk = History(tuple(moves)), Desk()
    desk.life = history.life
    playable = [play for play, needed in MOVES if needed <= level]
    begun = PRELUDES[moves[0][0] % len(PRELUDES) if level else 0] if moves else ()
    for place, move in enumerate(moves):
        dice = Dice(move)
        play = dice.pick(playable)
        if place < len(begun):
            play = begun[place]
        for event in play(desk, dice):
            told = hear(history.life, event)
            if isinstance(event, Records):
                desk.submissions.append(event)
            if isinstance(event, DayClosed):
                desk.today = max(desk.today, event.day + 1)
            history.steps.append(Step(event, told, history.life.now))
    return history
