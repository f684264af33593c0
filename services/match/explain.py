"""`python -m services.match explain CASE_ID`: the whole history of a case, from the journal."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, TypeVar

import typer

from claims.agency_events import FacilityRenamed
from claims.codes import facility_code
from claims.events import CaseChanged
from pipeline.codec import Codec
from pipeline.errors import UnknownRecord
from pipeline.schemas import Schemas
from services.match import cli, journal
from services.match.cli import BROKERS, SCHEMAS_DIR, Brokers, SchemasDir
from services.match.explain_story import story_of, told_as_data
from services.match.log_range import Range, everything_in, ranges_of

ACTIONS = "actions"
"""What the agency did; a change of a code is told to every partition of it."""

T = TypeVar("T")


class Format(StrEnum):
    TEXT = "text"
    JSON = "json"


def explain(
    case_id: Annotated[
        str, typer.Argument(help="案件編號, for example 3501200000/11403/1/A3/7/1.")
    ],
    everywhere: Annotated[
        bool,
        typer.Option("--everywhere", help="Read all partitions, whatever the facility's code was."),
    ] = False,
    format: Annotated[Format, typer.Option(help="For people, or for machines.")] = Format.TEXT,
    brokers: Brokers = BROKERS,
    schemas_dir: SchemasDir = SCHEMAS_DIR,
) -> None:
    """Tell the whole history of one case, masked. 說明單一案件的完整歷程。

    Reads the journal `case-changed`: what happened, why, the nearest results, what to do, until
    when, by whom, and the records that prove it.

    Example: python -m services.match explain 3501200000/11403/1/A3/7/1
    """
    case_id = case_id.strip()
    facility = facility_code(case_id.partition("/")[0])
    if not facility.ok or "/" not in case_id:
        cli.leave("案件編號須以醫事機構代碼開頭 a case id begins with its facility", cli.WRONG_USE)

    async def work() -> list[CaseChanged]:
        codec = Codec(Schemas.read(schemas_dir), journal.KINDS)
        every = await ranges_of(brokers, journal.TOPIC)
        if everywhere or await _was_renamed(codec, brokers, facility.value):
            return await _steps(codec, brokers, every, case_id)
        own = await ranges_of(brokers, journal.TOPIC, facility.value)
        steps = await _steps(codec, brokers, own, case_id)
        if _is_whole(steps):
            return steps
        rest = [each for each in every if each.partition != own[0].partition]
        return _in_order([*steps, *await _steps(codec, brokers, rest, case_id)])

    steps = cli.run(work)
    if not steps:
        cli.leave(f"查無此案件 no such case: {case_id}", cli.REFUSED)
    if format is Format.JSON:
        cli.out.print_json(data=told_as_data(steps))
    else:
        cli.out.print(story_of(steps), markup=False)


async def _steps(
    codec: Codec, brokers: str, ranges: Sequence[Range], case_id: str
) -> list[CaseChanged]:
    """Entries of this case; a message that does not even hold the id is not decoded."""
    needle, steps = case_id.encode(), list[CaseChanged]()
    with cli.watched("讀取歷程 journal", ranges) as watch:
        async for _, messages in everything_in(brokers, ranges, watch):
            steps += (
                step
                for message in messages
                if needle in message.value
                for step in _decoded(codec, message.value, CaseChanged)
                if step.case_id == case_id
            )
    return _in_order(steps)


def _decoded(codec: Codec, value: bytes, kind: type[T]) -> list[T]:
    """The event; nothing for another record that names what was looked for."""
    try:
        event = codec.decode(value)
    except UnknownRecord:
        return []
    return [event] if isinstance(event, kind) else []


async def _was_renamed(codec: Codec, brokers: str, facility: str) -> bool:
    """Whether the facility ever got another code: its cases go on in that code's partition."""
    needle, renamed = facility.encode(), False
    ranges = await ranges_of(brokers, ACTIONS, facility)
    async for _, messages in everything_in(brokers, ranges, lambda done: None):
        renamed = renamed or any(
            event.old_code == facility
            for message in messages
            if needle in message.value
            for event in _decoded(codec, message.value, FacilityRenamed)
        )
    return renamed


def _in_order(steps: Sequence[CaseChanged]) -> list[CaseChanged]:
    return sorted({step.event_id: step for step in steps}.values(), key=lambda s: s.sequence)


def _is_whole(steps: Sequence[CaseChanged]) -> bool:
    """From the first step on without a gap; else the rest lies in another partition."""
    return bool(steps) and [step.sequence for step in steps] == list(range(1, len(steps) + 1))
