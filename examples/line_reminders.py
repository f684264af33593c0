"""Who was told what, by topic `reminders`: plain aiokafka and fastavro, no code of ours.

    python examples/line_reminders.py localhost:9092 schemas/avro reminders.sqlite

A fact may arrive twice; its event_id is the same then, and the second is dropped. So no position is
kept: started again, it reads from the beginning and keeps only what it does not have yet.
"""

import asyncio
import json
import sqlite3
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaConsumer
from fastavro import parse_schema, schemaless_reader
from fastavro.schema import fingerprint, to_parsing_canonical_form

TABLE = """CREATE TABLE IF NOT EXISTS fact (event_id TEXT PRIMARY KEY, fact TEXT, notice_id TEXT,
    kind TEXT, facility_id TEXT, channel TEXT, reason TEXT, count INTEGER, at_ms INTEGER)"""
KEEP = """INSERT OR IGNORE INTO fact VALUES (:event_id, :fact, :notice_id, :kind, :facility_id,
    :channel, :reason, :count, :at_ms)"""
SAY = "{fact} {kind} facility={facility_id} count={count} channel={channel} reason={reason}"


def schemas_in(folder: Path) -> dict[bytes, Any]:
    """Every version by the ten bytes a message begins with (Avro single-object encoding)."""
    found = {}
    for path in sorted(folder.glob("reminders.v*.avsc")):
        schema = json.loads(path.read_text(encoding="utf-8"))
        mark = fingerprint(to_parsing_canonical_form(schema), "CRC-64-AVRO")
        found[b"\xc3\x01" + bytes.fromhex(mark)] = parse_schema(schema)
    return found


async def listen(brokers: str, schemas: dict[bytes, Any], known: sqlite3.Connection) -> None:
    """Until stopped."""
    options = {"isolation_level": "read_committed", "auto_offset_reset": "earliest"}
    async with AIOKafkaConsumer(
        "reminders", bootstrap_servers=brokers, group_id=None, **options
    ) as reader:
        while True:
            for messages in (await reader.getmany(timeout_ms=1000)).values():
                with known:
                    for message in messages:
                        schema = schemas[message.value[:10]]
                        event: Any = schemaless_reader(BytesIO(message.value[10:]), schema, None)
                        if known.execute(KEEP, event).rowcount:
                            print(SAY.format_map(event), flush=True)


if __name__ == "__main__":
    address, folder, file = sys.argv[1:]
    with sqlite3.connect(file) as facts:
        facts.execute(TABLE)
        asyncio.run(listen(address, schemas_in(Path(folder)), facts))
