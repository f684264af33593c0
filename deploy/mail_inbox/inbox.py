"""The mail inbox as one object: what came in, faults, addresses. In process for tests."""

import ssl
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Self

from deploy.mail_inbox.certificate import make_certificate
from deploy.mail_inbox.http_pages import serve_pages
from deploy.mail_inbox.mails import Fault, Mail, Mailbox
from deploy.mail_inbox.smtp_server import listen

HOST = "127.0.0.1"


class MailInbox:
    """A running sink. ``smtp_url`` and ``ca_file`` are what a sender needs, ``url`` a person.

    ``mailbox.slow_s``: how long a slow answer takes.
    """

    def __init__(self, mailbox: Mailbox, port: int, http_port: int, cert_file: Path) -> None:
        self.mailbox = mailbox
        self.port = port
        self.smtp_url, self.url = f"smtp://{HOST}:{port}", f"http://{HOST}:{http_port}"
        self.ca_file = str(cert_file)

    @property
    def mails(self) -> list[Mail]:
        return self.mailbox.mails

    def of(self, address: str) -> list[Mail]:
        """The mails of one address, oldest first."""
        return self.mailbox.of(address)

    def fail(self, kind: str, address: str = "", times: int | None = None) -> None:
        """Switch a fault on; see deploy/mail_inbox/mails.py."""
        self.mailbox.faults.append(Fault(kind, address, times))

    def heal(self) -> None:
        """Switch all faults off."""
        self.mailbox.faults.clear()

    @classmethod
    @asynccontextmanager
    async def running(
        cls,
        port: int = 0,
        http_port: int = 0,
        cert_file: Path | None = None,
        slow_s: float = 30.0,
        host: str = HOST,
        name: str = "localhost",
    ) -> AsyncIterator[Self]:
        """Ports 0 take free ones. ``cert_file``: where the certificate is written, else a file
        that goes with the inbox. ``name``: what senders call this machine."""
        with tempfile.TemporaryDirectory(prefix="gouji-mail-") as folder:
            where = cert_file or Path(folder) / "mail.pem"
            tls: ssl.SSLContext = make_certificate(where, name)
            mailbox = Mailbox(slow_s)
            server = await listen(mailbox, host, port, tls)
            runner, taken = await serve_pages(mailbox, host, http_port)
            try:
                yield cls(mailbox, server.sockets[0].getsockname()[1], taken, where)
            finally:
                await runner.cleanup()
                server.close()
