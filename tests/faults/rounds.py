"""The rounds of the days: cycles whose turn it is are read, and billed the day after, as in the month."""

from deploy.local.demo.town.field import walk
from tests.faults.month import bill, read_cycle
from tests.faults.town import LATER, Town


def read(town: Town) -> None:
    """Handhelds come back."""
    for which in LATER:
        if which.loaded_on == town.day:
            by_crew = {point: town.read_on[point] for point in town.read_by_crew}
            found = walk(town.script.seed, which, town.script.homes, town.passed, (), by_crew)
            read_cycle(town.office, which, found)
            town.passed |= found.passed
            town.read_on |= dict.fromkeys(found.passed, which.read_on)
            town.read_by_crew -= found.passed.keys()
            town.office.settle()


def bill_what_was_read(town: Town) -> None:
    """The runs of the day; their certificates are kept."""
    due = [one for one in LATER if one.bill_on == town.day]
    if due:
        certificates = bill(town.office, due, town.day)
        town.certificates |= {f"{cycle} of {town.day}": one for cycle, one in certificates.items()}
        town.office.settle()
