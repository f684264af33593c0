"""A worker process over JoinHandler: `python -m tests.support.join_worker GROUP LEFT,RIGHT`."""

import os
import sys

import msgspec

from pipeline.entry import start
from pipeline.kafka_ledger import KafkaLedger, KafkaPlace
from pipeline.logs import start_logs
from pipeline.metrics import Meter
from pipeline.stage import Stage, Surroundings
from pipeline.worker import Worker, leave
from pipeline.worker_settings import WorkerSettings
from tests.support.join import JoinHandler


def build(group: str, topics: list[str]) -> Worker:
    settings = WorkerSettings.read(os.environ)
    meter, log = Meter(), start_logs(group)
    place = KafkaPlace.of(settings, group, f"{group}-changelog", topics)

    def stage(partition: int) -> Stage:
        handler = JoinHandler(out=f"{group}-out")
        ledger = KafkaLedger(place, partition, handler.packer, meter=meter)
        around = Surroundings(leave, meter=meter, log=log)
        return Stage(group, handler, ledger, msgspec.json.encode, around, settings.limits())

    return Worker(settings, stage, topics, group=group, meter=meter, log=log)


if __name__ == "__main__":
    start(lambda env: build(sys.argv[1], sys.argv[2].split(",")))
