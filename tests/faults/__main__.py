"""`python -m tests.faults [--seed N] [--accounts N] [--days N] [--kills N]`: kill -9, and the books are the same."""

import argparse
import logging
import random
import shutil
import sys
import tempfile
from pathlib import Path

from deploy.local.supervisor import end_on_signals
from tests.faults.trial import Report, trial

SHOWN = 40


def main() -> int:
    """Run a trial and tell of it; 1 when something was not as it must be."""
    given = _arguments()
    end_on_signals()
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # it tells of every broker that is away: they are, here
    folder = Path(tempfile.mkdtemp(prefix="curbstop-faults-"))
    _say(f"seed {given.seed}, {given.accounts} accounts, a month and {given.days} days, {given.kills} kills")
    report = trial(folder, given.seed, given.accounts, given.kills, given.days, _say)
    _tell(report)
    if report.wrong:
        _say(f"Logs and data are kept in {folder}. Again with: make faults ARGS='--seed {given.seed}'")
        return 1
    shutil.rmtree(folder, ignore_errors=True)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="faults", description=__doc__)
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    parser.add_argument("--accounts", type=int, default=100)
    parser.add_argument("--days", type=int, default=60, help="after the month; 60 make it a quarter")
    parser.add_argument("--kills", type=int, default=60)
    return parser.parse_args()


def _tell(report: Report) -> None:
    _say(f"{'killed':<34}{sum(report.killed.values()):>8}")
    for what, count in sorted(report.killed.items()):
        _say(f"  {what:<32}{count:>8}")
    for what, count in report.counts.items():
        _say(f"{what:<34}{count:>8}")
    for part, findings in report.findings.items():
        _say(f"compared {part:<25}{findings.compared:>8}   {len(findings.wrong) or 'nothing'} wrong")
    for part, seconds in report.seconds.items():
        _say(f"seconds {part:<26}{seconds:>8.0f}")
    for sentence in report.wrong[:SHOWN]:
        _say(sentence)
    if len(report.wrong) > SHOWN:
        _say(f"... and {len(report.wrong) - SHOWN} more.")
    _say("The books are the same." if not report.wrong else "The books differ.")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
