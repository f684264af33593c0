"""Handing in actions of the agency: the same for HTTP and for commands."""

import io
from collections.abc import Sequence

from claims.dated import rules_version
from services.ingest.action_door import ActionDoor
from services.ingest.agency_actions import (
    KIND,
    Action,
    ActionFile,
    ChangeRules,
    needs_second_person,
)
from services.ingest.intake import Answer, HandedIn, Intake
from services.ingest.names import AGENCY
from services.ingest.vault import Seals

FILE_NAME = "actions.json"


async def accept_actions(
    intake: Intake, sealer: Seals, actions: Sequence[Action], token: str, actor: str
) -> Answer:
    """Take a list in; the caller finishes it (Intake.finish), unless it is held.

    Raises ActionRefused: then nothing of the list was taken.
    """
    filled = tuple(map(_filled, actions))
    file = ActionFile(token=token, actions=filled)
    held = needs_second_person(filled)
    handed_in = HandedIn(AGENCY, actor, FILE_NAME, KIND, held=held)
    return await intake.accept(
        handed_in, io.BytesIO(file.to_bytes()), ActionDoor(sealer, filled).admit
    )


def _filled(action: Action) -> Action:
    """The version is kept with the action: another image that finishes it must not change it."""
    if isinstance(action, ChangeRules):
        return action.model_copy(update={"rule_version": rules_version()})
    return action
