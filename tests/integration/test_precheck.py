"""A pre-check through validate and match on real Kafka: both answer, and nothing is written."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from claims.events import Uploads
from claims.precheck_events import PrecheckAnswered, PrecheckAsked
from deploy.local.kafka import Broker
from tests.support.contracts import CODEC
from tests.support.judge import day
from tests.support.match_stage import a_line, a_part
from tests.support.result_rows import FACILITY
from tests.support.services import Log, Running, make_our_topics
from tests.support.validating import an_item, an_upload

PARTITIONS = 2
PERSON, VISIT = "A172949959", day("114-03-10")
WRITTEN = ("records", "import-reported", "case-changed", "result-stored", "matched")


@pytest.fixture
async def log(kafka: Broker) -> AsyncIterator[Log]:
    await make_our_topics(kafka.address, PARTITIONS)
    yield Log(kafka.address, PARTITIONS)


@pytest.fixture
def services(kafka: Broker, tmp_path: Path) -> Iterator[dict[str, Running]]:
    services = {
        name: Running(name, kafka.address, tmp_path).start() for name in ("validate", "match")
    }
    yield services
    for service in services.values():
        service.kill()


def asked(request: str, upload: Uploads) -> PrecheckAsked:
    return PrecheckAsked(f"{request}/1", request, 1, 1, FACILITY, CODEC.encode(upload))


async def answers(log: Log, count: int) -> dict[tuple[str, str], Any]:
    """By request and stage, once there are so many; none comes twice."""
    await log.wait_for("precheck-answered", count)
    found: list[PrecheckAnswered] = await log.read("precheck-answered")
    assert len({answer.event_id for answer in found}) == len(found) == count
    return {(answer.request_id, answer.stage): answer for answer in found}


async def test_both_stages_answer_and_nothing_is_written_not_even_after_a_kill(
    log: Log, services: dict[str, Running]
) -> None:
    claim = a_line("A", person_id=PERSON, visit=VISIT, born=day("074-03-10"))
    await log.give("records", FACILITY, a_part("SC", claims=[claim], facility=FACILITY))
    await log.wait_for("case-changed", 1)
    before = {topic: await log.read(topic) for topic in WRITTEN}
    upload = an_upload("Q", [an_item(1), an_item(2, sex="9")])
    await log.give("precheck-asked", FACILITY, asked("Q1", upload))
    first = await answers(log, 2)
    refused, tried = first["Q1", "validate"], first["Q1", "match"]
    assert [(row.row_no, row.outcome) for row in refused.rows] == [(2, "refused")]
    assert [(row.row_no, row.outcome) for row in tried.rows] == [(1, "matched")]
    assert [(case.state, case.person_masked) for case in tried.cases] == [("matched", "A1729*****")]
    for service in services.values():
        service.kill()
        service.start()
    await log.give("precheck-asked", FACILITY, asked("Q2", upload))
    second = await answers(log, 4)
    again = msgspec.structs.replace(
        second["Q2", "match"], event_id=tried.event_id, request_id=tried.request_id
    )
    assert again == tried
    assert {topic: await log.read(topic) for topic in WRITTEN} == before
