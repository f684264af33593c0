"""serve: the HTTP service under uvicorn."""

from pipeline.logs import start_logs
from services.ingest import cli
from services.ingest.settings import ServeSettings


def serve() -> None:
    """Run the HTTP service until SIGTERM. 啟動 HTTP 服務。

    Listens on GOUJI_HTTP_HOST and GOUJI_HTTP_PORT; the interface is described at /docs.
    """
    # Imported here: other commands need neither, and start sooner.
    import uvicorn

    from services.ingest.http_app import make_app

    settings = cli.read(ServeSettings)
    log = start_logs("ingest")
    app = make_app(settings, log)
    config = uvicorn.Config(
        app,
        host=settings.http_host,
        port=settings.http_port,
        access_log=False,  # paths hold ids, and /metrics counts
        log_config=None,
        loop="uvloop",
        timeout_graceful_shutdown=15,
    )
    log("listening", host=settings.http_host, port=settings.http_port)
    uvicorn.Server(config).run()
