"""Which parts of a result row are filled, and which mandatory columns are blank.

source: uploads.md sections 2 to 4 (columns S1, S2, BC); R-19, R-21, R-22.
"""

from functools import lru_cache

from claims.layouts import Layout, visit_column
from claims.periods import EPOCH_ORDINAL

BC_ONLY = "3"  # bc_history: 本次僅提供B、C肝炎檢查 (seed 001 adult Q5(1))
_NOTHING: tuple[str, ...] = ()


class Completeness:
    """The mandatory columns of one layout, ready to be compared with a row."""

    def __init__(self, layout: Layout) -> None:
        self._columns = layout.columns
        self._visit_column = visit_column(layout.programme)
        self._stages = {
            part: frozenset(column.name for column in layout.columns if column.part == part)
            for part in ("stage1", "stage2")
        }
        self._hepatitis = tuple(
            column.name for column in layout.columns if column.part == "hepatitis"
        )
        self._dated = tuple(
            column.mandatory_from.toordinal() - EPOCH_ORDINAL
            for column in layout.columns
            if column.mandatory_from is not None
        )
        self._required = lru_cache(maxsize=256)(self._find_required)

    def of(
        self, values: dict[str, str], days: dict[str, int]
    ) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
        """(filled, missing, blanks): blanks are the missing columns that are worth a warning.

        missing always counts the columns of the first stage, because the match decides what the
        claim asks for; a row that is for hepatitis alone is not warned about them.
        """
        names = values.keys()
        stage1 = not self._stages["stage1"].isdisjoint(names)
        stage2 = not self._stages["stage2"].isdisjoint(names)
        filled = tuple(name for name in self._hepatitis if name in values)
        if stage2:
            filled = ("stage2", *filled)
        if stage1:
            filled = ("stage1", *filled)
        visit = days.get(self._visit_column, 0)
        since = max((start for start in self._dated if start <= visit), default=0)
        required, together = self._required(
            stage2 or "stage2_date" in values, since, values.get("order_code", "")
        )
        missing = _NOTHING if together <= names else tuple(n for n in required if n not in values)
        if not stage1 and values.get("bc_history") == BC_ONLY:
            asked = ("birth_date", "sex", "hbsag", "anti_hcv")
            return filled, missing, tuple(name for name in asked if name not in values)
        if values.get("physical_exam") == "1" and "physical_note" not in values:
            return filled, missing, (*missing, "physical_note")
        return filled, missing, missing

    def _find_required(
        self, with_stage2: bool, since: int, order_code: str
    ) -> tuple[tuple[str, ...], frozenset[str]]:
        """Mandatory columns, for the newest dated demand that applies and for an order."""
        found = []
        for column in self._columns:
            if column.mandatory != "row" and not (column.mandatory == "stage2" and with_stage2):
                continue
            demanded = column.mandatory_from
            if demanded is not None and demanded.toordinal() - EPOCH_ORDINAL > since:
                continue
            if column.mandatory_for and order_code and order_code not in column.mandatory_for:
                continue
            found.append(column.name)
        return tuple(found), frozenset(found)
