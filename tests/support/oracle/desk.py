"""What a move looks at: the day, what was sent so far, and where the oracle says things stand."""

from dataclasses import dataclass, field

from claims.events import ClaimLine, Records, ResultItem
from tests.support.oracle.content import Held, Row
from tests.support.oracle.dice import Dice
from tests.support.oracle.life import Life
from tests.support.oracle.people import START


@dataclass
class Desk:
    """Shared by all moves of one history."""

    life: Life = field(default_factory=Life)
    today: int = START
    counted: int = 0
    submissions: list[Records] = field(default_factory=list)

    def number(self) -> int:
        self.counted += 1
        return self.counted

    def a_claim(self, dice: Dice, states: tuple[str, ...] = ()) -> Held | None:
        """Any claim; rather one whose case is in one of the states."""
        claims = self.life.world.claims
        apt = [case for case, view in self.life.now.items() if view.state in states]
        if apt and not dice.one_in(4):
            return claims[dice.pick(apt)]
        return claims[dice.pick(list(claims))] if claims else None

    def a_row(self, dice: Dice) -> Row | None:
        rows = list(self.life.world.rows.values())
        return dice.pick(rows) if rows else None

    def part(
        self,
        facility: str,
        *,
        claims: tuple[ClaimLine, ...] = (),
        results: tuple[ResultItem, ...] = (),
        submission: str = "",
    ) -> Records:
        name = submission or f"S{self.number()}"
        number = sum(1 for event in self.submissions if event.submission_id == name) + 1
        head = (f"{name}/{number}/records", name, number, number, facility, self.today)
        return Records(*head, claims, (), results)
