"""docs/messages.md: every notice in every form, with sample data. `python -m` prints it."""

import json
from collections.abc import Iterator, Sequence

from claims.notice_lines import Line
from claims.notice_words import Digest, digest
from claims.notices import AGENCY, AUDIENCES, CHANGES_TOLD, CLAIMING, KINDS, LAB, Kind
from claims.periods import day_of

TODAY = day_of(2025, 5, 17)
DUE = day_of(2025, 5, 31)
FACILITY, LABORATORY = "3501340006", "1401110011"
LINK, LEAVING = "https://gouji.invalid/cases", "https://gouji.invalid/mail/stop?t=..."
INTRO = """# Messages

What clinics, laboratories and the agency are told, written from claims/notice_*.py by `make docs`;
do not edit. Sample data. A facility is named by its code; no message holds an ID, a name or a date
of birth, and a test looks for them in every form.
"""
AUDIENCES_ZH = {CLAIMING: "申報院所", LAB: "代檢單位", AGENCY: "管理機關"}

DIGEST = "一日數則合併 digest"
BOTH = "兼為申報院所與代檢單位 both roles"

_ROUND = {
    "pickup_from": day_of(2025, 5, 1),
    "pickup_to": DUE,
    "paper_deadline": day_of(2025, 5, 28),
}
_SUMMARY = {
    "changes": {"claim_registered": 1240, "matched": 1105, "upload_overdue": 37},
    "open": {"pending": 18_250, "pending_error": 92, "late": 410, "open_missing": 265},
    "planned": 84,
    "unheard": 6,
    "parked": 1,
    "line_used": 2310,
    "line_monthly": 6000,
}


def _due(kind: str, programme: str, count: int, days: int) -> Line:
    return Line(kind, programme, count, TODAY + days, days, "R114-1", {})


def _changed(kind: str, programme: str, count: int, change: str = "") -> Line:
    return Line(kind, programme, count, None, None, "", {"change": change} if change else {})


SAMPLES: dict[str, tuple[Line, ...]] = {
    "correction_due": (
        _due("correction_due", "adult", 12, 14),
        _due("correction_due", "oral", 3, 1),
    ),
    "round_opened": (Line("round_opened", "oral", 8, DUE, 14, "R114-1", _ROUND),),
    "upload_due": (_due("upload_due", "child", 5, 3), _due("upload_due", "adult", 31, 7)),
    "import_refused": (_changed("import_refused", "", 23), _changed("import_refused", "", 4)),
    "note_reviewed": (
        _changed("note_reviewed", "oral", 2, "note_approved"),
        _changed("note_reviewed", "oral", 1, "note_refused"),
    ),
    "case_overdue": (_changed("case_overdue", "adult", 4),),
    "decision_made": (
        _changed("decision_made", "adult", 3, "payment_denied"),
        _changed("decision_made", "adult", 2, "recovery_ordered"),
        _changed("decision_made", "oral", 1, "decision_reversed"),
    ),
    "daily_summary": (Line("daily_summary", "", 0, None, None, "", _SUMMARY),),
}
"""Kind to lines of one digest."""


def rendered(audience: str, lines: Sequence[Line]) -> Digest:
    """A sample in words."""
    who = {CLAIMING: FACILITY, LAB: LABORATORY, AGENCY: ""}[audience]
    return digest({audience: lines}, TODAY, LINK, who, LEAVING)


def samples() -> Iterator[tuple[str, str, Digest]]:
    """Title, audience, message: every kind for everyone who hears it, and all kinds at once."""
    for kind in KINDS:
        for audience in kind.audiences:
            yield f"{kind.zh} {kind.name}", audience, rendered(audience, SAMPLES[kind.name])
    both = {CLAIMING: SAMPLES["correction_due"], LAB: SAMPLES["upload_due"]}
    yield BOTH, CLAIMING, digest(both, TODAY, LINK, FACILITY, LEAVING)
    for audience in AUDIENCES:
        kinds = [kind.name for kind in KINDS if audience in kind.audiences]
        lines = [line for name in kinds for line in SAMPLES[name]]
        yield DIGEST, audience, rendered(audience, lines)


def page() -> str:
    """The whole page."""
    parts = [INTRO, _register()]
    parts += [_shown(title, audience, message) for title, audience, message in samples()]
    return "\n".join(parts)


def _register() -> str:
    lines = ["| kind | 通知 | to | counts cases while in |", "|---|---|---|---|"]
    lines += [
        f"| `{kind.name}` | {kind.zh} | {', '.join(kind.audiences)} | {_states(kind)} |"
        for kind in KINDS
    ]
    return "\n".join(lines) + "\n"


def _states(kind: Kind) -> str:
    """Of a kind that tells of changes, for each change."""
    told = (t for t in CHANGES_TOLD if t.kind == kind.name)
    changes = "; ".join(f"{t.subject}: {', '.join(t.while_states)}" for t in told)
    return changes or ", ".join(kind.while_states) or "–"


def _shown(title: str, audience: str, message: Digest) -> str:
    """A kind as text; the digest, which has every kind of block in it, in all its forms."""
    text = f"""## {title} → {AUDIENCES_ZH[audience]}

* Mail subject 主旨: {message.subject}
* LINE alt text: {message.alt_text}

```text
{message.mail_text.rstrip()}
```
"""
    return text + (_forms(message) if title == DIGEST else "")


def _forms(message: Digest) -> str:
    flex = json.dumps(message.flex, ensure_ascii=False, indent=1)
    return f"""
<details><summary>LINE Flex</summary>

```json
{flex}
```
</details>

<details><summary>Mail HTML</summary>

```html
{message.mail_html.rstrip()}
```
</details>
"""


if __name__ == "__main__":
    print(page(), end="")
