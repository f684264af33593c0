"""What a replay prints: cases by programme and state, exceptions by reason, what rules change."""

from collections import Counter
from collections.abc import Iterable, Sequence

from rich.table import Column, Table

from claims.reasons import BY_CODE
from claims.states import STATES
from services.match.replay_cases import Tally
from services.match.replay_other import Changed, words_of
from services.match.words import programme_words, state_words

SHOWN = 40
"""Changed cases on the screen; the file has all."""


def _grid(title: str, first: str, counts: Counter[tuple[str, str]], names: Iterable[str]) -> Table:
    programmes = sorted({programme for _, programme in counts})
    table = Table(
        Column(first),
        *(Column(programme_words(each), justify="right") for each in programmes),
        Column("合計 total", justify="right"),
        title=title,
        title_justify="left",
    )
    for name in names:
        row = [counts[name, each] for each in programmes]
        if any(row):
            table.add_row(_named(name), *(f"{count:,}" for count in (*row, sum(row))))
    return table


def _named(name: str) -> str:
    known = BY_CODE.get(name)
    return f"{known.zh} {name}" if known else state_words(name)


def states_table(tally: Tally, title: str) -> Table:
    known = (*STATES, *sorted({state for state, _ in tally.states} - set(STATES)))
    return _grid(title, "狀態 state", tally.states, known)


def reasons_table(tally: Tally) -> Table:
    """The most frequent first."""
    totals: Counter[str] = Counter()
    for (code, _), count in tally.reasons.items():
        totals[code] += count
    codes = sorted(totals, key=lambda code: (-totals[code], code))
    return _grid("例外原因 exceptions by reason", "原因 reason", tally.reasons, codes)


def moves_table(changed: Sequence[Changed]) -> Table:
    """How many cases go from which state to which."""
    moves = Counter(
        (each.row.programme, *(row.state if row else "" for row in each)) for each in changed
    )
    table = Table(
        *("預防保健項目 programme", "現行規則 shipped", "另一套規則 other"),
        Column("件數 cases", justify="right"),
        title="規則比較 comparison",
        title_justify="left",
    )
    for (programme, now, then), count in sorted(moves.items()):
        words = (state_words(state) if state else "－" for state in (now, then))
        table.add_row(programme_words(programme), *words, f"{count:,}")
    return table


def changed_table(changed: Sequence[Changed]) -> Table:
    table = Table("案件 case", "現行規則 shipped", "另一套規則 other")
    for each in changed[:SHOWN]:
        table.add_row(each.row.case_id, words_of(each.now), words_of(each.then))
    return table
