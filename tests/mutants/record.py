"""What became of each mutant: kept line by line, so that a run can go on; shown as Markdown."""

import json
import re
from collections import Counter
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from tests.mutants.changes import Mutant
from tests.mutants.suite import AFRESH, SURVIVED, UNCALLED

ALIVE = {SURVIVED, UNCALLED}
REASONS = Path(__file__).with_name("survivors.md")
BAR = 0.85


class Record:
    """Outcomes by mutant. A verdict holds for one text of the module and one text of the tests."""

    def __init__(self, path: Path, sources: dict[str, str], tests: str) -> None:
        self.path, self.tests = path, tests
        self.texts = {name: _digest(text) for name, text in sources.items()}
        self.outcomes: dict[str, tuple[str, str]] = {}
        self.read()

    def read(self) -> None:
        """Take over what has been judged, by this process or another."""
        if self.path.exists():
            for line in self.path.read_text(encoding="utf-8").splitlines():
                key, outcome, under = json.loads(line)
                self.outcomes[key] = outcome, under

    def key(self, mutant: Mutant) -> str:
        return f"{mutant.path}:{self.texts[mutant.path]}:{mutant.site}:{mutant.variant}"

    def of(self, mutant: Mutant) -> str | None:
        """What holds for these tests: more tests kill no less, so a kill always does."""
        outcome, under = self.outcomes.get(self.key(mutant), (None, ""))
        return outcome if outcome not in {*ALIVE, AFRESH} or under == self.tests else None

    def last(self, mutant: Mutant) -> str | None:
        """The last verdict, of these tests or of fewer."""
        outcome, _ = self.outcomes.get(self.key(mutant), (None, ""))
        return None if outcome == AFRESH else outcome

    def keep(self, mutant: Mutant, outcome: str) -> None:
        self.outcomes[self.key(mutant)] = outcome, self.tests
        with self.path.open("a", encoding="utf-8") as out:
            out.write(json.dumps([self.key(mutant), outcome, self.tests]) + "\n")


def digest_of(paths: Iterable[Path]) -> str:
    return _digest("".join(path.read_text(encoding="utf-8") for path in sorted(paths)))


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:12]


def reasons() -> dict[tuple[str, str, str], str]:
    """(path, function, change) -> why no test kills it, from the table of survivors.md."""
    found = {}
    for line in REASONS.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if len(cells) == 4 and cells[0].startswith("claims/"):
            path, scope, change, reason = cells
            found[path, scope.strip("`"), change.strip("`").replace(r"\|", "|")] = reason
    return found


def report(mutants: list[Mutant], record: Record) -> tuple[str, float]:
    """The figures by module and the survivors, as Markdown; and the part that was killed."""
    judged = [
        (mutant, outcome)
        for mutant in sorted(mutants, key=lambda one: (one.path, one.line, one.site, one.variant))
        if (outcome := record.last(mutant))
    ]
    made = Counter(mutant.path for mutant, _ in judged)
    dead = Counter(mutant.path for mutant, outcome in judged if outcome not in ALIVE)
    lines = ["| module | mutants | killed | % |", "|---|---:|---:|---:|"]
    lines += [f"| {path} | {made[path]} | {dead[path]} | {_part(dead, path, made)} |" for path in
              sorted(made)]  # fmt: skip
    whole = dead.total() / max(1, made.total())
    lines.append(f"| **all** | **{made.total()}** | **{dead.total()}** | **{whole:.1%}** |")
    known = reasons()
    lines += ["", "| module | function | change | outcome | why |", "|---|---|---|---|---|"]
    for mutant, outcome in judged:
        if outcome in ALIVE:
            why = known.get((mutant.path, mutant.scope, mutant.text), "")
            change = mutant.text.replace("|", r"\|")
            where = f"{mutant.path}:{mutant.line}"
            lines.append(f"| {where} | `{mutant.scope}` | `{change}` | {outcome} | {why} |")
    return "\n".join(lines) + "\n", whole


def _part(dead: Counter[str], path: str, made: Counter[str]) -> str:
    return f"{dead[path] / made[path]:.0%}"
