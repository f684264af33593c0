"""Fixed-width result files, by the byte ranges that the maps in services/ingest/layouts publish.

The maps are read as documents, the way a clinic's software house would read them.
"""

import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from bench.region.layouts import Row

MAPS = {"adult": "AF-2026.1", "child": "CF-2026.1", "oral": "OF-2026.1"}
FOLDER = Path(__file__).resolve().parents[2] / "services" / "ingest" / "layouts"


@cache
def ranges(programme: str) -> dict[str, tuple[int, int]]:
    """First byte from 0 and number of bytes of every column."""
    text = (FOLDER / f"{programme}.{MAPS[programme]}.toml").read_text(encoding="utf-8")
    columns = tomllib.loads(text)["columns"]
    return {name: (where["start"] - 1, where["bytes"]) for name, where in columns.items()}


def fixed_width(programme: str, rows: Sequence[Row]) -> bytes:
    """One record a line in CP950, blanks between the fields."""
    return b"".join((_record(programme, row) if row else b"") + b"\r\n" for row in rows)


def _record(programme: str, row: Row) -> bytes:
    places = ranges(programme)
    record = bytearray(b" " * max(start + size for start, size in places.values()))
    for name, text in row.items():
        start, size = places[name]
        data = text.encode("cp950")
        if len(data) > size:
            raise ValueError(f"{name} does not fit {size} bytes")
        record[start : start + len(data)] = data
    return bytes(record)
