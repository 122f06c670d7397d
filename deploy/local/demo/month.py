"""The demo as it stands: the town, its offices, and what was seen so far. Every part of the month works on it."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from deploy.local.demo.diary import Diary
from deploy.local.demo.office import Office
from deploy.local.demo.town.files import ImportFile
from deploy.local.demo.town.homes import Home
from deploy.local.demo.town.paying import Sending
from deploy.local.demo.town.schedule import Round
from deploy.local.supervisor import Suite

ZERO = Decimal(0)
ENOUGH_FOR_EXCEPTIONS = 3
"""With so many on a list, one may pay first and one be ill, and somebody is left to remind or to shut off."""


@dataclass
class Imported:
    """What became of an import file."""

    file: ImportFile
    report: dict[str, Any]
    refused_first: str = ""


@dataclass
class ReadingDone:
    """A cycle that was read and posted."""

    which: Round
    meters: int
    files: dict[str, int]
    findings: dict[str, int]
    decisions: dict[str, int]
    posted: int
    flagged: int


@dataclass
class RunDone:
    """A cycle that was billed. `amounts_due` by account, as issued."""

    which: Round
    run: dict[str, Any]
    certificate: dict[str, Any]
    holds: list[dict[str, Any]]
    amounts_due: dict[str, Decimal]

    @property
    def charges(self) -> Decimal:
        return Decimal(self.run["totals"]["total"])


@dataclass
class Mailed:
    """A mailing that the mailing house confirmed."""

    name: str
    pieces: int
    pages: int


@dataclass
class Reminded:
    """A list of reminders that was approved."""

    on: date
    proposed: int
    reminded: int
    left_out: dict[str, str]


@dataclass
class Money:
    """What was taken, and what was said to those who brought it."""

    taken: list[tuple[str, int, Decimal]] = field(default_factory=list)
    """Way in, number of payments, dollars: what must have been posted."""
    sent: list[tuple[str, Sending, str, str]] = field(default_factory=list)
    """Way in, message, outcome and reason as the vendor was told."""
    suspense: Decimal = ZERO
    out_of_balance: str = ""

    @property
    def posted(self) -> tuple[int, Decimal]:
        return sum(count for _, count, _ in self.taken), sum((amount for _, _, amount in self.taken), ZERO)


@dataclass
class Month:
    """The demo as it stands."""

    seed: int
    homes: tuple[Home, ...]
    suite: Suite
    office: Office
    diary: Diary
    day: date
    passed: dict[str, int] = field(default_factory=dict)
    """Gallons that each meter has counted, by service point."""
    oddities: dict[str, str] = field(default_factory=dict)
    """What was odd at a service point when it was read, by its key."""
    owed: dict[str, Decimal] = field(default_factory=dict)
    """By account: its last bill less what was paid since."""
    imported: list[Imported] = field(default_factory=list)
    incomplete: int = 0
    readings: list[ReadingDone] = field(default_factory=list)
    runs: list[RunDone] = field(default_factory=list)
    mailed: list[Mailed] = field(default_factory=list)
    reminded: list[Reminded] = field(default_factory=list)
    money: Money = field(default_factory=Money)
    last_read: dict[str, date] = field(default_factory=dict)
    """When a meter was last read, by service point, if not as imported."""
    read_between: set[str] = field(default_factory=set)
    """Meters that were read for a work order since their cycle was."""
    off: dict[str, date] = field(default_factory=dict)
    """Whose water is off, and since when."""
    moved: dict[str, str] = field(default_factory=dict)
    """Moves by the account that left."""
    stubborn: set[str] = field(default_factory=set)
    """Accounts that pay nothing before they have to."""
    checks: list[str] = field(default_factory=list)
    """Accounts that paid by check in the last counter batch."""
    story: dict[str, list[str]] = field(default_factory=dict)
    """What must happen at least once in the quarter, by its name, each time in a sentence."""

    def mark(self, what: str, sentence: str) -> None:
        """Note that something of the story happened."""
        self.story.setdefault(what, []).append(f"{self.day:%b} {self.day.day}: {sentence}")

    def has(self, what: str) -> bool:
        """Whether it happened already."""
        return what in self.story

    def home(self, account: str) -> Home:
        """The home of an account of the conversion."""
        return next(one for one in self.homes if one.account == account)

    def pay(self, way: str, payments: dict[str, Decimal]) -> None:
        """Note money that was taken for accounts and must be posted."""
        self.money.taken.append((way, len(payments), sum(payments.values(), ZERO)))
        self.stubborn.difference_update(payments)
        for account, amount in payments.items():
            self.owed[account] = self.owed.get(account, ZERO) - amount

    @property
    def willing(self) -> dict[str, Decimal]:
        """What those owe who pay when they are billed."""
        return {account: amount for account, amount in self.owed.items() if account not in self.stubborn}

    def say(self, text: str) -> None:
        self.diary.say(self.day, text)

    def expect(self, holds: bool, sentence: str) -> None:
        self.diary.expect(holds, sentence)
