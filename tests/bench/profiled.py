"""Services under cProfile, to see where a night's processor time goes.

`python -m tests.bench --profile FOLDER` starts each service anew as `python -m tests.bench.profiled FILE SERVICE`; when
it stops, FILE holds what `python -m pstats` reads.
"""

import cProfile
import signal
import sys
from pathlib import Path

from chassis import serving
from deploy.local.supervisor import Suite


def restart(suite: Suite, folder: Path) -> None:
    """Have every service run under a profile from now on."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, child in suite.services.items():
        child.stop()
        file = folder.absolute() / f"{name.replace(' ', '-')}.prof"
        python, *_, service = child.command
        child.command = [python, "-m", "tests.bench.profiled", str(file), service]
        suite.start(name)
    suite.wait_ready(suite.services)


def main() -> None:
    """Serve the service that is named after the file."""
    file = sys.argv.pop(1)
    profile = cProfile.Profile()
    # After its graceful stop, uvicorn raises the signal again for whoever was there before it.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit())
    try:
        profile.runcall(serving.main)
    finally:
        profile.dump_stats(file)


if __name__ == "__main__":
    main()
