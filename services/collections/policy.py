"""The `collections` section of a town's pack: the steps from past due to restored, holds and arrangements."""

from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from chassis.town import Section

HoldKind = Literal["medical", "dispute", "bankruptcy", "other"]
Role = Literal["clerk", "specialist", "coordinator"]
Days = Annotated[int, Field(ge=1, le=365)]
Dollars = Annotated[Decimal, Field(gt=0, decimal_places=2)]
LETTERS = ("reminder", "status_letter", "door_hanger", "shutoff_notice")
YEAR_OF_ALL_DAYS = 2000


class Part(BaseModel):
    """What every part of the section is."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Reminder(Part):
    """A pack without a timeline: one reminder, approved by a person, and nothing after it."""

    after_days: Days
    minimum: Dollars
    deadline_days: Days


class Letter(Part):
    """A step that tells the customer something.

    Days count from the oldest item's due date and roll to a working day; `minimum` is in dollars past due. A step with
    `approve` waits for a person; `fee` is charged when the step is taken.
    """

    step: Literal["reminder", "status_letter", "door_hanger", "shutoff_notice"]
    after_days: Days
    minimum: Dollars
    deadline_days: Days
    approve: bool = True
    fee: Dollars | None = None


class Stop(Part):
    """Days of every year on which no water is shut off: the cold of winter, the heat of summer. Both ends belong."""

    name: Annotated[str, Field(min_length=1)]
    first: Annotated[str, Field(pattern=r"^\d\d-\d\d$")]
    last: Annotated[str, Field(pattern=r"^\d\d-\d\d$")]

    @model_validator(mode="after")
    def _days_of_a_year(self) -> Self:
        for written in (self.first, self.last):
            try:
                date.fromisoformat(f"{YEAR_OF_ALL_DAYS}-{written}")
            except ValueError:
                raise ValueError(f'there is no day "{written}"; write month and day, such as "12-15"') from None
        return self

    def covers(self, day: date) -> bool:
        """Whether a day lies in it; a span may run over New Year."""
        written = f"{day:%m-%d}"
        if self.first <= self.last:
            return self.first <= written <= self.last
        return written >= self.first or written <= self.last


class Restore(Part):
    """What brings the water back: everything past due, the full balance, or a share of what it was shut off for."""

    pay: Literal["past_due", "full", "share"] = "past_due"
    share: Annotated[Decimal, Field(gt=0, le=1)] = Decimal(1)
    fee: Dollars | None = None
    after_hours_fee: Dollars | None = None


class Shutoff(Part):
    """The last step. A person always approves it.

    `notice_days` lie between the day the notice was served and the first day the water may be shut off;
    `lapse_days` after it was served, a notice is no longer good and another must be given.
    """

    step: Literal["shutoff"]
    after_days: Days
    minimum: Dollars
    approve: Literal[True] = True
    fee: Dollars | None = None
    services: Annotated[tuple[str, ...], Field(min_length=1)]
    notice_days: Days
    notice_days_are: Literal["working", "calendar"] = "working"
    lapse_days: Days
    no_stop_before_closed: bool = True
    stops: tuple[Stop, ...] = ()
    restore: Restore = Restore()


class HoldRule(Part):
    """Who may set a kind of hold, and for how many days at most; without `longest_days` it may stand until lifted."""

    roles: Annotated[tuple[Role, ...], Field(min_length=1)] = ("specialist", "coordinator")
    longest_days: Days | None = None


class Arrangements(Part):
    """What a person may agree to: how long, how much down (a share of what it covers), in how many parts."""

    longest_days: Days = 180
    down_payment: Annotated[Decimal, Field(ge=0, lt=1)] = Decimal(0)
    most_installments: Annotated[int, Field(ge=1, le=60)] = 12


def _all_kinds() -> dict[HoldKind, HoldRule]:
    return {"medical": HoldRule(), "dispute": HoldRule(), "bankruptcy": HoldRule(), "other": HoldRule()}


class CollectionsPolicy(Part):
    """The whole section: a `timeline`, or only a `reminder`."""

    reminder: Reminder | None = None
    timeline: tuple[Annotated[Letter | Shutoff, Field(discriminator="step")], ...] = ()
    holds: dict[HoldKind, HoldRule] = Field(default_factory=_all_kinds)
    arrangements: Arrangements = Arrangements()
    fees_earned_by: Annotated[str, Field(min_length=1)] = "water"

    @property
    def letters(self) -> tuple[Letter, ...]:
        """The steps that tell the customer something, in order."""
        if self.reminder:
            return (Letter(step="reminder", approve=True, **self.reminder.model_dump()),)
        return tuple(one for one in self.timeline if isinstance(one, Letter))

    @property
    def shutoff(self) -> Shutoff | None:
        """The last step, if the town shuts water off at all."""
        return next((one for one in self.timeline if isinstance(one, Shutoff)), None)

    @model_validator(mode="after")
    def _one_or_the_other(self) -> Self:
        if (self.reminder is None) == (not self.timeline):
            raise ValueError("write either a `timeline` or, for a town that only reminds, a `reminder`")
        return self

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        order = (*LETTERS, "shutoff")
        for earlier, later in pairwise(self.timeline):
            if order.index(earlier.step) >= order.index(later.step):
                raise ValueError(f"`{later.step}` stands after `{earlier.step}`: the order is {', '.join(order)}")
            if isinstance(earlier, Letter) and later.after_days <= earlier.after_days + earlier.deadline_days:
                ends = earlier.after_days + earlier.deadline_days
                raise ValueError(f"`{later.step}` comes before the deadline of `{earlier.step}`: wait past {ends} days")
        return self

    @model_validator(mode="after")
    def _no_shutoff_without_notice(self) -> Self:
        noticed = any(one.step == "shutoff_notice" for one in self.timeline)
        if noticed != (self.shutoff is not None):
            raise ValueError("`shutoff_notice` and `shutoff` go together: nobody is shut off without a notice")
        if self.shutoff and self.shutoff.lapse_days <= self.shutoff.notice_days:
            raise ValueError("a notice lapses before its days have passed: make `lapse_days` longer than `notice_days`")
        return self


TOWN = Section("collections", CollectionsPolicy)

check = TOWN.check
