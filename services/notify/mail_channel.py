"""A delivery by e-mail: SMTP with STARTTLS, one connection a mail.

SMTP has no retry key: once the final dot may have left, only an answer tells what became of the
mail. Everything before it can be tried again.
"""

import asyncio
import re
import ssl
from contextlib import suppress
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime
from urllib.parse import unquote, urlsplit

from aiosmtplib import SMTP
from aiosmtplib.errors import SMTPException, SMTPResponseException
from aiosmtplib.typing import SMTPStatus

from claims.discreet import Discreet
from services.notify import delivering_rules as rules
from services.notify.line_channel import Letter, Said
from services.notify.mail_links import Links
from services.notify.wording import Mail

# A command may take so long.
COMMAND_S = 10.0
_DOT_LINE = re.compile(rb"^\.", re.MULTILINE)


class Server(Discreet, frozen=True, gc=False):
    """Where mails go out. ``ca_file`` empty: the system's certificates."""

    SHOWN = frozenset(("host", "port"))

    host: str
    port: int
    user: str
    password: str
    ca_file: str
    sender: str


def server_of(url: str, ca_file: str, sender: str) -> Server:
    """``smtp://user:password@host:port``; raises ValueError for anything else."""
    parts = urlsplit(url)
    if parts.scheme != "smtp" or not parts.hostname:
        raise ValueError("must be smtp://user:password@host:port")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return Server(parts.hostname, parts.port or 587, user, password, ca_file, sender)


class MailChannel:
    """The certificate of the server is checked, always; without STARTTLS nothing is said."""

    def __init__(self, server: Server, links: Links, before_s: float, answer_s: float) -> None:
        """``before_s``: for everything before the final dot; ``answer_s``: for the answer to it."""
        self._server, self._links = server, links
        self._before_s, self._answer_s = before_s, answer_s
        self._tls = ssl.create_default_context(cafile=server.ca_file or None)

    async def send(self, letter: Letter, mail: Mail, address: str) -> Said:
        """``address`` of the contact ``letter.recipient``."""
        content = _bytes(message_of(letter, mail, address, self._server.sender, self._links))
        client = SMTP(
            hostname=self._server.host,
            port=self._server.port,
            start_tls=True,
            tls_context=self._tls,
            timeout=COMMAND_S,
            # Not asked from the name service, which may be slow, nor told to the other side.
            local_hostname=self._server.sender.rpartition("@")[2],
        )
        try:
            return Said(await self._talk(client, address, content))
        finally:
            client.close()

    async def _talk(self, client: SMTP, address: str, content: bytes) -> str:
        try:
            async with asyncio.timeout(self._before_s):
                refused = await self._envelope(client, address)
                if refused is None:
                    refused = await _hand_over(client, content)
        except (SMTPException, OSError):
            # A timeout is one as well. Nobody has seen a whole mail.
            return rules.TRY_LATER
        return refused if refused is not None else await self._final_dot(client)

    async def _envelope(self, client: SMTP, address: str) -> str | None:
        try:
            await client.connect()
        except OSError:
            return rules.NOT_REACHED
        # What fails until here is our password, or its load: not the address's fault, whatever
        # the code.
        if self._server.user:
            await client.login(self._server.user, self._server.password)
        await client.mail(self._server.sender)
        try:
            await client.rcpt(address)
        except SMTPResponseException as refused:
            is_ours = refused.message.startswith(_POLICY)
            return rules.BAD_ADDRESS if refused.code >= 500 and not is_ours else rules.TRY_LATER
        except UnicodeEncodeError:
            return rules.BAD_ADDRESS
        return None

    async def _final_dot(self, client: SMTP) -> str:
        try:
            done = await client.execute_command(b".", timeout=self._answer_s)
        except (SMTPException, OSError):
            return rules.NO_ANSWER
        with suppress(SMTPException, OSError):
            await client.quit(timeout=1)
        return rules.ACCEPTED if done.code < 400 else _refusal(done.code)


# "Not for you" (RFC 3463, 5.7): relaying denied, a block list. Ours to put right.
_POLICY = "5.7."


def _refusal(code: int) -> str:
    return rules.REFUSED if code >= 500 else rules.TRY_LATER


async def _hand_over(client: SMTP, content: bytes) -> str | None:
    """Everything but the final dot."""
    ready = await client.execute_command(b"DATA")
    if ready.code != SMTPStatus.start_input:
        return _refusal(ready.code)
    assert client.protocol is not None
    client.protocol.write(content)
    return None


def message_id(delivery_id: str, sender: str) -> str:
    """Stable, so that a report about the mail finds the delivery."""
    return f"<{delivery_id}@{sender.rpartition('@')[2]}>"


def message_of(letter: Letter, mail: Mail, address: str, sender: str, links: Links) -> EmailMessage:
    """The mail with its headers; one click leaves what is not an answer (RFC 8058)."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, address, mail.subject
    message["Message-ID"] = message_id(letter.delivery_id, sender)
    message["Date"] = format_datetime(datetime.fromtimestamp(letter.created_ms / 1000, UTC))
    message["Auto-Submitted"] = "auto-generated"
    if letter.purpose in ("digest", "news"):
        message["List-Unsubscribe"] = f"<{links.unsubscribe(letter.recipient)}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(mail.text)
    if mail.html:
        message.add_alternative(mail.html, subtype="html")
    return message


def _bytes(message: EmailMessage) -> bytes:
    """As it goes over the wire: CRLF, leading dots doubled, without the final dot."""
    content = message.as_bytes(policy=SMTP_POLICY.clone(cte_type="7bit"))
    content = _DOT_LINE.sub(b"..", content)
    return content if content.endswith(b"\r\n") else content + b"\r\n"
