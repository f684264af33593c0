"""The SMTP side: takes every mail on loopback, over TLS only, and misbehaves by switch."""

import asyncio
import ssl

from aiosmtpd.smtp import SMTP, Envelope, Session

from deploy.mail_inbox import mails as m
from deploy.mail_inbox.mails import Mailbox

LONGEST_LINE = 1000


class Door(SMTP):
    """aiosmtpd's conversation, which a fault may end in the middle."""

    event_handler: "Handler"

    def hang_up(self) -> None:
        """At once, without a word."""
        assert isinstance(self.transport, asyncio.WriteTransport)
        self.transport.abort()

    async def smtp_DATA(self, arg: str) -> None:
        assert self.envelope is not None
        kinds = (m.DROP_AT_DATA, m.DROP_IN_CONTENT)
        match self.event_handler.mailbox.strikes(kinds, self.envelope.rcpt_tos):
            case m.DROP_AT_DATA:
                self.hang_up()
            case m.DROP_IN_CONTENT:
                await self.push("354 go on")
                await self._reader.readuntil(b"\r\n")
                self.hang_up()
            case _:
                await super().smtp_DATA(arg)


class Handler:
    """aiosmtpd's hooks."""

    def __init__(self, mailbox: Mailbox) -> None:
        self.mailbox = mailbox

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        match self.mailbox.strikes((m.REFUSE_LATER, m.REFUSE, m.DENY), (address,)):
            case m.REFUSE_LATER:
                return "451 4.2.1 come again later"
            case m.REFUSE:
                return "550 5.1.1 no such mailbox"
            case m.DENY:
                return "550 5.7.1 relaying denied"
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        kinds = (m.CONTENT_LATER, m.CONTENT_REFUSED, m.DROP_AFTER_DOT, m.SLOW)
        struck = self.mailbox.strikes(kinds, envelope.rcpt_tos)
        if struck == m.CONTENT_LATER:
            return "451 4.3.0 come again later"
        if struck == m.CONTENT_REFUSED:
            return "554 5.6.0 not such a mail"
        content = envelope.content
        assert isinstance(content, bytes)
        self.mailbox.take(envelope.rcpt_tos, content)
        if struck == m.DROP_AFTER_DOT:
            assert isinstance(server, Door)
            server.hang_up()
        if struck == m.SLOW:
            await asyncio.sleep(self.mailbox.slow_s)
        return "250 ok"


async def listen(mailbox: Mailbox, host: str, port: int, tls: ssl.SSLContext) -> asyncio.Server:
    """Port 0 takes a free one."""
    loop = asyncio.get_running_loop()
    handler = Handler(mailbox)

    def door() -> Door:
        return Door(
            handler, hostname="localhost", ident="gouji mail inbox", tls_context=tls,
            require_starttls=True, loop=loop,
        )  # fmt: skip

    return await loop.create_server(door, host, port)
