"""`python -m chassis.serving [SERVICE]`: one copy of a service on CURBSTOP_PORT (8080).

So it is started by the supervisor, in images and by systemd. An image knows its service by CURBSTOP_SERVICE.
"""

import os
import sys

import uvicorn

PORT = 8080


def main() -> None:
    """Serve until told to end; what is under way is finished first."""
    service = sys.argv[1] if len(sys.argv) > 1 else os.environ["CURBSTOP_SERVICE"]
    uvicorn.run(
        f"services.{service}.app:build",
        factory=True,
        loop="uvloop",
        http="httptools",
        host=os.environ.get("CURBSTOP_HOST", "0.0.0.0"),
        port=int(os.environ.get("CURBSTOP_PORT", PORT)),
        access_log=False,
        timeout_graceful_shutdown=10,
    )


if __name__ == "__main__":
    main()
