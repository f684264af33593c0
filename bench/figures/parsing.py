"""How fast ingest reads: claim XML, the agency's extract, result files; one process, no network."""

import os
import tempfile
import time
from pathlib import Path

from bench.figures.line import Line, line, memory_mb
from bench.figures.workload import RECEIVED, Cells, persons
from bench.region.claim_xml import claim_file
from bench.region.dates import MONTHS
from bench.region.facts import Case, Sheet
from bench.region.facts import Line as OrderLine
from bench.region.result_files import result_file
from bench.region.world import facilities
from claims.layouts import layout
from services.ingest.reading.api import CaseRead, Maps, Uploader, open_submission

LINES = 40_000


def run() -> list[Line]:
    with tempfile.TemporaryDirectory(prefix="gouji-bench-") as name:
        folder = Path(name)
        return [
            _measured("parse claim xml", _claim_xml(folder), "claim-xml", "lines/s"),
            _measured("parse adult csv", _adult_csv(folder), "adult", "rows/s"),
        ]


def _claim_xml(folder: Path) -> tuple[Path, str]:
    month, facility = MONTHS[2], facilities(1)[0]
    sheet = Sheet(facility.code, month.fee_month, "1", "1140410", month.claims)
    cases = [
        Case(
            sheet,
            number,
            "A3",
            {"d3": person.person_id, "d9": "1140313", "d11": "0650101", "d29": "IC21"},
            [OrderLine("21", "1"), OrderLine("L1001C", "2")],
        )
        for number, person in enumerate(persons(LINES // 2), 1)
    ]
    file = folder / "claims.xml"
    file.write_bytes(claim_file(sheet, cases, padded=False))
    return file, facility.code


def _adult_csv(folder: Path) -> tuple[Path, str]:
    cells, names = Cells(), layout("adult").names
    adults = [person for person in persons(LINES * 5 // 3) if person.programme == "adult"]
    rows = [dict(zip(names, cells.of(person), strict=True)) for person in adults]
    file = folder / "adult.csv"
    file.write_bytes(result_file(facilities(1)[0], "adult", rows))
    return file, adults[0].facility


def _measured(name: str, source: tuple[Path, str], kind: str, unit: str) -> Line:
    """Opening included: the door does both before it answers."""
    file, facility = source
    cpu, wall = time.process_time(), time.perf_counter()
    uploader = Uploader(facility, (facility,))
    with open_submission(file, kind, uploader, RECEIVED, Maps.read()) as reading:
        assert not reading.refused, reading.refused
        rows = sum(len(read.lines) if isinstance(read, CaseRead) else 1 for read in reading)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return line(name, rows / wall, unit, rows, cpu, wall, memory_mb(os.getpid()))
