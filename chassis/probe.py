"""`python -m chassis.probe [PATH]`: asks the service of this container for /health/live; exits with 1 when it ails.

An image needs no curl for it, and the one who asks is the Python that is there anyway.
"""

import http.client
import os
import sys

SECONDS = 5


def healthy(port: int, path: str) -> bool:
    """Whether the service answers that it is well."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def main() -> None:
    """Exit with 0 or 1, as container engines want it."""
    path = sys.argv[1] if len(sys.argv) > 1 else "/health/live"
    raise SystemExit(0 if healthy(int(os.environ.get("CURBSTOP_PORT", "8080")), path) else 1)


if __name__ == "__main__":
    main()
