"""The steps that tell the customer something: opened, proposed, taken, left out, given again."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from contracts.delinquency import Step
from contracts.ids import derived_id
from contracts.payments import ChargeKind
from services.collections.policy import Letter
from services.collections.timeline import rules
from services.collections.timeline.case import Case, Notice
from services.collections.timeline.effects import Charged, Effect, Noted, Told
from services.collections.timeline.outcome import Outcome
from services.collections.timeline.standing import Standing
from services.collections.timeline.terms import Terms


def opened(account_id: UUID, standing: Standing, terms: Terms) -> Outcome | None:
    """A new case, if its first step is due today."""
    letter = terms.letter_after(None)
    if letter is None or rules.against_letter(letter, None, standing, terms):
        return None
    case = _new(account_id, standing, terms.day, "case")
    return Outcome(case).then(reach, letter, standing, terms)


def _new(account_id: UUID, standing: Standing, day: date, kind: str) -> Case:
    return Case(derived_id(kind, account_id, day), account_id, day, standing.payments_known)


def reach(case: Case, letter: Letter, standing: Standing, terms: Terms) -> Outcome:
    """Propose a step that is due, or take it where no person need approve."""
    if not letter.approve:
        return take(case, letter, standing, terms)
    proposed = replace(case, proposed=Step(letter.step), proposed_on=terms.day, amount=standing.pursued_amount)
    return Outcome(proposed, (Noted("proposed", letter.step),))


def take(case: Case, letter: Letter, standing: Standing, terms: Terms) -> Outcome:
    """Tell the customer."""
    step, deadline = Step(letter.step), terms.deadline(letter)
    notice = _notice(letter, standing, terms) if step == Step.SHUTOFF_NOTICE else None
    taken = replace(
        case, letter=step, taken_on=terms.day, deadline=deadline, amount=standing.pursued_amount, proposed=None,
        proposed_on=None, notice=notice,
    )  # fmt: skip
    earliest = notice.earliest if notice else None
    told: list[Effect] = [Told(step, standing.pursued, taken.amount, deadline, earliest)]
    if letter.fee:
        told.append(Charged(ChargeKind.DOOR_HANGER, letter.fee, letter.step))
    return Outcome(taken, tuple(told))


def _notice(letter: Letter, standing: Standing, terms: Terms) -> Notice:
    shutoff = terms.policy.shutoff
    assert shutoff is not None
    return Notice(
        told_on=terms.day,
        asked=standing.pursued_amount,
        items={one.id: one.amount for one in standing.pursued},
        payments_through=standing.payments_known,
        earliest=terms.earliest_shutoff(letter, shutoff),
    )


def approved(case: Case, standing: Standing, terms: Terms) -> tuple[Outcome, str]:
    """A person approves a proposed step: it is looked at once more. Answers why it is left out, if it is."""
    letter = terms.letter(case.proposed) if case.proposed and not case.closed else None
    if letter is None:
        return Outcome(case), "Nothing is proposed for this account."
    against = rules.against_letter(letter, case, standing, terms)
    return (left_out(case, terms.day, against), against) if against else (take(case, letter, standing, terms), "")


def left_out(case: Case, day: date, why: str) -> Outcome:
    """A proposed step is not taken: the case stays where it is, or was none."""
    dropped = replace(case, proposed=None, proposed_on=None)
    if case.letter is None:
        dropped = replace(dropped, closed=day, ended="left_out")
    return Outcome(dropped, (Noted("left out", why),))


def given_again(case: Case, standing: Standing, terms: Terms, why: str) -> tuple[Outcome, Outcome] | None:
    """The shutoff notice once more, as a new case: the old one closed, and the new one; None while nothing is pursued.

    A notice is told once per case, so that what comes back from the mail always speaks of one notice.
    """
    letter = terms.letter(Step.SHUTOFF_NOTICE)
    if letter is None or standing.against(letter.minimum) or not terms.calendar.is_open(terms.day):
        return None
    ended = replace(case, closed=terms.day, ended="lapsed", listed_on=None, proposed=None, proposed_on=None)
    before = [one for one in terms.policy.letters if one.step != letter.step]
    fresh = replace(
        _new(case.account_id, standing, terms.day, "case again"), letter=Step(before[-1].step) if before else None
    )
    return Outcome(ended, (Noted("lapsed", why),)), reach(fresh, letter, standing, terms)
