"""An application under uvicorn, the same way in every service."""

import uvicorn
from starlette.types import ASGIApp

GRACE_S = 15
"""What is being answered at SIGTERM may be finished."""


def server_of(app: ASGIApp, host: str, port: int, keep_alive_s: int) -> uvicorn.Server:
    """Not running yet. No access log: paths hold ids and links, and the metrics count.

    keep_alive_s  an idle connection is kept so long. Longer than any client or proxy keeps its own:
                  whoever closes first must be the one who sends, or a request meets a closed door.
    """
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        access_log=False,
        log_config=None,
        loop="uvloop",
        timeout_keep_alive=keep_alive_s,
        timeout_graceful_shutdown=GRACE_S,
    )
    return uvicorn.Server(config)
