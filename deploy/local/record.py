"""What a stack is now, on disk for whoever asks: .run/stack.json.

The supervisor alone writes it; `up`, `status`, `down` and the demo read it.
"""

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path

from deploy.local.processes import Started


@dataclass(slots=True)
class Entry:
    """One process of the stack."""

    name: str
    started: Started
    log: str
    metrics_port: int | None = None
    restarts: int = 0


@dataclass(slots=True)
class Record:
    """The addresses of a stack and everything it started."""

    mark: str
    supervisor: Started
    kafka_brokers: str
    database_url: str
    # Where its processes answer over HTTP, by name.
    doors: dict[str, str]
    # "starting", "ready", "stopping", or "failed: why"
    phase: str = "starting"
    entries: dict[str, Entry] = field(default_factory=dict)

    @property
    def http(self) -> str:
        """The door of ingest, where files are handed in."""
        return self.doors["ingest"]

    def write(self, folder: Path) -> None:
        """Replace the file at once: a reader sees the old one or the new one, never half."""
        unfinished = folder / "stack.json.new"
        unfinished.write_text(json.dumps(asdict(self), indent=1), encoding="utf-8")
        os.replace(unfinished, folder / "stack.json")

    @classmethod
    def read(cls, folder: Path) -> "Record | None":
        """The record of the stack in this folder; None when nothing was started there."""
        try:
            raw = json.loads((folder / "stack.json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        entries = {
            name: Entry(**{**entry, "started": Started(**entry["started"])})
            for name, entry in raw.pop("entries").items()
        }
        return cls(**{**raw, "supervisor": Started(**raw["supervisor"]), "entries": entries})

    @staticmethod
    def forget(folder: Path) -> None:
        (folder / "stack.json").unlink(missing_ok=True)
