"""What comes next for an account, and what speaks against it today: the answer to "why is it not on the list?"."""

from datetime import date

from fastapi import APIRouter
from pydantic import BaseModel

from chassis.auth import allow
from chassis.days import today
from chassis.web import Tx
from contracts.delinquency import Step
from services.collections.cases.known import Known, known, terms
from services.collections.facts import store as facts
from services.collections.shapes import READERS, Amount
from services.collections.timeline import rules, shutoffs
from services.collections.timeline.terms import Terms

router = APIRouter(tags=["cases"])


class Outlook(BaseModel):
    """Where an account stands today, its next step, when it is due, and what speaks against it (nothing, if empty)."""

    day: date
    step: Step | None
    pursued: Amount
    next_step: str | None
    due_on: date | None
    against: str
    notice_served: date | None


@router.get("/accounts/{number}/outlook", dependencies=[allow(*READERS)])
async def outlook(tx: Tx, number: str) -> Outlook:
    """What comes next for an account, and why it did not come today."""
    account, day = await facts.find_account(tx, number), await today(tx)
    under = await terms(tx, day)
    one = (await known(tx, [account.id], under))[account.id]
    step, due, against = _next(one, under)
    return Outlook(
        day=day,
        step=one.case.step if one.case else None,
        pursued=one.standing.pursued_amount,
        next_step=step,
        due_on=due,
        against=against,
        notice_served=one.standing.served,
    )


def _next(one: Known, under: Terms) -> tuple[str | None, date | None, str]:
    case = one.case if one.case and not one.case.closed else None
    letter = under.letter_after(case.letter if case else None)
    if letter:
        due = rules.due_on(letter, case, one.standing, under)
        return letter.step, due, rules.against_letter(letter, case, one.standing, under)
    if case is None or under.policy.shutoff is None or case.off:
        return None, None, ""
    return "shutoff", None, shutoffs.against_listing(case, one.standing, under)
