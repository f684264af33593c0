"""Composition root: `python -m services.validate`."""

from collections.abc import Mapping

from pipeline.codec import Codec
from pipeline.deadletter import DeadLetters
from pipeline.entry import start
from pipeline.kafka_ledger import KafkaLedger, KafkaPlace
from pipeline.logs import start_logs
from pipeline.metrics import Meter
from pipeline.schemas import Schemas
from pipeline.sealing import Sealer
from pipeline.stage import Stage, Surroundings
from pipeline.worker import Worker, leave
from services.validate.handler import KINDS, ValidateHandler
from services.validate.settings import CHANGELOG, NAME, READS, ValidateSettings
from services.validate.uploads import UploadsJudge, content_hasher


def build(env: Mapping[str, str]) -> Worker:
    """A worker of the stage; raises BadSettings."""
    settings = ValidateSettings.read(env)
    log, meter = start_logs(NAME), Meter()
    codec = Codec(Schemas.read(settings.schemas_dir), (*KINDS, DeadLetters))
    sealer = Sealer(settings.seal_key, settings.seal_key_id)
    judge = UploadsJudge(sealer, content_hasher(settings.publish_key))
    handler = ValidateHandler(codec, judge, settings.parts_seen_days)
    place = KafkaPlace.of(settings, NAME, CHANGELOG, READS)

    def stage(partition: int) -> Stage:
        ledger = KafkaLedger(place, partition, handler.packer, meter=meter)
        around = Surroundings(leave, meter=meter, log=log)
        return Stage(NAME, handler, ledger, codec.encode, around, settings.limits())

    return Worker(settings, stage, READS, group=NAME, meter=meter, log=log)


if __name__ == "__main__":
    start(build)
