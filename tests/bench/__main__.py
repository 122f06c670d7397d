"""`python -m tests.bench`: the billing night through the real services, beside the floor of a bare loop.

make bench ARGS="--accounts 100000 --instances 1,2"
"""

import argparse
import json
import shutil
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from deploy.local.supervisor import Plan, end_on_signals, running
from deploy.local.trouble import TroubleError
from tests.bench import profiled, report, tariffs
from tests.bench.measuring import measure


def main() -> None:
    """Measure what was asked for and print it."""
    asked = _arguments()
    end_on_signals()
    try:
        if asked.only != "tariffs":
            _night(asked)
        if asked.only != "night":
            print("\n".join(report.tariffs(tariffs.run())))  # noqa: T201
    except (TroubleError, RuntimeError) as trouble:
        sys.exit(str(trouble))


def _night(asked: argparse.Namespace) -> None:
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="curbstop-bench-"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        plan = Plan(folder, copies={"billing": max(asked.instances)}, only="embedded")
        suite = stack.enter_context(running(plan, _tell))
        if asked.profile:
            profiled.restart(suite, asked.profile)
        found = measure(suite, asked.accounts, asked.seed, asked.instances, lambda news: _tell("bench", news))
    print("\n".join(report.night(found)))  # noqa: T201
    if asked.json:
        asked.json.write_text(json.dumps(report.figures(found), indent=2))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench ARGS=...", description=__doc__)
    parser.add_argument("--accounts", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--instances", type=_numbers, default=(1, 2), help="copies of billing, a night each: 1,2")
    parser.add_argument("--only", choices=("night", "tariffs"))
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    parser.add_argument("--profile", type=Path, help="profile every service process into this folder (slower)")
    return parser.parse_args()


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in text.split(","))


def _tell(part: str, news: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {part}: {news}", file=sys.stderr, flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
