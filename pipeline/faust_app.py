"""One Faust app, its options pinned, each with its reason."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import faust
import yarl
from faust.types import TP

from pipeline.faust_transport import Transport


class Group(NamedTuple):
    """How a worker takes part in its consumer group. Times in seconds."""

    name: str
    brokers: str
    folder: Path  # Faust makes a data folder at every start; the root of a pod is read-only
    instance: str = ""  # static membership: a restart within session_s takes its partitions back
    session_s: float = 10.0
    heartbeat_s: float = 1.0
    rebalance_s: float = 60.0


def make_app(group: Group, position: Callable[[TP], int | None]) -> Any:
    """The app; ``position`` is asked where to read on, after every rebalance."""
    urls = [yarl.URL(f"kafka://{broker}") for broker in group.brokers.split(",")]
    app = faust.App(
        group.name,
        broker=urls,
        datadir=str(group.folder),
        web_enabled=False,  # /metrics and /healthz are ours
        topic_allow_declare=False,  # pipeline.topics makes topics
        topic_disable_leader=True,  # no leader topic: nothing here elects
        consumer_auto_offset_reset="earliest",
        consumer_group_instance_id=group.instance or None,
        broker_session_timeout=group.session_s,
        broker_heartbeat_interval=group.heartbeat_s,
        broker_rebalance_timeout=group.rebalance_s,
        broker_max_poll_interval=group.rebalance_s * 5,  # a restore may take that long
        consumer_max_fetch_size=4 << 20,
        stream_buffer_maxsize=64,  # messages hold up to 500 rows
        stream_wait_empty=False,  # nothing is acknowledged, so nothing to wait for
        table_standby_replicas=0,  # no tables: the state is the ledgers'
    )
    app.transport = transport = Transport(urls, app)
    transport.position = position
    return app


def read_topics(app: Any, topics: Sequence[str], take: Callable[[Any], Awaitable[None]]) -> None:
    """One agent over all topics, one message at a time: two at once would break the order."""
    source = app.topic(
        *topics, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw"
    )

    async def agent(stream: Any) -> None:
        events: AsyncIterator[Any] = stream.noack().events()
        async for event in events:
            await take(event.message)

    app.agent(source, concurrency=1, name=f"{app.conf.id}-agent")(agent)
