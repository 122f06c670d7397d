"""The town of a trial on one of the days after the month."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from deploy.local.demo.town.homes import Home
from deploy.local.demo.town.schedule import ROUNDS, about_to_be_read
from deploy.local.supervisor import Suite
from tests.faults.month import OF_THE_MONTH, Script
from tests.faults.office import Office

LATER = ROUNDS[OF_THE_MONTH:]
"""The rounds of the days: every cycle is read and billed again when its turn comes."""


@dataclass
class Town:
    """The town on one of its days, the people who work for it, and what they remember of the days before."""

    suite: Suite
    office: Office
    script: Script
    day: date
    passed: dict[str, int]
    """Gallons that each meter had counted when it was read last, by service point."""
    read_on: dict[str, date]
    """When that was."""
    read_by_crew: set[str] = field(default_factory=set)
    """Service points that were read for an order since their cycle was."""
    certificates: dict[str, Any] = field(default_factory=dict)
    """Those of the days' billing runs, by cycle and day."""
    mailings: list[str] = field(default_factory=list)
    paid_by_check: str = ""
    crew_was_sent: bool = False
    """Whether the water of somebody was to be shut off already."""

    def home(self, meter: str) -> Home:
        """The home with a meter."""
        return next(one for one in self.script.homes if one.meter.number == meter)

    def about_to_be_read(self, account: str) -> bool:
        """Whether the meter of an account is read within days, or was and is not billed yet."""
        cycle = next(home.cycle for home in self.script.homes if home.account == account)
        return about_to_be_read(cycle, self.day)

    def decide(
        self, service: str, path: str, body: dict[str, Any], already: Callable[[], bool], by: str = "carl"
    ) -> None:
        """Have something done and settled. A refusal is an error unless it is `already` done."""
        answer = self.office.ask(service, "POST", path, by=by, json=body)
        assert answer.status_code < 300 or already(), f"{path}: {answer.status_code} {answer.text[:400]}"
        self.office.settle()
