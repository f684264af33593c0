"""serve: the webhook, the forms and the agency's API under uvicorn."""

import uvicorn

from pipeline.logs import start_logs
from services.notify.http_app import make_app
from services.notify.settings import NAME, ServeSettings


def run_http(settings: ServeSettings) -> None:
    """Until SIGTERM."""
    log = start_logs(NAME)
    config = uvicorn.Config(
        make_app(settings, log),
        host=settings.http_host,
        port=settings.http_port,
        access_log=False,  # addresses hold links, and the metrics count
        log_config=None,
        loop="uvloop",
        timeout_graceful_shutdown=15,
    )
    log("listening", host=settings.http_host, port=settings.http_port)
    uvicorn.Server(config).run()
