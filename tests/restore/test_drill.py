"""The drill in short: a small town loses everything and is brought back to an instant. `make drill` is the long one."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.restore.__main__ import figures
from tests.restore.drill import drill, lose_everything

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]


def test_a_town_that_lost_everything_has_the_books_of_the_instant_again() -> None:
    # Not below pytest's own temporary folder: PostgreSQL's user could not pass through it.
    with TemporaryDirectory(prefix="curbstop-drill-") as folder:
        report = drill(Path(folder), seed=7, accounts=16, lose=lose_everything)
    print("\n".join(figures(report)))  # noqa: T201
    assert report.findings.wrong == []
    assert report.behind >= 0
    assert report.counts["rows compared"] > 500
    assert report.counts["rows after the instant, gone"] > 50
    assert report.counts["messages told again"] > 50
