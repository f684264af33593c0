"""Carries out the effects of a turn, inside the transaction that marks its event done."""

import secrets
from datetime import datetime, timedelta

from pipeline.sealing import Sealer
from services.notify import account_links, applications, bindings, chats, effects, tokens
from services.notify.database import Connection
from services.notify.effects import Effect
from services.notify.knowing import link_token
from services.notify.settings import ServeSettings
from services.notify.webhook_events import Event


async def meet(connection: Connection, event: Event) -> None:
    """Whoever writes has a row. One whose follow never came counts as a friend: they can write."""
    await connection.execute(
        "insert into notify.users (user_id, user_ref, is_following)"
        " values ($1, $2, true) on conflict do nothing",
        event.user_id,
        "u" + secrets.token_hex(12),
    )


class Effecting:
    """Everything an effect may need."""

    def __init__(
        self, connection: Connection, settings: ServeSettings, sealer: Sealer, now: datetime
    ) -> None:
        self._connection, self._settings = connection, settings
        self._sealer, self._now = sealer, now

    async def carry_out(self, event: Event, effect: Effect) -> None:
        connection, user, now = self._connection, event.user_id, self._now
        match effect:
            case effects.Followed(at_ms):
                await self._follow(user, True, at_ms)
            case effects.Unfollowed(at_ms):
                await self._follow(user, False, at_ms)
            case effects.LinkGiven(purpose):
                await self._give(event, purpose)
            case effects.Withdrawn():
                await applications.withdraw(connection, user, now)
            case effects.Unbound(binding_id):
                await bindings.unbind(connection, binding_id, bindings.BY_USER, now, user)
            case effects.AccountLinked(link_id):
                await account_links.complete(connection, self._sealer, link_id, now)
            case effects.ChatBegun():
                await chats.begin(connection, user, now)
            case effects.ChatEnded():
                if chat_id := await chats.live_of(connection, user):
                    await chats.close(connection, chat_id, now)
            case effects.LineNoted(message_id, text):
                # Looked up again: the chat may have been closed since we looked.
                if chat_id := await chats.live_of(connection, user):
                    await chats.note(
                        connection, self._sealer, chat_id, chats.USER, text, now, message_id
                    )
            case effects.LineForgotten(message_id):
                await chats.unsend(connection, message_id, user)

    async def _follow(self, user: str, is_following: bool, at_ms: int) -> None:
        await self._connection.execute(
            "update notify.users set is_following = $2, last_follow_ms = $3,"
            " followed_at = case when $2 then to_timestamp($3 / 1000.0) else followed_at end"
            " where user_id = $1 and last_follow_ms < $3",
            user,
            is_following,
            at_ms,
        )

    async def _give(self, event: Event, purpose: str) -> None:
        until = self._now + timedelta(minutes=tokens.FORM_MINUTES)
        token = link_token(self._settings.link_key, purpose, event)
        await tokens.keep(self._connection, token, purpose, event.user_id, until)
