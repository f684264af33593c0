"""A recovery ledger that listens to topic `clawback`: plain aiokafka and fastavro, no code of ours.

    python examples/recovery_ledger.py localhost:9092 schemas/avro recovery.sqlite

What it knows and how far it has read change in one SQLite transaction, so a crash anywhere neither
loses nor repeats a recovery. See README.md beside it.
"""

import asyncio
import json
import sqlite3
import sys
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from fastavro import parse_schema, schemaless_reader
from fastavro.schema import fingerprint, to_parsing_canonical_form

TOPIC = "clawback"
TABLES = """
CREATE TABLE IF NOT EXISTS position (part INTEGER PRIMARY KEY, next INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS recovery (order_id TEXT PRIMARY KEY, sequence INTEGER NOT NULL,
    phase TEXT NOT NULL, facility_id TEXT, fee_month INTEGER, case_id TEXT, points TEXT);
"""
KEEP = """
INSERT INTO recovery VALUES (:order_id, :sequence, :phase, :facility_id, :fee_month, :case_id,
    :points) ON CONFLICT (order_id) DO UPDATE SET sequence = excluded.sequence,
    phase = excluded.phase, facility_id = excluded.facility_id, fee_month = excluded.fee_month,
    points = excluded.points WHERE excluded.sequence > sequence
"""


def schemas_in(folder: Path) -> dict[bytes, Any]:
    """Every version by the ten bytes a message begins with (Avro single-object encoding)."""
    found = {}
    for path in sorted(folder.glob("clawback.v*.avsc")):
        schema = json.loads(path.read_text(encoding="utf-8"))
        mark = fingerprint(to_parsing_canonical_form(schema), "CRC-64-AVRO")
        found[b"\xc3\x01" + bytes.fromhex(mark)] = parse_schema(schema)
    return found


def totals(books: sqlite3.Connection) -> dict[str, tuple[int, Decimal]]:
    """Per phase: how many recoveries stand there, and their points."""
    sums: dict[str, tuple[int, Decimal]] = {}
    for phase, points in books.execute("SELECT phase, points FROM recovery"):
        count, total = sums.get(phase, (0, Decimal(0)))
        sums[phase] = count + 1, total + Decimal(points)
    return sums


async def listen(brokers: str, schemas: dict[bytes, Any], books: sqlite3.Connection) -> None:
    """Until stopped. A message of an unknown version stops it too: nothing is ever skipped."""
    options = {"isolation_level": "read_committed", "auto_offset_reset": "earliest"}
    async with AIOKafkaConsumer(
        TOPIC, bootstrap_servers=brokers, group_id=None, **options
    ) as reader:
        for number, offset in books.execute("SELECT part, next FROM position").fetchall():
            reader.seek(TopicPartition(TOPIC, number), offset)
        while True:
            for part, messages in (await reader.getmany(timeout_ms=1000, max_records=200)).items():
                with books:  # one transaction: what is known, and how far it was read
                    for message in messages:
                        schema = schemas[message.value[:10]]
                        event: Any = schemaless_reader(BytesIO(message.value[10:]), schema, None)
                        books.execute(KEEP, event)
                    after = (part.partition, messages[-1].offset + 1)
                    books.execute("INSERT OR REPLACE INTO position VALUES (?, ?)", after)
                for phase, (count, points) in sorted(totals(books).items()):
                    print(f"{phase}: {count} recoveries, {points} points", flush=True)


if __name__ == "__main__":
    address, folder, file = sys.argv[1:]
    with sqlite3.connect(file) as ledger:
        ledger.executescript(TABLES)
        asyncio.run(listen(address, schemas_in(Path(folder)), ledger))
