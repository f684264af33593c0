"""The register of scenarios: what happens, how often, and what it is there to show."""

from collections.abc import Callable
from dataclasses import dataclass

from bench.region.dates import MONTHS, Month
from bench.region.story import Story
from bench.region.world import CSV_CP950, CSV_UTF8, FIXED, KIND_NAMES, XLSX, Facility

ANY = (CSV_UTF8, CSV_CP950, XLSX, FIXED)
COMMON = 70
DELIMITED = (CSV_UTF8, CSV_CP950)
CELLS = (*DELIMITED, XLSX)


@dataclass(frozen=True)
class Scenario:
    """share: stories in ten thousand. covers: reason codes, refusal codes, transitions."""

    name: str
    programme: str
    share: int
    covers: tuple[str, ...]
    tell: Callable[[Story], None]
    months: tuple[Month, ...]
    formats: tuple[str, ...]
    kinds: tuple[str, ...]
    rare: bool
    role: str

    @property
    def sentence(self) -> str:
        return " ".join((self.tell.__doc__ or "").split()).rstrip(".")

    def suits(self, facility: Facility) -> bool:
        return (
            self.programme in facility.programmes
            and facility.role == self.role
            and facility.format in self.formats
            and facility.kind in self.kinds
            and (facility.eventful or not self.rare)
        )


SCENARIOS: list[Scenario] = []


def scenario(
    programme: str,
    share: int,
    *covers: str,
    months: tuple[Month, ...] = MONTHS,
    formats: tuple[str, ...] = ANY,
    kinds: tuple[str, ...] = tuple(KIND_NAMES),
    rare: bool = False,
    role: str = "",
) -> Callable[[Callable[[Story], None]], Callable[[Story], None]]:
    """Put a scenario into the register; its docstring is the sentence in the table.

    rare: only in eventful facilities; so is every scenario with a share below COMMON.
    role: only in facilities to which this happens (see world.Role).
    """

    def register(tell: Callable[[Story], None]) -> Callable[[Story], None]:
        SCENARIOS.append(
            Scenario(
                tell.__name__,
                programme,
                share,
                covers,
                tell,
                months,
                formats,
                kinds,
                rare or (share < COMMON and not role),
                role,
            )
        )
        return tell

    return register


def table() -> str:
    """The register as Markdown, for README.md."""
    total = sum(each.share for each in SCENARIOS)
    lines = ["| programme | scenario | share | shows |", "|---|---|---|---|"]
    for each in SCENARIOS:
        shows = ", ".join(each.covers)
        share = f"{100 * each.share / total:.2f} %"
        lines.append(f"| {each.programme} | {each.sentence} | {share} | {shows} |")
    return "\n".join(lines) + "\n"
