"""The Messaging API by the official SDK: every answer is an Outcome, none an exception.

source: line-bot.md section 3. The SDK waits 300 s unless told otherwise, never retries, raises on
every status that is not 2xx, 409 included, and keeps one session per client.
"""

import json
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from types import TracebackType
from typing import Any, Self, TypeAlias

import aiohttp
import msgspec
from linebot.v3.messaging import (
    AsyncApiClient,
    AsyncMessagingApi,
    AsyncMessagingApiBlob,
    BroadcastRequest,
    Configuration,
    MulticastRequest,
    PushMessageRequest,
    ReplyMessageRequest,
    RichMenuRequest,
)
from linebot.v3.messaging.exceptions import ApiException

from claims.discreet import Discreet
from services.notify.line_calls import LineCall, Recorder

# A message as LINE's documentation writes it: {"type": "text", "text": "..."}.
Message: TypeAlias = Mapping[str, Any]
Call: TypeAlias = Callable[..., Awaitable[Any]]

REAL, REAL_DATA = "https://api.line.me", "https://api-data.line.me"
LONGEST_S = 10.0
_CONNECTIONS = 64


class Outcome(Discreet, frozen=True, gc=False):
    """LINE's answer to one call. ``body`` may hold a name: it is never shown."""

    SHOWN = frozenset(("status", "reached", "request_id", "accepted_request_id", "message"))

    status: int  # 0: no answer
    reached: bool  # False: LINE cannot have seen the request
    request_id: str = ""
    accepted_request_id: str = ""  # of a 409: the call that was accepted
    message: str = ""  # what LINE says of an error; the class of the problem when status is 0
    body: dict[str, Any] = msgspec.field(default_factory=dict)

    @property
    def is_done(self) -> bool:
        return 200 <= self.status < 300


class LineClient:
    """One session; open it within the event loop with ``async with``.

    Methods that take messages raise ValueError for what is no LINE message: our own mistake, and no
    call was made.
    """

    def __init__(
        self, token: str, record: Recorder, *, base_url: str = REAL, timeout_s: float = LONGEST_S
    ) -> None:
        self._token, self._record, self._base_url = token, record, base_url.rstrip("/")
        # Not longer than the least of the retries' pauses is worth; a sender waits for it.
        whole = min(timeout_s, LONGEST_S)
        self._timeout = aiohttp.ClientTimeout(total=whole, sock_connect=min(whole, 5.0))
        self._clients: list[AsyncApiClient] = []

    async def __aenter__(self) -> Self:
        self._api = AsyncMessagingApi(self._client(self._base_url))
        data = REAL_DATA if self._base_url == REAL else self._base_url
        self._blob = AsyncMessagingApiBlob(self._client(data))
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for client in self._clients:
            await client.close()
        self._clients.clear()

    def _client(self, host: str) -> AsyncApiClient:
        configuration = Configuration(host=host, access_token=self._token)
        configuration.connection_pool_maxsize = _CONNECTIONS
        client = AsyncApiClient(configuration)
        self._clients.append(client)
        return client

    # ── messages

    async def push(
        self,
        user_id: str,
        messages: Sequence[Message],
        retry_key: str,
        delivery_id: str | None = None,
    ) -> Outcome:
        """To one user; costs one message. The same key and body again send nothing again."""
        request = PushMessageRequest.from_dict({"to": user_id, "messages": list(messages)})
        call = self._api.push_message_with_http_info
        return await self._call("message/push", call, request, retry_key, about=delivery_id)

    async def multicast(
        self,
        user_ids: Sequence[str],
        messages: Sequence[Message],
        retry_key: str,
        delivery_id: str | None = None,
    ) -> Outcome:
        """To at most 500 users; costs as many messages."""
        body = {"to": list(user_ids), "messages": list(messages)}
        request, call = MulticastRequest.from_dict(body), self._api.multicast_with_http_info
        return await self._call("message/multicast", call, request, retry_key, about=delivery_id)

    async def broadcast(
        self, messages: Sequence[Message], retry_key: str, delivery_id: str | None = None
    ) -> Outcome:
        """To every follower; costs as many messages."""
        request = BroadcastRequest.from_dict({"messages": list(messages)})
        call = self._api.broadcast_with_http_info
        return await self._call("message/broadcast", call, request, retry_key, about=delivery_id)

    async def reply(self, reply_token: str, messages: Sequence[Message]) -> Outcome:
        """Free, once per token, within a minute. Takes no retry key: LINE answers 400 to one."""
        body = {"replyToken": reply_token, "messages": list(messages)}
        request = ReplyMessageRequest.from_dict(body)
        return await self._call("message/reply", self._api.reply_message_with_http_info, request)

    # ── questions

    async def profile(self, user_id: str) -> Outcome:
        return await self._call("profile/{userId}", self._api.get_profile_with_http_info, user_id)

    async def link_token(self, user_id: str) -> Outcome:
        """``body``: linkToken, good for ten minutes and one use."""
        call = self._api.issue_link_token_with_http_info
        return await self._call("user/{userId}/linkToken", call, user_id)

    async def quota(self) -> Outcome:
        """``body``: type none or limited, value."""
        return await self._call("message/quota", self._api.get_message_quota_with_http_info)

    async def consumption(self) -> Outcome:
        """``body``: totalUsage of this month, approximate; messages of the console count."""
        call = self._api.get_message_quota_consumption_with_http_info
        return await self._call("message/quota/consumption", call)

    # ── rich menus

    async def create_menu(self, menu: Message) -> Outcome:
        """``body``: richMenuId."""
        call = self._api.create_rich_menu_with_http_info
        return await self._call("richmenu", call, RichMenuRequest.from_dict(dict(menu)))

    async def upload_menu_image(self, menu_id: str, image: bytes, content_type: str) -> Outcome:
        """PNG or JPEG, at most 1 MB."""
        return await self._call(
            "richmenu/{richMenuId}/content", self._blob.set_rich_menu_image_with_http_info,
            menu_id, image, _headers={"Content-Type": content_type},
        )  # fmt: skip

    async def menus(self) -> Outcome:
        """``body``: richmenus."""
        return await self._call("richmenu/list", self._api.get_rich_menu_list_with_http_info)

    async def delete_menu(self, menu_id: str) -> Outcome:
        call = self._api.delete_rich_menu_with_http_info
        return await self._call("richmenu/{richMenuId}", call, menu_id)

    async def show_menu_to_all(self, menu_id: str) -> Outcome:
        """The default menu: of everybody without one of their own."""
        call = self._api.set_default_rich_menu_with_http_info
        return await self._call("user/all/richmenu/{richMenuId}", call, menu_id)

    async def default_menu(self) -> Outcome:
        """``body``: richMenuId; 404 when there is none."""
        call = self._api.get_default_rich_menu_id_with_http_info
        return await self._call("user/all/richmenu", call)

    async def link_menu(self, user_id: str, menu_id: str) -> Outcome:
        call = self._api.link_rich_menu_id_to_user_with_http_info
        return await self._call("user/{userId}/richmenu/{richMenuId}", call, user_id, menu_id)

    async def unlink_menu(self, user_id: str) -> Outcome:
        call = self._api.unlink_rich_menu_id_from_user_with_http_info
        return await self._call("user/{userId}/richmenu", call, user_id)

    async def _call(
        self, endpoint: str, call: Call, *given: Any, about: str | None = None, **options: Any
    ) -> Outcome:
        began = time.monotonic()
        outcome = await self._answer(call, given, options)
        took_ms = int((time.monotonic() - began) * 1000)
        method = _METHODS.get(endpoint, "POST")
        await self._record(
            LineCall(method, endpoint, outcome.status, outcome.request_id, about, took_ms)
        )
        return outcome

    async def _answer(self, call: Call, given: tuple[Any, ...], options: dict[str, Any]) -> Outcome:
        try:
            said = await call(*given, _request_timeout=self._timeout, **options)
        except ApiException as answer:
            return _outcome(answer.status or 0, answer.headers or {}, answer.body)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as problem:
            return Outcome(0, reached=False, message=type(problem).__name__)
        except (aiohttp.ClientError, OSError, ValueError) as problem:
            # TimeoutError is an OSError. ValueError: an answer that could not be read; what it
            # said is unknown, as after a timeout. Requests were built before, so it is not ours.
            return Outcome(0, reached=True, message=type(problem).__name__)
        return _outcome(said.status_code, said.headers, said.raw_data)


_METHODS = {
    "profile/{userId}": "GET",
    "message/quota": "GET",
    "message/quota/consumption": "GET",
    "richmenu/list": "GET",
    "user/all/richmenu": "GET",
    "richmenu/{richMenuId}": "DELETE",
    "user/{userId}/richmenu": "DELETE",
}


def _outcome(status: int, headers: Mapping[str, str], raw: str | bytes | None) -> Outcome:
    """Header names in any case: aiohttp's mapping does not mind."""
    try:
        body = json.loads(raw or "{}")
    except ValueError:
        body = {}
    body = body if isinstance(body, dict) else {}
    return Outcome(
        status,
        reached=True,
        request_id=headers.get("x-line-request-id", ""),
        accepted_request_id=headers.get("x-line-accepted-request-id", ""),
        message="" if 200 <= status < 300 else str(body.get("message", ""))[:300],
        body=body,
    )
