"""python -m deploy.mail_inbox: a mail server that keeps everything and sends nothing on."""

import asyncio
import signal
from pathlib import Path
from typing import Annotated

import typer

from deploy.mail_inbox.inbox import HOST, MailInbox


async def _serve(
    port: int, http_port: int, cert_file: Path, slow_s: float, host: str, name: str
) -> None:
    ended, loop = asyncio.Event(), asyncio.get_running_loop()
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, ended.set)
    async with MailInbox.running(port, http_port, cert_file, slow_s, host, name) as inbox:
        typer.echo(f"{inbox.smtp_url} STARTTLS, certificate {cert_file}; pages at {inbox.url}/")
        await ended.wait()


def main(
    port: Annotated[int, typer.Option(help="SMTP port; 0 takes a free one.")] = 8025,
    http_port: Annotated[int, typer.Option(help="Port of the pages; 0 takes a free one.")] = 8026,
    cert_file: Annotated[
        Path, typer.Option(help="Where the certificate is written, for GOUJI_SMTP_CA_FILE.")
    ] = Path(".run/mail-inbox.pem"),
    slow_s: Annotated[float, typer.Option(help="How long a slow answer takes, seconds.")] = 30.0,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = HOST,
    name: Annotated[
        str, typer.Option(help="What senders call this machine; in the certificate.")
    ] = "localhost",
) -> None:
    """Take every mail over STARTTLS, show it on a page, until SIGTERM. 模擬信箱。"""
    cert_file.parent.mkdir(parents=True, exist_ok=True)
    asyncio.run(_serve(port, http_port, cert_file, slow_s, host, name))


if __name__ == "__main__":
    typer.run(main)
