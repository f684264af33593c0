"""What the planner reads, built in one line each, and a planner over a real database."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

import asyncpg

from claims.agency_events import FacilityRenamed, RoundClosed, RoundOpened
from claims.events import CaseChanged, ImportReported, RowOutcome, SweepFinished
from claims.periods import iso_text
from claims.reminder_events import Reminders
from claims.states import EXCEPTIONS
from pipeline.clock import FixedClock
from pipeline.message import Address, Message
from pipeline.postgres_ledger import PostgresLedger
from services.notify.handler import IMPORTS, JOURNAL, NotifyHandler
from services.notify.plans import Plans, Reach
from services.notify.sinks import imports_sink, journal_sink
from tests.support.contracts import CODEC

CLINIC, OTHER_CLINIC, LABORATORY = "3501340006", "3501340015", "1401110011"
DUE = 20_240
WRITTEN_MS = 1_750_000_000_000
LADDER = (14, 7, 3, 1)
TABLES = (
    "cases, rounds, sweeps, milestones, import_parts, day_counts, notices, notice_cases, facts, "
    "digests, deliveries, users, applications, contacts, bindings, budgets"
)


def a_case(case_id: str, sequence: int = 1, state: str = "pending", **fields: Any) -> CaseChanged:
    """A step of a case of CLINIC, adult, due on DUE; any field by its name."""
    known: dict[str, Any] = {
        "event_id": f"{case_id}#{sequence}",
        "case_id": case_id,
        "sequence": sequence,
        "change": "claim_registered" if sequence == 1 else "mismatch_found",
        "occurred_on": DUE - 20,
        "caused_by": "test",
        "facility_id": CLINIC,
        "case_key": case_id,
        "programme": "adult",
        "requirement": "stage1",
        "order_code": "21",
        "visit_date": DUE - 80,
        "fee_month": 202503,
        "points": "520",
        "lab_facility_id": "",
        "person_masked": "A1234*****",
        "person_key": "k",
        "publish_key_id": "publish-1",
        "person_sealed": b"sealed",
        "birth_date_sealed": b"sealed",
        "seal_key_id": "seal-1",
        "previous_state": "",
        "state": state,
        "system_status": 1 if state in EXCEPTIONS else 0,
        "is_late": False,
        "completed_on": None,
        "result_sign": "",
        "reasons": (),
        "hints": (),
        "nearest": (),
        "shortest_fix": (),
        "allowed_actions": (),
        "due_on": DUE,
        "round_id": "",
        "rule_version": "r1",
        "evidence": (),
    }
    return CaseChanged(**{**known, **fields})


def a_sweep(cause: str, day: int, partition: int = 0) -> SweepFinished:
    return SweepFinished(f"{cause}/{partition}", 1, day, partition, 0, 0, cause)


def day_over(day: int, partition: int = 0) -> SweepFinished:
    return a_sweep(f"day-closed/{iso_text(day)}", day, partition)


def a_round(round_id: str = "R1", **fields: Any) -> RoundOpened:
    known: dict[str, Any] = {
        "event_id": f"round-opened/{round_id}",
        "round_id": round_id,
        "programme": "adult",
        "service_from": DUE - 200,
        "service_to": DUE - 100,
        "pickup_from": DUE - 30,
        "pickup_to": DUE,
        "correction_deadline": DUE,
        "paper_deadline": None,
        "opened_on": DUE - 30,
    }
    return RoundOpened(**{**known, **fields})


def a_report(
    submission: str, part: int, refused: int, stored: int = 0, facility: str = CLINIC
) -> ImportReported:
    outcomes = ["refused"] * refused + ["stored"] * stored
    rows = tuple(
        RowOutcome(number, outcome, f"{submission}:{number}", "", "", 0, (), ())
        for number, outcome in enumerate(outcomes, 1)
    )
    id = f"{submission}/{part}/validate"
    return ImportReported(id, submission, part, 0, facility, "validate", rows)


Event = CaseChanged | SweepFinished | RoundOpened | RoundClosed | FacilityRenamed | ImportReported


class Planner:
    """Partitions of the planner over one database; ``give`` is one transaction of one partition."""

    def __init__(
        self, pool: "asyncpg.Pool[asyncpg.Record]", partitions: int = 1, newest: int | None = None,
        news_days: int = 14,
    ) -> None:  # fmt: skip
        self.pool, self.clock = pool, FixedClock()
        self._partitions = partitions
        reach = None if newest is None else Reach(newest, WRITTEN_MS)
        self._plans = Plans(LADDER, partitions, news_days, reach)
        self._handler = NotifyHandler(CODEC)
        self._ledgers: dict[int, PostgresLedger] = {}
        self._offset = 0
        self.written_ms = WRITTEN_MS

    async def give(self, *events: Event, partition: int = 0) -> None:
        ledger = await self._ledger(partition)
        for event in events:
            self._take(ledger, event)
        await ledger.commit()

    async def _ledger(self, partition: int) -> PostgresLedger:
        if partition not in self._ledgers:
            sinks = {
                JOURNAL: journal_sink(partition, self._plans, CODEC, self.clock),
                IMPORTS: imports_sink(self._plans, CODEC, self.clock),
            }
            ledger = PostgresLedger(
                self.pool, "notify", partition, self._handler.packer, sinks,
                partitions=self._partitions,
            )  # fmt: skip
            await ledger.open()
            self._ledgers[partition] = ledger
        return self._ledgers[partition]

    def _take(self, ledger: PostgresLedger, event: Event) -> None:
        self._offset += 1
        at = Address("case-changed", ledger.partition, self._offset)
        for fact in self._handler.facts(
            ledger, Message(at, b"k", CODEC.encode(event), self.written_ms)
        ):
            self._handler.take(ledger, fact)

    # -- what is there

    async def notices(self, *columns: str, state: str = "planned") -> list[tuple[Any, ...]]:
        """Chosen columns of the notices to clinics and laboratories in a state, sorted."""
        rows = await self.pool.fetch(
            f"select {', '.join(columns)} from notify.notices where state = $1"
            " and audience <> 'agency'",
            state,
        )
        return sorted(tuple(row) for row in rows)

    async def facts(self) -> list[Reminders]:
        """In the order in which they were written; without the daily summary."""
        rows = await self.pool.fetch("select value from notify.facts order by number")
        facts = [CODEC.decode(row["value"]) for row in rows]
        return [fact for fact in facts if fact.audience != "agency"]

    async def cases_of(self, notice_id: str) -> list[str]:
        rows = await self.pool.fetch(
            "select case_id from notify.notice_cases where notice_id = $1 order by 1", notice_id
        )
        return [row["case_id"] for row in rows]


async def emptied(pool: "asyncpg.Pool[asyncpg.Record]") -> None:
    """As if the planner had never run."""
    names: Iterable[str] = (f"notify.{name.strip()}" for name in TABLES.split(","))
    await pool.execute(f"truncate {', '.join(names)} cascade")
    await pool.execute("delete from pipeline.ledgers where stage = 'notify'")


async def new_database(server_url: str, name: str) -> str:
    """URL of a new, empty database on the server."""
    connection = await asyncpg.connect(server_url)
    try:
        await connection.execute(f'create database "{name}"')
    finally:
        await connection.close()
    return urlsplit(server_url)._replace(path=f"/{name}").geturl()
