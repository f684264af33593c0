"""All column maps of an installation, and which of them reads a file."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from services.ingest.reading.column_map import ColumnMap, MapError, read_map
from services.ingest.reading.container import Container
from services.ingest.reading.findings import FileRefused
from services.ingest.reading.placement import first_cells, lacking, place

LAYOUTS = Path(__file__).resolve().parent.parent / "layouts"


class Maps:
    """Raises MapError when two maps share a version, or two defaults of a programme a first day."""

    def __init__(self, maps: Iterable[ColumnMap]) -> None:
        self._maps: dict[str, ColumnMap] = {}
        days: dict[tuple[str, int], str] = {}
        for one in maps:
            if one.head.version in self._maps:
                raise MapError(one.file, f"version {one.head.version} stands twice")
            self._maps[one.head.version] = one
            if one.is_fixed:
                continue
            other = days.setdefault((one.head.programme, one.valid_from), one.file)
            if other != one.file:
                raise MapError(one.file, f"valid from the same day as {other}")

    @classmethod
    def read(cls, folder: Path = LAYOUTS) -> "Maps":
        """All maps of a folder; the product's own by default. Raises MapError, OSError."""
        return cls(read_map(path) for path in sorted(folder.glob("*.toml")))

    @property
    def versions(self) -> tuple[str, ...]:
        return tuple(self._maps)

    def named(self, version: str) -> ColumnMap:
        """Raises FileRefused: F_MAP."""
        found = self._maps.get(version)
        if found is None:
            raise FileRefused("F_MAP", version[:40], " ".join(self._maps))
        return found

    def valid(self, programme: str, received_on: int) -> ColumnMap | None:
        """The newest map of a programme that is valid on a day. Fixed-width maps must be named: no
        header would tell that they do not fit."""
        fitting = [
            one
            for one in self._maps.values()
            if one.head.programme == programme
            and not one.is_fixed
            and one.valid_from <= received_on
        ]
        return max(fitting, key=lambda one: one.valid_from, default=None)

    def of_programme(self, programme: str, received_on: int) -> ColumnMap:
        """Raises FileRefused: F_MAP."""
        found = self.valid(programme, received_on)
        if found is None:
            raise FileRefused("F_MAP", programme)
        return found

    def choose(
        self, container: Container, programmes: Iterable[str], received_on: int
    ) -> ColumnMap:
        """The map whose columns the header of the file names best; none of its required columns may
        be missing. Raises FileRefused: F_MAP, COLUMN_MISSING."""
        best: tuple[bool, int] = (False, 0)
        chosen: ColumnMap | None = None
        cells: dict[tuple[str, str], list[str | date]] = {}
        for programme in programmes:
            candidate = self.valid(programme, received_on)
            if candidate is None or not candidate.head.header:
                continue
            way = (candidate.head.encoding, candidate.head.delimiter)
            if way not in cells:
                cells[way] = first_cells(container, candidate)
            places = place(candidate, cells[way])
            score = (not lacking(candidate, places), len(places))
            if score > best:
                best, chosen = score, candidate
        if chosen is None:
            raise FileRefused("F_MAP")
        return chosen
