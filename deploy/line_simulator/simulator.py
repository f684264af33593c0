"""The LINE simulator in one object: start it, follow, say, tap, and look at the phones."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from deploy.line_simulator.channel import Channel
from deploy.line_simulator.channel_tokens import ChannelTokens
from deploy.line_simulator.control import Control
from deploy.line_simulator.door import BODY_MAX, Door
from deploy.line_simulator.faults import Faults
from deploy.line_simulator.hands import Hands
from deploy.line_simulator.journal import Call, Violation
from deploy.line_simulator.pages import Pages
from deploy.line_simulator.phones import ChatMessage
from deploy.line_simulator.questions import Questions
from deploy.line_simulator.quota import Quota
from deploy.line_simulator.rates import Rates
from deploy.line_simulator.reply_tokens import ReplyTokens
from deploy.line_simulator.rich_menus import RichMenus
from deploy.line_simulator.sending import Sending
from deploy.line_simulator.webhook import Behaviour, Webhook
from pipeline.clock import Clock, SystemClock

LOOPBACK = "127.0.0.1"
SECRET, TOKEN = "simulated-channel-secret", "simulated-channel-token"


class LineSimulator(Hands):
    """What a test holds: ``url`` for the bot; the phones' hands; faults, calls, violations."""

    def __init__(self, channel: Channel, *, narrowcast_s: float = 0.2) -> None:
        self.channel = channel
        self.tokens = ChannelTokens(channel)
        self.sending = Sending(channel, narrowcast_s)
        self.menus = RichMenus(channel)
        self.questions = Questions(channel, self.sending)
        super().__init__(channel, self.menus, self.questions)
        self.door = Door(channel, self.tokens.is_valid)
        self.url = ""

    @classmethod
    @asynccontextmanager
    async def running(
        cls,
        *,
        channel_secret: str = SECRET,
        channel_token: str = TOKEN,
        webhook: str = "",
        quota: int | None = 6_000,
        host: str = LOOPBACK,
        port: int = 0,
        clock: Clock | None = None,
        rates: Rates | None = None,
        narrowcast_s: float = 0.2,
        behaviour: Behaviour | None = None,
    ) -> AsyncIterator["LineSimulator"]:
        """Started on a port of its own; stopped at the end of the block.

        ``webhook``: where the bot listens; may be set later, as ``line.webhook.url``. ``quota``
        None: a plan without a limit.
        """
        clock, tokens = clock or SystemClock(), ReplyTokens()
        bot_id = "U" + secrets.token_hex(16)
        hook = Webhook(webhook, channel_secret, bot_id, clock, tokens, behaviour or Behaviour())
        channel = Channel(clock, channel_token, hook, tokens, Quota(quota), rates or Rates())
        line = cls(channel, narrowcast_s=narrowcast_s)
        await line.start(host, port)
        try:
            yield line
        finally:
            await line.stop()

    async def start(self, host: str, port: int) -> None:
        await self.webhook.open()
        app = web.Application(client_max_size=BODY_MAX)
        groups = (self.sending, self.questions, self.menus, self.tokens)
        for group in groups:
            for endpoint in group.endpoints():
                handle = self.door.handler(endpoint)
                app.router.add_route(endpoint.method, endpoint.path, handle)
        app.add_routes(Control(self).routes())
        app.add_routes(Pages(self).routes())
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port).start()
        self.url = f"http://{host}:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        self.door.closing.set()
        await self._runner.cleanup()
        await self.sending.close()
        await self.webhook.close()

    @property
    def webhook(self) -> Webhook:
        return self.channel.webhook

    @property
    def faults(self) -> Faults:
        return self.channel.faults

    @property
    def quota(self) -> Quota:
        return self.channel.quota

    @property
    def calls(self) -> list[Call]:
        return self.channel.journal.calls

    @property
    def violations(self) -> list[Violation]:
        return self.channel.journal.violations

    def received(self, user: str) -> list[ChatMessage]:
        """What this phone got from the bot, with instant, kind of call and retry key."""
        return self.channel.phones.get(user).received()

    async def heard(self, user: str, count: int, within_s: float = 10.0) -> list[ChatMessage]:
        """Wait until this phone has got so many messages from the bot. Raises TimeoutError."""
        async with asyncio.timeout(within_s):
            while len(self.received(user)) < count:
                await asyncio.sleep(0.01)
        return self.received(user)

    def chat(self, user: str) -> list[ChatMessage]:
        """The whole chat as the phone shows it, its own bubbles included."""
        return self.channel.phones.get(user).chat
