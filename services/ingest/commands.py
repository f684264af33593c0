"""Commands of a clinic about single results, claims and cases: add, edit, delete, withdraw, note.

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
FormNo = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z/-]{0,39}$")]


class Command(BaseModel):
    """One command. Which fields it needs depends on ``action``."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    action: Literal["row", "edit", "replace", "delete", "withdraw", "note"] = Field(
        description="row: add one result (單筆新增); edit, replace, delete: about a stored result; "
        "withdraw: take one claim back (撤回申報); note: 無法補登說明 of an oral case."
    )
    programme: Literal["adult", "child", "oral"] | None = Field(
        None, description="Programme of the result; not for withdraw and note."
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
    case_id: Identity | None = Field(None, description="The case, for note.")
    text: Cell | None = Field(
        None, description="The note, at most 500 characters; empty takes it back.", repr=False
    )
    facility_id: Identity | None = Field(
        None, description="Agency keys only: the facility on whose behalf an edit is entered."
    )
    form_no: FormNo | None = Field(
        None,
        description="Agency keys only: the 大口資料修改申請表 that approves it (oral positive).",
    )

    @model_validator(mode="after")
    def _has_what_it_needs(self) -> "Command":
        if self.action in _NEEDS:
            given = set(self.model_dump(exclude_defaults=True)) - _ANY_WAY
            if given != _NEEDS[self.action]:
                raise ValueError(f"{self.action} needs {_words(self.action)} and nothing else")
            return self
        if self.claim_id is not None or self.case_id is not None or self.text is not None:
            raise ValueError(f"{self.action} takes no claim_id, case_id or text")
        if (self.form_no is None) != (self.facility_id is None):
            raise ValueError("form_no and facility_id belong together")
        if self.form_no is not None and (self.action, self.programme) != ("edit", "oral"):
            raise ValueError("form_no belongs to an edit of an oral result")
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


_ANY_WAY = {"action", "date_style", "seen_version"}
_NEEDS = {"withdraw": {"claim_id"}, "note": {"case_id", "text"}}


def _words(action: str) -> str:
    return " and ".join(sorted(_NEEDS[action]))


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
        make = _MAKERS.get(run[0][1].action, _uploads)
        yield make(submission, part_no, len(runs), run)


def _not_too_heavy(run: Iterable[tuple[int, Command]]) -> Iterator[list[tuple[int, Command]]]:
    """The run in pieces that fit into a message."""
    piece: list[tuple[int, Command]] = []
    weight = 0
    for pair in run:
        more = text_weight((*pair[1].values.values(), pair[1].text or "")) + ROW_WEIGHT
        if piece and weight + more > MAX_WEIGHT:
            yield piece
            piece, weight = [], 0
        piece.append(pair)
        weight += more
    yield piece


def _run_of(command: Command) -> tuple[str, str]:
    """Topic, programme and columns of a part follow from it."""
    if command.action in _MAKERS:
        return command.action, ""
    return command.programme or "", command.date_style


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


def _notes(
    submission: Submission, part_no: int, part_count: int, run: list[tuple[int, Command]]
) -> Part:
    """A note is an upload item of one cell; the case is its target."""
    event = Uploads(
        event_id=f"{submission.submission_id}/{part_no}",
        submission_id=submission.submission_id,
        part_no=part_no,
        part_count=part_count,
        facility_id=submission.facility_id,
        received_on=submission.received_on,
        programme="oral",
        map_version=MAP_VERSION,
        owner_codes=submission.owner_codes,
        columns=("note",),
        styles=("",),
        items=tuple(
            UploadItem(
                row_no=no,
                action="note",
                command_id=command_id(submission.submission_id, no),
                target_id=command.case_id or "",
                seen_version=0,
                problem="",
                cells=(command.text or "",),
            )
            for no, command in run
        ),
    )
    return Part("uploads", event, [no for no, _ in run], [""] * len(run))


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
                form_no=command.form_no or "",
            )
            for no, command in run
        ),
    )
    persons = [shown(command.values.get("person_id", "")) for _, command in run]
    return Part("uploads", event, [no for no, _ in run], persons)


_MAKERS = {"withdraw": _withdrawals, "note": _notes}
