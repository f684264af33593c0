"""Composition root: `python -m services.match` runs the worker; its commands only look."""

from collections.abc import Mapping

import typer

from pipeline.codec import Codec
from pipeline.deadletter import DeadLetters
from pipeline.entry import start
from pipeline.kafka_ledger import KafkaLedger, KafkaPlace
from pipeline.logs import start_logs
from pipeline.metrics import Meter
from pipeline.schemas import Schemas
from pipeline.sealing import PersonKeys, Sealer
from pipeline.stage import Stage, Surroundings
from pipeline.worker import Worker, leave
from services.match.cli import EXIT_CODES
from services.match.explain import explain
from services.match.handler import KINDS, MatchHandler
from services.match.people import publisher_of
from services.match.replay import replay
from services.match.round_list import round_list
from services.match.settings import BY_KEY, CHANGELOG, NAME, READS, MatchSettings
from services.match.watch import watch


def build(env: Mapping[str, str]) -> Worker:
    """A worker of the stage; raises BadSettings."""
    settings = MatchSettings.read(env)
    log, meter = start_logs(NAME), Meter()
    codec = Codec(Schemas.read(settings.schemas_dir), (*KINDS, DeadLetters))
    publisher = publisher_of(
        PersonKeys(settings.publish_key, settings.publish_key_id),
        Sealer(settings.seal_key, settings.seal_key_id),
    )
    place = KafkaPlace.of(settings, NAME, CHANGELOG, READS, BY_KEY)

    def stage(partition: int) -> Stage:
        handler = MatchHandler(codec, publisher)
        ledger = KafkaLedger(place, partition, handler.packer, meter=meter)
        around = Surroundings(leave, meter=meter, log=log)
        return Stage(NAME, handler, ledger, codec.encode, around, settings.limits())

    return Worker(settings, stage, READS, group=NAME, meter=meter, log=log)


app = typer.Typer(
    add_completion=False,
    help="Books, verdicts and deadlines of the claims.",
    epilog=EXIT_CODES,
    pretty_exceptions_enable=False,  # they print values of variables
)
for command in (watch, replay, explain):
    app.command()(command)
app.command("list")(round_list)


@app.callback(invoke_without_command=True)
def run(context: typer.Context) -> None:
    """Without a command: run a worker of the stage until SIGTERM."""
    if context.invoked_subcommand is None:
        start(build)


if __name__ == "__main__":
    app()
