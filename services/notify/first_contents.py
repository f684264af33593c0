"""The contents an empty database starts with: questions of the agency's letter, and links.

From then on they are the agency's, kept by the API: a start never brings back what was changed.
"""

import tomllib
from pathlib import Path
from typing import Any, NamedTuple

from services.notify.database import Connection

_FOLDER = Path(__file__).parent / "seed_contents"
# File to (kind, programme), in the order they are shown.
_FILES = {"adult": ("answer", "adult"), "child": ("answer", "child"), "links": ("link", "")}
BY = "first start"


class First(NamedTuple):
    """A row of notify.contents."""

    content_id: str
    kind: str
    programme: str
    title: str
    body: str
    url: str
    position: int


def first_contents() -> list[First]:
    """Everything of the folder, in order."""
    found: list[First] = []
    for name, (kind, programme) in _FILES.items():
        text = (_FOLDER / f"{name}.toml").read_text(encoding="utf-8")
        rows: list[dict[str, Any]] = tomllib.loads(text)["content"]
        for row in rows:
            body, place = row["body"].strip(), 10 * (len(found) + 1)
            found.append(First(row["id"], kind, programme, row["title"], body, row["url"], place))
    return found


async def fill(connection: Connection) -> int:
    """Into an empty table only; how many. Two processes that start at once fill it once."""
    if await connection.fetchval("select exists (select from notify.contents)"):
        return 0
    rows = first_contents()
    await connection.executemany(
        "insert into notify.contents"
        " (content_id, kind, programme, title, body, url, position, is_published, changed_by)"
        " values ($1, $2, $3, $4, $5, $6, $7, true, $8) on conflict do nothing",
        [(*row, BY) for row in rows],
    )
    return len(rows)
