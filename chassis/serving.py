"""`python -m chassis.serving [SERVICE]`: one copy of a service on CURBSTOP_PORT (8080).

So it is started by the supervisor, in images and by systemd. An image knows its service by CURBSTOP_SERVICE.
"""

import gc
import os
import sys
from functools import partial
from importlib import import_module

import uvicorn
from fastapi import FastAPI

PORT = 8080


def main() -> None:
    """Serve until told to end; what is under way is finished first."""
    service = sys.argv[1] if len(sys.argv) > 1 else os.environ["CURBSTOP_SERVICE"]
    uvicorn.run(
        partial(_built, service),
        factory=True,
        loop="uvloop",
        http="httptools",
        host=os.environ.get("CURBSTOP_HOST", "0.0.0.0"),
        port=int(os.environ.get("CURBSTOP_PORT", PORT)),
        access_log=False,
        timeout_graceful_shutdown=10,
    )


def _built(service: str) -> FastAPI:
    """A service. What is imported stays: looking for garbage in it would take a fifth of a start."""
    gc.disable()
    app: FastAPI = import_module(f"services.{service}.app").build()
    gc.enable()
    return app


if __name__ == "__main__":
    main()
