"""Going from one business day to the next, for whoever has to: a command, the demo, a test.

A day is over when every service has done all that was published to it, and has told billing that its work of the day is
done. Then the next may begin.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from contracts.topics import SERVICES
from deploy.local.settling import Look, busy, wait_settled
from deploy.local.trouble import TroubleError

Ask = Callable[[str, str, str, Any], Any]
"""`ask("billing", "POST", "/days", body)`: one request to a service, its JSON; raises TroubleError when refused."""

THE_DAY = "the day"
ONE_DAY = timedelta(1)


@dataclass(frozen=True)
class Days:
    """The town's days, asked and begun through `ask`; `pause` and `clock` are the caller's own."""

    ask: Ask
    pause: Callable[[], None]
    clock: Callable[[], float]
    patience: float

    def today(self) -> Mapping[str, Any]:
        """The day that goes on, with who is done with it. Raises TroubleError while none has begun."""
        return dict(self.ask("billing", "GET", "/days/today", None))

    def look(self, names: Collection[str]) -> Look:
        """What services still have to do, and who is not done with the day, of those that are named."""
        services = [name for name in names if name != THE_DAY]
        with ThreadPoolExecutor(len(SERVICES)) as lookers:
            said = dict(zip(services, lookers.map(self._settled, services), strict=True))
        return said | ({THE_DAY: _as_said(self.today()["missing"])} if THE_DAY in names else {})

    def wait_until_over(self, told: Callable[[Mapping[str, str]], None] = lambda left: None) -> None:
        """Wait until the day is over; `told` hears what is left, each time it is looked.

        Raises TroubleError when nothing has moved for as long as patience lasts.
        """

        def look(names: Collection[str]) -> Look:
            seen = self.look(names)
            told(busy(seen))
            return seen

        wait_settled((*SERVICES, THE_DAY), look, self.pause, self.clock, self.patience)

    def begin(self, day: date, override_why: str = "") -> Mapping[str, Any]:
        """Begin a day. Raises TroubleError with billing's own sentence when it may not begin."""
        body = {"date": str(day)} | ({"override_why": override_why} if override_why else {})
        return dict(self.ask("billing", "POST", "/days", body))

    def _settled(self, service: str) -> Mapping[str, Any]:
        try:
            return dict(self.ask(service, "GET", "/settled", None))
        except TroubleError as error:
            return {"error": str(error)[:200]}


def days_to(last: date, end: date) -> Iterator[date]:
    """The days that follow one day, through another."""
    return (last + passed * ONE_DAY for passed in range(1, (end - last).days + 1))


def _as_said(missing: Iterable[str]) -> Mapping[str, Any]:
    names = ", ".join(missing)
    return {"settled": not names, "error": f"{names} not done"}
