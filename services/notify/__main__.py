"""python -m services.notify: plans notices, sends them, and speaks on LINE."""

import typer

from services.notify import cli, cli_keys
from services.notify.cli_bounce import bounce
from services.notify.cli_rich_menu import rich_menu_app
from services.notify.settings import PlannerSettings, SenderSettings, ServeSettings

app = typer.Typer(
    help="notify: tells clinics 勾稽 what is open and due, once, in time, on the channel they use; "
    "answers on the LINE account.",
    epilog=cli.EXIT_CODES,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # they print values of variables
)

app.add_typer(cli_keys.app, name="keys")


@app.command()
def planner() -> None:
    """Keep what is open and plan notices, until SIGTERM. 依案件異動規劃通知。"""
    # Imported here and below: Faust and the SDK take longer to load than most commands to run.
    from services.notify.planner_stage import run_planner

    settings = cli.read(PlannerSettings)
    cli.run_for_ever(lambda: run_planner(settings))


@app.command()
def sender() -> None:
    """Send what is planned by LINE and e-mail, until SIGTERM. 以 LINE 與電子郵件送出通知。"""
    from services.notify.sender import run_sender

    settings = cli.read(SenderSettings)
    cli.run_for_ever(lambda: run_sender(settings))


@app.command()
def serve() -> None:
    """Run the webhook of LINE, the form and the agency's API. 啟動 LINE 回呼與管理介面。"""
    from services.notify.serving import run_http

    run_http(cli.read(ServeSettings))


app.command()(bounce)
app.add_typer(rich_menu_app)

if __name__ == "__main__":
    app()
