"""`curbstop day`: on to the next day when the last one is over, missed days one by one, override with a reason.

The services are played by a town of a few lines: the real barrier is tested in tests/billing.
"""

import json
from datetime import date, timedelta
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from contracts.topics import SERVICES
from curbstop import day as command
from curbstop.main import app
from deploy.local.trouble import TroubleError

FIRST = date(2023, 3, 1)


class Town:
    """Six services: each is busy, and not done with a day, for a number of looks at it after the day began."""

    def __init__(self, began: date | None = FIRST, looks: int = 2, stuck: str = "") -> None:
        self.day, self.looks, self.stuck = began, looks, stuck
        self.looked = 0
        self.begun: list[tuple[str, str]] = []

    def call(self, method: str, service: str, path: str, **given: Any) -> Any:
        """What a service answers."""
        if path == "/settled":
            return {"settled": self.looked >= self.looks, "unsent": 1, "chunks_to_do": 0, "unhandled": {}}
        assert service == "billing"
        match method, path:
            case "GET", "/days":
                return [{"date": str(self.day)}] if self.day else []
            case "GET", "/days/today":
                self.looked += 1
                return self._today()
            case "POST", "/days":
                return self._begin(**given["json"])
        raise AssertionError((method, path))

    def _begin(self, date: str, override_why: str = "") -> dict[str, Any]:
        if self._missing() and not override_why:
            raise TroubleError(f"billing: {date} can't begin yet")
        self.begun.append((date, override_why))
        self.day, self.looked = FIRST.fromisoformat(date), 0
        return self._today()

    def _missing(self) -> list[str]:
        if self.day is None:
            return []
        return [name for name in SERVICES if name == self.stuck or self.looked < self.looks]

    def _today(self) -> dict[str, Any]:
        missing = self._missing()
        done = [
            {"service": name, "done_at": "2023-03-01T08:00:00Z", "counts": {"reads": 3}, "money": {"charged": "5.00"}}
            for name in SERVICES
            if name not in missing
        ]
        clock = str(FIRST + timedelta(3))
        return {"date": str(self.day), "state": "done", "done": done, "missing": missing, "by_the_clock": clock}


def curbstop(town: Town, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> Result:
    monkeypatch.setattr(command, "call", town.call)
    monkeypatch.setattr(command, "PAUSE_SECONDS", 0)
    monkeypatch.setattr(command, "PATIENCE_SECONDS", 0.2)
    return CliRunner().invoke(app, ["day", *arguments])


def test_status_names_who_is_missing_and_fails_until_everybody_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    said = curbstop(Town(stuck="metering", looks=0), monkeypatch, "status")
    assert (said.exit_code, "not done: metering." in said.output) == (1, True)
    said = curbstop(Town(looks=0), monkeypatch, "status")
    assert (said.exit_code, "every service is done" in said.output) == (0, True)
    assert "3 reads, charged $5.00" in said.output


def test_advance_waits_until_the_day_is_over_and_until_the_next_ones_work_is_done(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    town = Town()
    said = curbstop(town, monkeypatch, "advance", "--json")
    assert said.exit_code == 0, said.output
    assert town.begun == [("2023-03-02", "")]
    (shown,) = json.loads(said.stdout)
    assert (shown["date"], shown["missing"]) == ("2023-03-02", [])


def test_a_service_that_is_never_done_keeps_the_day_and_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    town = Town(stuck="metering")
    said = curbstop(town, monkeypatch, "advance")
    assert (said.exit_code, town.begun) == (1, [])
    assert "metering not done" in said.stderr


def test_an_override_needs_a_reason_and_waits_for_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    town = Town(stuck="metering")
    for half in (("--override",), ("--why", "disk full")):
        said = curbstop(town, monkeypatch, "advance", *half)
        assert (said.exit_code, "An override needs a reason" in said.stderr) == (1, True)
    said = curbstop(town, monkeypatch, "advance", "--override", "--why", "metering's disk is full")
    assert said.exit_code == 0, said.stderr
    assert town.begun == [("2023-03-02", "metering's disk is full")]


def test_missed_days_are_begun_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    town = Town()
    assert curbstop(town, monkeypatch, "catch-up", "--to", "2023-03-03").exit_code == 0
    assert [day for day, _ in town.begun] == ["2023-03-02", "2023-03-03"]
    assert curbstop(town, monkeypatch, "catch-up").exit_code == 0
    assert [day for day, _ in town.begun] == ["2023-03-02", "2023-03-03", "2023-03-04"]  # today, by the town's clock
    said = curbstop(town, monkeypatch, "catch-up")
    assert "Nothing was missed: the business day is 2023-03-04." in said.output


def test_the_first_day_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    town = Town(began=None)
    for asked in (("advance",), ("catch-up",)):
        said = curbstop(town, monkeypatch, *asked)
        assert (said.exit_code, "No business day has begun yet" in said.stderr) == (1, True)
    assert curbstop(town, monkeypatch, "advance", "--date", "2023-03-01").exit_code == 0
    assert town.begun == [("2023-03-01", "")]
