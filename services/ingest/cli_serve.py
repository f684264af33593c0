"""serve: the HTTP service."""

from pipeline.logs import start_logs
from services.ingest import cli
from services.ingest.settings import ServeSettings


def serve() -> None:
    """Run the HTTP service until SIGTERM. 啟動 HTTP 服務。

    Listens on GOUJI_HTTP_HOST and GOUJI_HTTP_PORT; the interface is described at /docs.
    """
    # Imported here: other commands need neither, and start sooner.
    from pipeline.http_server import server_of
    from services.ingest.http_app import make_app

    settings = cli.read(ServeSettings)
    log = start_logs("ingest")
    app = make_app(settings, log)
    server = server_of(app, settings.http_host, settings.http_port, settings.keep_alive_s)
    log("listening", host=settings.http_host, port=settings.http_port)
    server.run()
