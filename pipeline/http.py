"""/metrics, /healthz and /readyz of a worker: real progress, not an open port."""

from collections.abc import Callable
from dataclasses import dataclass, field

from aiohttp import web

from pipeline.clock import Clock


@dataclass
class Probe:
    """What the process did last, and whether that is long enough ago to be worth a restart.

    Unhealthy: work is not durable after ``stuck_s`` seconds, or messages wait and none was taken
    for so long. Restoring counts as progress as long as records come in.
    """

    clock: Clock
    stuck_s: float
    _phase: str = "starting"
    _last: float = field(default=0.0)
    _oldest_s: float = 0.0
    _behind: bool = False

    def __post_init__(self) -> None:
        self._last = self.clock.monotonic()

    def starting(self, phase: str) -> None:
        self._phase = phase
        self.progressed()

    def ready(self) -> None:
        self._phase = ""
        self.progressed()

    def progressed(self) -> None:
        self._last = self.clock.monotonic()

    def observe(self, oldest_uncommitted_s: float, behind: bool) -> None:
        self._oldest_s, self._behind = oldest_uncommitted_s, behind

    def health(self) -> tuple[bool, str]:
        """Whether a restart would not help, and a few words."""
        quiet = self.clock.monotonic() - self._last
        if self._oldest_s > self.stuck_s:
            return False, f"uncommitted for {self._oldest_s:.0f} s"
        if (self._behind or self._phase) and quiet > self.stuck_s:
            return False, f"{self._phase or 'messages wait'}, no progress for {quiet:.0f} s"
        return True, self._phase or "ok"

    def readiness(self) -> tuple[bool, str]:
        """Whether the process takes messages, and if not, why."""
        return (not self._phase, self._phase) if self._phase else self.health()


class Server:
    """A running endpoint."""

    def __init__(self, runner: web.AppRunner, port: int) -> None:
        self._runner, self.port = runner, port

    async def close(self) -> None:
        await self._runner.cleanup()


async def serve(host: str, port: int, page: Callable[[], bytes], probe: Probe) -> Server:
    """Listen; port 0 takes a free one."""

    async def metrics(_: web.Request) -> web.Response:
        return web.Response(body=page(), headers={"Content-Type": "text/plain; version=0.0.4"})

    def answer(state: tuple[bool, str]) -> web.Response:
        good, words = state
        return web.Response(status=200 if good else 503, text=words + "\n")

    async def healthz(_: web.Request) -> web.Response:
        return answer(probe.health())

    async def readyz(_: web.Request) -> web.Response:
        return answer(probe.readiness())

    app = web.Application()
    app.router.add_get("/metrics", metrics)
    app.router.add_get("/healthz", healthz)
    app.router.add_get("/readyz", readyz)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, host, port).start()
    return Server(runner, runner.addresses[0][1])
