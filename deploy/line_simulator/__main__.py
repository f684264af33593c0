"""python -m deploy.line_simulator: a LINE of one's own, with phones on a page."""

import asyncio
import signal
from typing import Annotated

import typer

from deploy.line_simulator.simulator import LOOPBACK, SECRET, TOKEN, LineSimulator
from deploy.line_simulator.webhook import Behaviour


def main(
    port: Annotated[
        int, typer.Option(envvar="GOUJI_HTTP_PORT", help="Where it listens; 0 takes a free one.")
    ] = 8090,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = LOOPBACK,
    webhook: Annotated[
        str, typer.Option(envvar="GOUJI_WEBHOOK_URL", help="Where the bot listens.")
    ] = "",
    secret: Annotated[
        str,
        typer.Option(
            envvar="GOUJI_LINE_CHANNEL_SECRET", help="It signs with this.", show_default=False
        ),
    ] = SECRET,
    token: Annotated[
        str,
        typer.Option(
            envvar="GOUJI_LINE_CHANNEL_TOKEN", help="It asks for this.", show_default=False
        ),
    ] = TOKEN,
    quota: Annotated[int, typer.Option(help="Messages a month; 0: no limit.")] = 6_000,
    redeliver: Annotated[
        int, typer.Option(help="Times that an event without a 2xx in time comes again.")
    ] = 0,
) -> None:
    """Serve until stopped. GET / shows the phones; /_control is for programs."""
    asyncio.run(
        _serve(host, port, webhook, secret, token, quota or None, Behaviour(redeliver=redeliver))
    )


async def _serve(
    host: str,
    port: int,
    webhook: str,
    secret: str,
    token: str,
    quota: int | None,
    behaviour: Behaviour,
) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(sign, stopped.set)
    async with LineSimulator.running(
        channel_secret=secret,
        channel_token=token,
        webhook=webhook,
        quota=quota,
        host=host,
        port=port,
        behaviour=behaviour,
    ) as line:
        print(f"phones at {line.url}", flush=True)
        await stopped.wait()


if __name__ == "__main__":
    typer.run(main)
