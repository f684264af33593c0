"""Composition root: `python -m services.elsewhere`."""

from collections.abc import Mapping

from pipeline.codec import Codec
from pipeline.deadletter import DeadLetters
from pipeline.entry import start
from pipeline.kafka_ledger import KafkaLedger, KafkaPlace
from pipeline.logs import start_logs
from pipeline.metrics import Meter
from pipeline.schemas import Schemas
from pipeline.stage import Stage, Surroundings
from pipeline.worker import Worker, leave
from services.elsewhere.handler import KINDS, ElsewhereHandler
from services.elsewhere.settings import BY_KEY, CHANGELOG, NAME, READS, ElsewhereSettings


def build(env: Mapping[str, str]) -> Worker:
    """A worker of the stage; raises BadSettings."""
    settings = ElsewhereSettings.read(env)
    log, meter = start_logs(NAME), Meter()
    codec = Codec(Schemas.read(settings.schemas_dir), (*KINDS, DeadLetters))
    handler = ElsewhereHandler(codec)
    place = KafkaPlace.of(settings, NAME, CHANGELOG, READS, BY_KEY)

    def stage(partition: int) -> Stage:
        ledger = KafkaLedger(place, partition, handler.packer, meter=meter)
        around = Surroundings(leave, meter=meter, log=log)
        return Stage(NAME, handler, ledger, codec.encode, around, settings.limits())

    return Worker(settings, stage, READS, group=NAME, meter=meter, log=log)


if __name__ == "__main__":
    start(build)
