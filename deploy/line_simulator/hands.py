"""What people do with their phones: follow, write, tap, unsend, block, link an account."""

from dataclasses import dataclass
from typing import Any

from deploy.line_simulator.actions_shown import Action, actions_of
from deploy.line_simulator.channel import Channel
from deploy.line_simulator.events import Event, event, text_content
from deploy.line_simulator.phones import ChatMessage, Phone
from deploy.line_simulator.questions import Questions
from deploy.line_simulator.rich_menus import RichMenus
from deploy.line_simulator.webhook import Knock


class NothingToTap(Exception):
    """The phone shows no button with that label."""


@dataclass(frozen=True, slots=True)
class Tapped:
    """``uri``: the page a button opens; empty for the other actions."""

    kind: str
    uri: str = ""
    knock: Knock | None = None


class Hands:
    """Each action calls the webhook and returns when the bot has answered it."""

    def __init__(self, channel: Channel, menus: RichMenus, questions: Questions) -> None:
        self._channel, self._menus, self._questions = channel, menus, questions

    async def follow(self, user: str, name: str = "") -> Knock | None:
        """Also after a block, which then ends."""
        phone = self._channel.phones.get(user, name)
        unblocked, phone.blocked, phone.following = phone.blocked, False, True
        phone.version += 1
        return await self._send("follow", phone, replies=True, follow={"isUnblocked": unblocked})

    async def block(self, user: str) -> Knock | None:
        phone = self._channel.phones.get(user)
        phone.blocked = True
        phone.version += 1
        return await self._send("unfollow", phone)

    async def say(self, user: str, text: str) -> Knock | None:
        phone = self._channel.phones.get(user)
        phone.wrote_ms = self._channel.clock.now_ms()
        message_id = self._bubble(phone, {"type": "text", "text": text})
        return await self._send(
            "message", phone, replies=True, message=text_content(message_id, text)
        )

    async def show(self, user: str, kind: str = "sticker") -> Knock | None:
        """Send something that is no text: sticker, image, audio, video, file, location."""
        phone = self._channel.phones.get(user)
        message_id = self._bubble(phone, {"type": kind, "altText": f"〔{kind}〕"})
        content: Event = {"type": kind, "id": message_id}
        if kind == "sticker":
            content |= {"packageId": "446", "stickerId": "1988", "stickerResourceType": "STATIC"}
        elif kind != "location":
            content["contentProvider"] = {"type": "line"}
        return await self._send("message", phone, replies=True, message=content)

    async def unsend(self, user: str, message_id: str = "") -> Knock | None:
        """Take back a message; without an id the last one. Raises NothingToTap when none is."""
        phone = self._channel.phones.get(user)
        for message in reversed(phone.chat):
            mine = message.by == "user" and not message.unsent
            if mine and message_id in ("", message.id):
                message.unsent = True
                phone.version += 1
                return await self._send("unsend", phone, unsend={"messageId": message.id})
        raise NothingToTap("no message of one's own")

    async def tap(self, user: str, label: str) -> Tapped:
        """The newest button of that label: in the chat, its quick replies, or the rich menu.

        Raises NothingToTap.
        """
        phone = self._channel.phones.get(user)
        for action in self.buttons(user):
            if label == action.get("label"):
                return await self.do(phone.user, action)
        raise NothingToTap(f"no button says {label}")

    def buttons(self, user: str) -> list[Action]:
        """What can be tapped now, the newest message first, the rich menu last."""
        phone = self._channel.phones.get(user)
        shown: list[Action] = []
        for place, message in enumerate(reversed(phone.chat)):
            if message.by == "bot":
                shown.extend(actions_of(message.message, quick=place == 0))
        menu = self._menus.of(phone)
        if menu is not None:
            shown.extend(area["action"] for area in menu.shape["areas"])
        return shown

    async def do(self, user: str, action: Action) -> Tapped:
        """What the app does when something with this action is tapped."""
        phone, kind = self._channel.phones.get(user), str(action["type"])
        if kind == "message":
            return Tapped(kind, knock=await self.say(user, action["text"]))
        if kind == "uri":
            return Tapped(kind, uri=action["uri"])
        if kind == "postback":
            if action.get("displayText"):
                self._bubble(phone, {"type": "text", "text": action["displayText"]})
            data: dict[str, Any] = {"data": action["data"]}
            return Tapped(kind, knock=await self._send("postback", phone, True, postback=data))
        return Tapped(kind)

    async def link_account(self, link_token: str, nonce: str) -> Knock | None:
        """Back from the bot's login: ok, or failed for a token or a nonce that cannot be right."""
        user = self._questions.use_link_token(link_token, self._channel.clock.now_ms())
        if user is None:
            return None
        result = "ok" if 10 <= len(nonce) <= 255 else "failed"
        return await self._send(
            "accountLink",
            self._channel.phones.get(user),
            result == "ok",
            link={"result": result, "nonce": nonce},
        )

    def _bubble(self, phone: Phone, message: dict[str, Any]) -> str:
        message_id = self._channel.phones.message_id()
        now_ms = self._channel.clock.now_ms()
        phone.show(ChatMessage(message_id, now_ms, "user", message))
        return message_id

    async def _send(
        self, kind: str, phone: Phone, replies: bool = False, **more: Any
    ) -> Knock | None:
        now_ms = self._channel.clock.now_ms()
        if replies:
            more["replyToken"] = self._channel.reply_tokens.issue(phone.user, now_ms)
        # A phone that has blocked the account is not heard, except that it did.
        if phone.blocked and kind != "unfollow":
            return None
        return await self._channel.webhook.send(event(kind, phone.user, now_ms, **more))
