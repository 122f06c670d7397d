"""`python -m chassis.serving [SERVICE]`: one copy of a service on CURBSTOP_PORT (8080).

So it is started by the supervisor, in images and by systemd. An image knows its service by CURBSTOP_SERVICE.
"""

import gc
import os
import sys
from collections.abc import Callable
from importlib import import_module

import uvicorn
from fastapi import FastAPI

PORT = 8080


def main() -> None:
    """Serve until told to end; what is under way is finished first."""
    uvicorn.run(
        _loaded(sys.argv[1] if len(sys.argv) > 1 else os.environ["CURBSTOP_SERVICE"]),
        factory=True,
        loop="uvloop",
        http="httptools",
        host=os.environ.get("CURBSTOP_HOST", "0.0.0.0"),
        port=int(os.environ.get("CURBSTOP_PORT", PORT)),
        access_log=False,
        timeout_graceful_shutdown=10,
    )


def _loaded(service: str) -> Callable[[], FastAPI]:
    """What builds a service. Its code stays as long as the process: the collector never has to look through it."""
    gc.disable()
    build: Callable[[], FastAPI] = import_module(f"services.{service}.app").build
    gc.freeze()
    gc.enable()
    return build


if __name__ == "__main__":
    main()
