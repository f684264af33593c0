"""serve: the webhook, the forms and the agency's API over HTTP."""

from pipeline.http_server import server_of
from pipeline.logs import start_logs
from services.notify.http_app import make_app
from services.notify.settings import NAME, ServeSettings


def run_http(settings: ServeSettings) -> None:
    """Until SIGTERM."""
    log = start_logs(NAME)
    app = make_app(settings, log)
    server = server_of(app, settings.http_host, settings.http_port, settings.keep_alive_s)
    log("listening", host=settings.http_host, port=settings.http_port)
    server.run()
