"""Commands of a clinic about single results and claims: add, edit, replace, delete, withdraw.

A list of commands is a submission like a file: sealed, produced, answered with a receipt. Its bytes
hold a token, so that two equal lists are two submissions unless the sender repeats the token.
"""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from claims.events import Claims, ClaimWithdrawal, UploadItem, Uploads
from claims.layouts import layout
from services.ingest.names import command_id
from services.ingest.parts import MAX_WEIGHT, ROW_WEIGHT, Part, shown, text_weight
from services.ingest.submissions import Submission

KIND = "command"
MAX_COMMANDS = 500
MAP_VERSION = "command"

Cell = Annotated[str, StringConstraints(max_length=2000)]
Identity = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class Command(BaseModel):
    """One command. Which fields it needs depends on ``action``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    action: Literal["row", "edit", "replace", "delete", "withdraw"] = Field(
        description="row: add one result (單筆新增); edit, replace, delete: about a stored result; "
        "withdraw: take one claim back (撤回申報)."
    )
    programme: Literal["adult", "child", "oral"] | None = Field(
        None, description="Programme of the result; not for withdraw."
    )
    result_id: Identity | None = Field(
        None, description="The stored result, for edit, replace and delete."
    )
    seen_version: int = Field(
        0, ge=0, le=2**31 - 1, description="Version of that result which the person saw."
    )
    date_style: Literal["roc", "ad8", "iso"] = Field(
        "roc", description="How dates in values are written."
    )
    values: dict[str, Cell] = Field(
        default_factory=dict,
        description="The whole new content by column name (see the layouts); blank clears.",
    )
    claim_id: Identity | None = Field(None, description="The claim, for withdraw.")

    @model_validator(mode="after")
    def _has_what_it_needs(self) -> "Command":
        if self.action == "withdraw":
            if self.claim_id is None or self.programme or self.result_id or self.values:
                raise ValueError("withdraw needs claim_id and nothing else")
            return self
        if self.programme is None:
            raise ValueError(f"{self.action} needs programme")
        if self.action != "row" and (self.result_id is None or self.seen_version < 1):
            raise ValueError(f"{self.action} needs result_id and seen_version")
        if (self.action == "delete") == bool(self.values):
            raise ValueError(f"{self.action} and values do not fit together")
        unknown = sorted(set(self.values) - set(layout(self.programme).names))
        if unknown:
            # Names of columns come from a register; others are not repeated, they may be anything.
            raise ValueError(f"{len(unknown)} unknown columns in values")
        return self


class CommandFile(BaseModel):
    """The bytes of such a submission."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    token: str
    commands: Annotated[tuple[Command, ...], Field(min_length=1, max_length=MAX_COMMANDS)]

    def to_bytes(self) -> bytes:
        return self.model_dump_json(exclude_defaults=True).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> "CommandFile":
        return cls.model_validate_json(data)


def cut_commands(submission: Submission, file: CommandFile) -> Iterator[Part]:
    """Commands in order, a part for each run of the same topic, programme and date style."""
    numbered = list(enumerate(file.commands, start=1))
    runs = [
        lighter
        for _, run in groupby(numbered, key=lambda pair: _run_of(pair[1]))
        for lighter in _not_too_heavy(run)
    ]
    for part_no, run in enumerate(runs, start=1):
        make = _withdrawals if run[0][1].action == "withdraw" else _uploads
        yield make(submission, part_no, len(runs), run)


def _not_too_heavy(run: Iterable[tuple[int, Command]]) -> Iterator[list[tuple[int, Command]]]:
    """The run in pieces that fit into a message."""
    piece: list[tuple[int, Command]] = []
    weight = 0
    for pair in run:
        more = text_weight(pair[1].values.values()) + ROW_WEIGHT
        if piece and weight + more > MAX_WEIGHT:
            yield piece
            piece, weight = [], 0
        piece.append(pair)
        weight += more
    yield piece


def _run_of(command: Command) -> tuple[str, str]:
    return command.programme or "", command.date_style if command.programme else ""


def _withdrawals(
    submission: Submission, part_no: int, part_count: int, run: list[tuple[int, Command]]
) -> Part:
    event = Claims(
        event_id=f"{submission.submission_id}/{part_no}",
        submission_id=submission.submission_id,
        part_no=part_no,
        part_count=part_count,
        facility_id=submission.facility_id,
        received_on=submission.received_on,
        source=KIND,
        rows=(),
        withdrawals=tuple(
            ClaimWithdrawal(no, command_id(submission.submission_id, no), command.claim_id or "")
            for no, command in run
        ),
    )
    return Part("claims", event, [no for no, _ in run], [""] * len(run))


def _uploads(
    submission: Submission, part_no: int, part_count: int, run: list[tuple[int, Command]]
) -> Part:
    first = run[0][1]
    assert first.programme is not None
    columns = layout(first.programme).columns
    event = Uploads(
        event_id=f"{submission.submission_id}/{part_no}",
        submission_id=submission.submission_id,
        part_no=part_no,
        part_count=part_count,
        facility_id=submission.facility_id,
        received_on=submission.received_on,
        programme=first.programme,
        map_version=MAP_VERSION,
        owner_codes=submission.owner_codes,
        columns=tuple(column.name for column in columns),
        styles=tuple(first.date_style if column.is_date else "" for column in columns),
        items=tuple(
            UploadItem(
                row_no=no,
                action=command.action,
                command_id=command_id(submission.submission_id, no),
                target_id=command.result_id or "",
                seen_version=command.seen_version,
                problem="",
                cells=tuple(command.values.get(column.name, "") for column in columns)
                if command.values
                else (),
            )
            for no, command in run
        ),
    )
    persons = [shown(command.values.get("person_id", "")) for _, command in run]
    return Part("uploads", event, [no for no, _ in run], persons)
