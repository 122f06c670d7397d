"""What speaks against a step or against shutting off, and when a case is over. Sentences for the person who decides."""

from datetime import date, timedelta
from decimal import Decimal

from contracts.delinquency import Step
from services.collections.policy import Letter, Shutoff
from services.collections.timeline.case import Case, Notice
from services.collections.timeline.standing import ZERO, Standing
from services.collections.timeline.terms import Terms

_DAY = timedelta(1)


def due_on(letter: Letter, case: Case | None, standing: Standing, terms: Terms) -> date | None:
    """The working day on which a step is due; None when nothing is pursued.

    It waits out the deadline of the step before it and the pack's days between the two, counted from the day that one
    was really taken: days that were missed and are caught up shorten nothing.
    """
    if standing.oldest_due is None:
        return None
    days = [standing.oldest_due + timedelta(letter.after_days)]
    if case and case.letter and case.taken_on and case.deadline:
        days += [case.taken_on + timedelta(terms.days_between(case.letter, letter)), case.deadline + _DAY]
    return terms.calendar.rolled(max(days))


def against_letter(letter: Letter, case: Case | None, standing: Standing, terms: Terms) -> str:
    """Why a step is not taken today; empty when it is."""
    against = standing.against(letter.minimum)
    due = due_on(letter, case, standing, terms)
    if against or due is None:
        return against or "Nothing is past due."
    if not terms.calendar.is_open(terms.day):
        return f"The office is closed on {terms.day}."
    if terms.day < due:
        return f"The oldest item was due on {standing.oldest_due}; this step is due on {due}."
    return ""


def left_of(notice: Notice, standing: Standing) -> Decimal:
    """What is still pursued of the items a notice named, never more than it named of each."""
    left = sum((min(one.amount, notice.items.get(one.id, ZERO)) for one in standing.pursued), ZERO)
    return min(left, standing.past_due)


def good_until(case: Case, standing: Standing, shutoff: Shutoff) -> date:
    """The last day a shutoff notice is good for. One that was never served is given up after as many days."""
    assert case.notice is not None
    begins = max(filter(None, (standing.served or case.notice.told_on, standing.resumed_on)))
    return begins + timedelta(shutoff.lapse_days)


def lapsed(case: Case, standing: Standing, terms: Terms) -> bool:
    """Whether another notice must be given before anything else."""
    shutoff = terms.policy.shutoff
    return bool(shutoff and case.notice and terms.day > good_until(case, standing, shutoff))


def against_shutoff(case: Case, standing: Standing, terms: Terms) -> str:
    """Why an account is not shut off today; empty when it may be."""
    shutoff = terms.policy.shutoff
    if shutoff is None:
        return "The town's pack has no shutoff."
    return (
        terms.no_shutoff_today(shutoff)
        or standing.against(shutoff.minimum)
        or _against_notice(case, standing, terms, shutoff)
        or _not_due(shutoff, standing, terms)
        or _not_served(shutoff, standing)
    )


def _against_notice(case: Case, standing: Standing, terms: Terms, shutoff: Shutoff) -> str:
    """Nobody is shut off without a served notice whose days have passed, nor for what it did not name."""
    if case.notice is None or case.letter != Step.SHUTOFF_NOTICE:
        return "No shutoff notice was given."
    if standing.served is None:
        return "The shutoff notice was not served yet."
    opens = max(case.notice.earliest, terms.notice_over(standing.served, shutoff))
    if terms.day < opens:
        return f"The notice was served on {standing.served}; the water may be shut off from {opens}."
    if lapsed(case, standing, terms):
        return f"The notice of {standing.served} was good until {good_until(case, standing, shutoff)}."
    if standing.paid_after(case.notice.payments_through) >= case.notice.asked:
        return "What the notice asked for was paid."
    if left_of(case.notice, standing) < shutoff.minimum:
        return f"{left_of(case.notice, standing)} is left of what the notice named, less than {shutoff.minimum}."
    return ""


def _not_due(shutoff: Shutoff, standing: Standing, terms: Terms) -> str:
    assert standing.oldest_due is not None
    due = terms.calendar.rolled(standing.oldest_due + timedelta(shutoff.after_days))
    return f"The oldest item was due on {standing.oldest_due}; shutoff is due on {due}." if terms.day < due else ""


def _not_served(shutoff: Shutoff, standing: Standing) -> str:
    if any(one.service in shutoff.services for one in standing.points):
        return ""
    return f"The account has no {' or '.join(shutoff.services)} that could be shut off."


def cured(case: Case, standing: Standing) -> bool:
    """Whether a case is over: nothing is past due, or nothing of what its shutoff notice asked for.

    What billing sets aside for a hold or an arrangement is not paid: such a case goes on.
    """
    if standing.sheltered and standing.set_aside > 0:
        return False
    if standing.past_due <= 0:
        return True
    return case.notice is not None and not standing.posting and _notice_met(case.notice, standing)


def _notice_met(notice: Notice, standing: Standing) -> bool:
    named_and_due = any(one.id in notice.items for one in standing.items)
    return not named_and_due or standing.paid_after(notice.payments_through) >= notice.asked


def enough_to_restore(case: Case, standing: Standing, shutoff: Shutoff) -> bool:
    """Whether enough was paid, or agreed on, for the water to come back."""
    if standing.posting:
        return False
    if not standing.pursued and (standing.past_due > 0 or (standing.sheltered and standing.set_aside > 0)):
        return True
    if shutoff.restore.pay == "full":
        return standing.owed <= 0
    if shutoff.restore.pay == "share":
        return standing.pursued_amount <= case.off_amount * (1 - shutoff.restore.share)
    return standing.past_due <= 0
