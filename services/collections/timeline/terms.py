"""What the town's pack and its people say for a day: steps, working days, and days without shutoffs."""

from dataclasses import dataclass
from datetime import date, timedelta

from chassis.calendar import Calendar
from contracts.delinquency import Step
from services.collections.policy import LETTERS, CollectionsPolicy, Letter, Shutoff

_DAY = timedelta(1)


@dataclass(frozen=True)
class StopSet:
    """Days without shutoffs that a person set: a heat wave, a cold snap, a broken main. Both ends belong."""

    name: str
    first: date
    last: date
    why: str
    set_by: str


@dataclass(frozen=True)
class Terms:
    """Under what a case moves on a day."""

    day: date
    policy: CollectionsPolicy
    calendar: Calendar
    stops: tuple[StopSet, ...] = ()

    def letter(self, step: Step) -> Letter | None:
        """The pack's terms of a step."""
        return next((one for one in self.policy.letters if one.step == step), None)

    def letter_after(self, step: Step | None) -> Letter | None:
        """The step that follows one, by the pack; the first one after None."""
        place = -1 if step is None else LETTERS.index(step)
        return next((one for one in self.policy.letters if LETTERS.index(one.step) > place), None)

    def days_between(self, earlier: Step, later: Letter) -> int:
        """How many days the pack leaves between two steps, at least one."""
        before = self.letter(earlier)
        return max(1, later.after_days - before.after_days) if before else 1

    def deadline(self, letter: Letter) -> date:
        """Until when a step taken today asks for payment: a working day."""
        return self.calendar.rolled(self.day + timedelta(letter.deadline_days))

    def notice_over(self, served: date, shutoff: Shutoff) -> date:
        """The first day that leaves a notice its full days after it was served."""
        if shutoff.notice_days_are == "working":
            return self.calendar.after(served, shutoff.notice_days)
        return self.calendar.rolled(served + timedelta(shutoff.notice_days))

    def earliest_shutoff(self, letter: Letter, shutoff: Shutoff) -> date:
        """What a shutoff notice of today may say: never before its own deadline has passed."""
        return self.calendar.rolled(max(self.notice_over(self.day, shutoff), self.deadline(letter) + _DAY))

    def no_shutoff_today(self, shutoff: Shutoff) -> str:
        """Why nobody is shut off today, in a sentence; empty when people may be."""
        if not self.calendar.is_open(self.day):
            return f"The office is closed on {self.day}."
        if shutoff.no_stop_before_closed and self.calendar.before_closed(self.day):
            return f"The office is closed on the day after {self.day}: water would stay off."
        for span in shutoff.stops:
            if span.covers(self.day):
                return f"No water is shut off from {span.first} to {span.last}: {span.name}."
        for one in self.stops:
            if one.first <= self.day <= one.last:
                return f"{one.set_by} stopped shutoffs from {one.first} to {one.last}: {one.name}, {one.why}."
        return ""
