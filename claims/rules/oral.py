"""口腔黏膜檢查: payer, indigenous status and habits (支付方式, 原住民, 菸檳行為).

source: seed 000 section 1 table and 3.1; programmes.toml [habit_rules]; R-32
"""

from functools import lru_cache
from typing import NamedTuple

from claims.model import Claim, Reason, Result
from claims.programmes import programmes
from claims.rules.evidence import Evidence

PREVENTION = "1"


class Term(NamedTuple):
    """``column == n`` or ``column >= n``."""

    column: str
    exactly: bool
    level: int

    def holds(self, values: dict[str, str]) -> bool:
        """A blank answer proves nothing, so it does not hold."""
        said = values.get(self.column, "")
        if not said.isdigit():
            return False
        return int(said) == self.level if self.exactly else int(said) >= self.level


class Habits(NamedTuple):
    """The rule of one order. ``eligible`` or ``doubtful`` satisfies, the latter with a hint."""

    indigenous: bool
    eligible: tuple[tuple[Term, ...], ...]
    doubtful: tuple[tuple[Term, ...], ...]
    says: str


def _terms(text: str) -> tuple[Term, ...]:
    terms = []
    for part in text.split(" and "):
        column, sign, level = part.split()
        terms.append(Term(column, sign == "==", int(level)))
    return tuple(terms)


def _habits_only(text: str) -> tuple[Term, ...]:
    return tuple(term for term in _terms(text) if term.column != "indigenous")


@lru_cache(maxsize=64)
def habits_of(order_code: str) -> Habits | None:
    """The habit rule of an order; None when it has none.

    Indigenous status is judged by its own rule, so its terms are left out here.
    """
    rule = programmes().habit_rules.get(order_code)
    if rule is None:
        return None
    every = rule.eligible + rule.doubtful
    return Habits(
        indigenous=any(term.column == "indigenous" for text in every for term in _terms(text)),
        eligible=tuple(_habits_only(text) for text in rule.eligible),
        doubtful=tuple(_habits_only(text) for text in rule.doubtful),
        says=" or ".join(rule.eligible),
    )


def _any(alternatives: tuple[tuple[Term, ...], ...], values: dict[str, str]) -> bool:
    return any(all(term.holds(values) for term in terms) for terms in alternatives)


def payer_is_prevention(claim: Claim, result: Result, evidence: Evidence) -> tuple[Reason, ...]:
    payer = result.values.get("payer", "")
    return () if payer == PREVENTION else (Reason("PAYER_NOT_1", "payer", PREVENTION, payer),)


def indigenous_is_1_where_asked(
    claim: Claim, result: Result, evidence: Evidence
) -> tuple[Reason, ...]:
    """Order 97 is for indigenous people of 18 to 29."""
    rule = habits_of(claim.order_code)
    if rule is None or not rule.indigenous:
        return ()
    said = result.values.get("indigenous", "")
    return () if said == "1" else (Reason("INDIGENOUS_MISMATCH", "indigenous", "1", said),)


def habit_fits_order(claim: Claim, result: Result, evidence: Evidence) -> tuple[Reason, ...]:
    """Outside the subsidy standard there is no completion; a correcting row that still fails says
    so with a code of its own."""
    rule = habits_of(claim.order_code)
    values = result.values
    if rule is None or _any(rule.eligible, values) or _any(rule.doubtful, values):
        return ()
    code = "HABIT_MISMATCH" if result.version == 1 else "HABIT_NOT_ELIGIBLE"
    found = f"betel={values.get('betel', '')} smoking={values.get('smoking', '')}"
    return (Reason(code, "betel,smoking", rule.says, found),)


def habits_that_fit(order_code: str, values: dict[str, str]) -> dict[str, str]:
    """The answers of the first eligible alternative; none where the given ones do, or no rule."""
    rule = habits_of(order_code)
    if rule is None or _any(rule.eligible, values) or not rule.eligible:
        return {}
    return {term.column: str(term.level) for term in rule.eligible[0]}


def habit_is_doubtful(order_code: str, result: Result) -> bool:
    """Satisfied by a habit given up alone: worth a hint."""
    rule = habits_of(order_code)
    return (
        rule is not None
        and not _any(rule.eligible, result.values)
        and _any(rule.doubtful, result.values)
    )
