"""`make drill`: back up, lose, restore, compare; once with Kafka lost too, once with what vendors wrote still there."""

import argparse
import tempfile
from pathlib import Path

from tests.restore.drill import Report, drill, lose_everything, lose_postgres

LOSSES = {"everything is lost": lose_everything, "PostgreSQL's disk is lost": lose_postgres}


def main() -> None:
    """Drill, print the figures, exit with 1 when the books are not what they were."""
    asked = argparse.ArgumentParser(prog="make drill", description=__doc__)
    asked.add_argument("--accounts", type=int, default=200)
    asked.add_argument("--seed", type=int, default=7)
    given = asked.parse_args()
    wrong = 0
    for name, lose in LOSSES.items():
        print(f"\n{name}, {given.accounts} accounts, seed {given.seed}")  # noqa: T201
        with tempfile.TemporaryDirectory(prefix="curbstop-drill-") as folder:
            report = drill(Path(folder), given.seed, given.accounts, lose, lambda line: print(line, flush=True))  # noqa: T201
        wrong += len(report.findings.wrong)
        print("\n".join(figures(report)))  # noqa: T201
    raise SystemExit(1 if wrong else 0)


def figures(report: Report) -> list[str]:
    """What a drill came to, a line each."""
    asked = (
        f"asked for {report.instant:%H:%M:%S.%f}, the last transaction that is back was {report.behind:.3f} s before"
    )
    lines = [f"recovery point   {asked}"]
    lines += [f"{part:<24} {seconds:7.1f} s" for part, seconds in report.seconds.items()]
    lines += [f"{what:<32} {count}" for what, count in report.counts.items()]
    return [*lines, *report.findings.wrong, "The books agree." if not report.findings.wrong else "They do not agree."]


if __name__ == "__main__":
    main()
