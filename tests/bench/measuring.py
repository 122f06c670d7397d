"""A town, a night for each number of billing instances, and the floor."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace

from deploy.local.supervisor import Suite
from tests.bench import floor, night
from tests.bench.floor import Floor
from tests.bench.night import Night
from tests.bench.office import Office
from tests.bench.watching import SERVERS, Watch, between

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Measured:
    """What a bench found. `peaks` are MB of memory at the highest, import included."""

    nights: Sequence[Night]
    floor: Floor
    floor_processor: dict[str, float]
    peaks: dict[str, int]

    def ratio(self, night: Night) -> float:
        """A night's bills a second beside the bare loop's."""
        return night.bills_a_second / self.floor.bills_a_second

    def work_ratio(self, night: Night) -> float:
        """The bare loop's processor time beside a night's: what the ratio comes to where every core is busy."""
        return sum(self.floor_processor.values()) / sum(night.processor.values())


def measure(suite: Suite, accounts: int, seed: int, instances: Sequence[int], tell: Tell) -> Measured:
    """Found the town, then bill one month after the other, each with its number of instances."""
    with ExitStack() as stack:
        office = Office(suite, stack)
        watch = stack.enter_context(Watch(suite).going_on())
        billing = Copies(suite)
        billing.run(1)
        night.found_town(office, seed, accounts, tell)
        nights = []
        for month, copies in enumerate(instances, 1):
            billing.run(copies)
            tell(f"night {month}, {copies} of billing")
            reading = night.accept_reads(office, seed, accounts, month)
            before = watch.processor()
            billed = night.bill(office, reading, accounts, month, copies)
            nights.append(replace(billed, processor=between(before, watch.processor())))
            night.finish(office, reading)
            if month == 1:
                tell("the floor")
                before = watch.processor()
                bare = floor.measure(suite, billed)
                servers = between(before, watch.processor())
        return Measured(nights, bare, floor_processor(bare, servers), watch.peaks)


def floor_processor(bare: Floor, used: dict[str, float]) -> dict[str, float]:
    """Processor seconds of the bare loop: its own, and what Kafka and PostgreSQL used meanwhile."""
    return {"the loop": bare.processor} | {name: used[name] for name in SERVERS if name in used}


class Copies:
    """The copies of billing: those that a night has no use for are stopped, and no longer watched for dying."""

    def __init__(self, suite: Suite) -> None:
        self._suite = suite
        self._all = {name: child for name, child in suite.services.items() if name.partition(" ")[0] == "billing"}

    def run(self, wanted: int) -> None:
        """Let so many run."""
        for number, (name, child) in enumerate(self._all.items()):
            if number >= wanted:
                self._suite.services.pop(name, None)
                child.stop()
            elif not child.running:
                self._suite.services[name] = child
                self._suite.start(name)
        self._suite.wait_ready(list(self._all)[:wanted])
