"""Health is progress, not an open port."""

import aiohttp

from pipeline.clock import FixedClock
from pipeline.http import Probe, serve


def a_probe() -> tuple[FixedClock, Probe]:
    clock = FixedClock()
    return clock, Probe(clock, stuck_s=30)


def test_a_process_without_work_is_healthy_for_ever() -> None:
    clock, probe = a_probe()
    probe.ready()
    probe.observe(0.0, behind=False)
    clock.seconds += 10_000
    assert probe.health() == (True, "ok")


def test_work_that_is_not_durable_for_too_long_is_unhealthy() -> None:
    _, probe = a_probe()
    probe.ready()
    probe.observe(29.0, behind=False)
    assert probe.health()[0]
    probe.observe(31.0, behind=False)
    assert probe.health() == (False, "uncommitted for 31 s")


def test_messages_that_nobody_takes_are_unhealthy() -> None:
    clock, probe = a_probe()
    probe.ready()
    probe.observe(0.0, behind=True)
    clock.seconds += 29
    assert probe.health()[0]
    clock.seconds += 2
    assert probe.health() == (False, "messages wait, no progress for 31 s")
    probe.progressed()
    assert probe.health()[0]


def test_restoring_is_healthy_as_long_as_it_gets_on_and_not_ready() -> None:
    clock, probe = a_probe()
    probe.starting("restoring partition 2")
    assert probe.health() == (True, "restoring partition 2")
    assert probe.readiness() == (False, "restoring partition 2")
    clock.seconds += 31
    assert not probe.health()[0]
    probe.progressed()
    assert probe.health()[0]
    probe.ready()
    assert probe.readiness() == (True, "ok")


async def test_the_endpoint_answers_with_status_and_words() -> None:
    _, probe = a_probe()
    server = await serve("127.0.0.1", 0, lambda: b"gouji_x 1\n", probe)
    try:
        async with aiohttp.ClientSession(f"http://127.0.0.1:{server.port}") as web:

            async def get(path: str) -> tuple[int, str]:
                async with web.get(path) as answer:
                    return answer.status, await answer.text()

            assert await get("/metrics") == (200, "gouji_x 1\n")
            assert await get("/healthz") == (200, "starting\n")
            assert await get("/readyz") == (503, "starting\n")
            probe.ready()
            assert await get("/readyz") == (200, "ok\n")
            probe.observe(99.0, behind=False)
            assert await get("/healthz") == (503, "uncommitted for 99 s\n")
    finally:
        await server.close()
