"""docs/rules.md: the rules in force, written from tables and registers, each value with its mark.

`python -m claims.rules_page` prints it. A new section is one line in SECTIONS.
"""

from collections.abc import Callable, Iterable, Sequence

from claims import legal_actions, states
from claims.dated import read_table
from claims.programmes import Eligibility, Interval, programmes
from claims.reasons import REASONS

INTRO = """# Rules

Written from claims/tables and the registers of claims/ by `make docs`; do not edit.

| Mark | Meaning |
|---|---|
| seed, law (or a named seed or ruling) | confirmed 已確認 |
| public | public source, not confirmed 公開資料，未經確認：只提示，不拒絕 |
| assumption | assumption 假設：只提示，不拒絕 |
| unknown | not known 未知：以預設值處理，只提示 |

No rule of age or interval refuses a claim or undoes a match, whatever its mark: it only hints.
"""

Rows = Iterable[Sequence[str]]


def table(titles: Sequence[str], rows: Rows) -> str:
    """A Markdown table; bars and line ends inside a cell are made harmless."""
    lines = [titles, ["---"] * len(titles), *rows]
    return "".join(f"| {' | '.join(_cell(text) for text in line)} |\n" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split()) or "–"


def _mark(mark: str) -> str:
    """``seed 001 …`` stands confirmed; so does a ruling or a section that names its seed."""
    first = mark.split(maxsplit=1)[0] if mark else ""
    return f"{mark} (confirmed)" if first in ("seed", "law") else mark


def orders() -> str:
    return table(
        (
            "Order 醫令代碼",
            "Programme",
            "Asks for",
            "zh",
            "en",
            "Pair or companion",
            "Tooth",
            "Mark",
        ),
        (
            (
                *(order.code, order.programme, order.requirement, order.name_zh, order.name_en),
                *(order.pair or order.companion, order.tooth, _mark(order.mark)),
            )
            for order in programmes().twin.orders
        ),
    )


def _dates(first: object, last: object) -> str:
    since = "" if str(first) == "0001-01-01" else str(first)
    until = "" if str(last) == "9999-12-31" else str(last)
    return f"{since or 'open'} – {until or 'open'}"


def _age(row: Eligibility) -> str:
    parts = []
    if row.age_style != "none":
        low = "" if row.age_min is None else f"{row.age_min} ≤ "
        sign = "<" if row.age_max_exclusive else "≤"
        high = "" if row.age_max is None else f" {sign} {row.age_max}"
        parts.append(f"{low}{row.age_style}{high}")
    parts += [f"born from {row.born_from}"] if row.born_from else []
    parts += [f"born to {row.born_to}"] if row.born_to else []
    return ", ".join(parts)


def _interval(interval: Interval | None, once: bool) -> str:
    if once:
        return "once 一生一次"
    if interval is None:
        return ""
    against = f", against {' '.join(interval.against)}" if interval.against else ""
    return f"{interval.n} {interval.unit} ({interval.style}){against}"


def eligibility() -> str:
    return "A claim is eligible when any row valid on its visit date passes.\n\n" + table(
        ("Row", "Orders", "Valid", "Age", "Interval", "Condition (not judged)", "On fail", "Mark"),
        (
            (
                *(row.id, " ".join(row.orders), _dates(row.valid_from, row.valid_to), _age(row)),
                *(_interval(row.interval, row.once_in_life), row.condition, row.on_fail),
                _mark(row.mark),
            )
            for row in programmes().twin.eligibility
        ),
    )


def match_keys() -> str:
    return table(
        ("Key 比對鍵", "Claim 申報", "Result 上傳", "Compared 檢核", "Locked 鎖定", "From", "Mark"),
        (
            (
                *(key.id, ", ".join(key.claim), ", ".join(key.result), ", ".join(key.compare)),
                *(", ".join((*key.locked, *key.locked_if_positive)), key.lock_from),
                _mark(key.mark),
            )
            for key in programmes().twin.match_keys
        ),
    )


def deadlines() -> str:
    rows = read_table("deadlines.toml")["upload_window"]
    return table(
        ("Service 服務日", "Days 天數", "Source", "Mark"),
        (
            (
                _dates(row.get("since", "0001-01-01"), row.get("until", "9999-12-31")),
                f"{row['window_days']}, day 1 is the 1st of the month after service",
                row["source"],
                _mark(row["mark"]),
            )
            for row in rows
        ),
    )


def case_identity() -> str:
    rows = read_table("claim_files.toml")["case_identity"]
    return table(
        ("申報類別", "申報日期 is part of the identity", "Source", "Mark"),
        (
            (
                row["appl_type"],
                "yes" if row["case_identity_uses_t6"] else "no",
                row["source"],
                _mark(row["mark"]),
            )
            for row in rows
        ),
    )


def habits() -> str:
    return "seed 000 §三.1: hard (confirmed); the reading of the levels is an assumption.\n\n" + (
        table(
            ("Order", "Eligible (any of)", "Doubtful: satisfies with a hint", "On fail"),
            (
                (code, "; ".join(rule.eligible), "; ".join(rule.doubtful), rule.on_fail)
                for code, rule in programmes().habit_rules.items()
            ),
        )
    )


def _named(codes: Iterable[str]) -> str:
    return ", ".join(f"{code} {states.ZH.get(code, '')}".strip() or "(new)" for code in codes)


def transitions() -> str:
    return "Names of states and events are our vocabulary (assumption).\n\n" + table(
        ("Row", "From", "Trigger", "Guard", "To", "Event"),
        (
            (
                *(step.row, _named(step.origins), step.trigger, step.guard),
                *(_named(step.targets), step.change),
            )
            for step in states.TRANSITIONS
        ),
    )


def legal() -> str:
    return table(
        ("Programme", "State", "Situation", "Legal actions", "Mark"),
        (
            (
                *(", ".join(row.programmes), _named(row.states), row.situation or "any"),
                ", ".join(f"{code} {legal_actions.ZH[code]}" for code in row.actions) or "none",
                _mark(row.mark),
            )
            for row in legal_actions.LEGAL
        ),
    )


def reasons() -> str:
    return "Who acts: C clinic, A agency, L laboratory, - nobody.\n\n" + table(
        ("Code", "zh", "en", "Kind", "Who", "Fix"),
        ((each.code, each.zh, each.en, each.kind, each.who, each.fix) for each in REASONS),
    )


SECTIONS: tuple[tuple[str, Callable[[], str]], ...] = (
    ("Order codes 醫令代碼", orders),
    ("Eligibility 資格與間隔", eligibility),
    ("Match keys 比對鍵", match_keys),
    ("Upload deadline 上傳期限", deadlines),
    ("Identity of a case 案件鍵", case_identity),
    ("Habits 菸檳行為", habits),
    ("States and transitions 狀態與轉移", transitions),
    ("Legal actions 可執行之動作", legal),
    ("Reason codes 原因代碼", reasons),
)


def page() -> str:
    return INTRO + "".join(f"\n## {title}\n\n{render()}" for title, render in SECTIONS)


if __name__ == "__main__":
    print(page(), end="")
