"""How long the codec takes for a claim row and for a result row, beside plain fastavro."""

import io
import resource
import subprocess
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import fastavro
import msgspec

from claims.events import ClaimLine, Claims, Records, ResultItem
from pipeline.codec import HEADER_BYTES, Codec
from pipeline.schemas import Schemas
from pipeline.topics import ROOT

ROWS = 500
ROUNDS = 40


def a_claim(row_no: int) -> ClaimLine:
    """One row as the reader of claim files makes it, of an invented person."""
    case = f"3501340006/11403/1/A3/{row_no}"
    return ClaimLine(
        row_no=row_no,
        claim_id=f"{case}/1",
        case_key=case,
        person_id="A172949959",
        birth_date=-3000 - row_no % 9000,
        subject_birth_date=-3000 - row_no % 9000,
        is_newborn=False,
        newborn_mark="",
        visit_date=20150 + row_no % 28,
        fee_month=202503,
        appl_type="1",
        appl_date=20190,
        case_type="A3",
        card_serial="IC21",
        order_code="21",
        programme="adult",
        requirement="stage1",
        tooth="",
        points="520",
        priced=True,
        service_facility_id="",
        lab_facility_id="",
        warnings=(),
        details={},
    )


def a_result(row_no: int) -> ResultItem:
    """One row as validate hands it to match."""
    return ResultItem(
        row_no=row_no,
        record_id=f"S0123456789abcdef01234567:{row_no}",
        action="row",
        command_id="",
        target_id="",
        seen_version=0,
        programme="adult",
        person_id="A172949959",
        birth_date=-3000 - row_no % 9000,
        visit_date=20150 + row_no % 28,
        stage2_date=None,
        order_code="",
        newborn_mark="",
        values={"bc_history": "1", "smoking": "0"},
        filled=("stage1", "hbsag", "anti_hcv"),
        missing=(),
        content_hash="0123456789abcdef0123456789abcdef",
        sealed_row=bytes(400),
        seal_key_id="seal-1",
        warnings=(),
    )


def messages() -> dict[str, Any]:
    """A full part of claims as ingest sends it, and one of results as validate does."""
    head: dict[str, Any] = {
        "event_id": "S0123456789abcdef01234567/1",
        "submission_id": "S0123456789abcdef01234567",
        "part_no": 1,
        "part_count": 1,
        "facility_id": "3501340006",
        "received_on": 20190,
    }
    claims = tuple(a_claim(row_no) for row_no in range(1, ROWS + 1))
    results = tuple(a_result(row_no) for row_no in range(1, ROWS + 1))
    return {
        "claim": Claims(**head, source="claim-xml", rows=claims, withdrawals=()),
        "result": Records(**head, claims=(), withdrawals=(), results=results),
    }


def run(rounds: int = ROUNDS) -> list[dict[str, Any]]:
    """Microseconds a row, the best of several rounds: the others measure the neighbours."""
    schemas = Schemas.read(ROOT / "schemas" / "avro")
    codec = Codec(schemas, [Claims, Records])
    lines = []
    for name, event in messages().items():
        value = codec.encode(event)
        schema = fastavro.parse_schema(schemas.by_header[value[:HEADER_BYTES]].source)
        plain = msgspec.to_builtins(event, builtin_types=(bytes,))
        works: dict[str, Callable[[], Any]] = {
            "encode": partial(codec.encode, event),
            "decode": partial(codec.decode, value),
            "fastavro-encode": partial(_fastavro_encode, schema, plain),
            "fastavro-decode": partial(_fastavro_decode, schema, value[HEADER_BYTES:]),
        }
        lines += [
            _measured(f"codec {name} row {what}", work, rounds) for what, work in works.items()
        ]
    return lines


def _fastavro_encode(schema: Any, plain: Any) -> bytes:
    out = io.BytesIO()
    fastavro.schemaless_writer(out, schema, plain)
    return out.getvalue()


def _fastavro_decode(schema: Any, body: bytes) -> Any:
    return fastavro.schemaless_reader(io.BytesIO(body), schema, None)


def _measured(name: str, work: Callable[[], Any], rounds: int) -> dict[str, Any]:
    wall, cpu = time.perf_counter(), time.process_time()
    best = float("inf")
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - began)
    return {
        "name": name,
        "value": round(best / ROWS * 1e6, 2),
        "unit": "us/row",
        "rows": ROWS * rounds,
        "cpu_s": round(time.process_time() - cpu, 3),
        "wall_s": round(time.perf_counter() - wall, 3),
        "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "commit": _commit(),
    }


def _commit() -> str:
    asked = ["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"]
    said = subprocess.run(asked, capture_output=True, text=True, check=False)
    return said.stdout.strip() or "none"


if __name__ == "__main__":
    for line in run():
        print(f"{line['name']:36} {line['value']:7.2f} {line['unit']}")
