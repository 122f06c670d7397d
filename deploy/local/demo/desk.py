"""What the office decides on a working day: letters, late charges, the shutoff list, refunds.

The day's work proposes; kim looks through it and approves. Whoever has paid, or has a hold, is left out.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from deploy.local.demo import fieldwork
from deploy.local.demo.mailing import mail_at_once
from deploy.local.demo.month import ENOUGH_FOR_EXCEPTIONS, Month
from deploy.local.demo.office import ANA, KIM, SAM
from deploy.local.demo.taking import pay_past_due

PART = "delinquency"
CREW_CAN_DO = 5
"""Disconnections a day: the rest of the list waits for another."""


def notices(month: Month) -> None:
    """Shutoff notices are looked through and leave the same day: their days count from the mailing."""
    proposed = month.office.get(KIM, "collections", "/steps/shutoff_notice/proposed")
    if not proposed:
        return
    with month.diary.part(PART, "kim looks through the shutoff notices"):
        done = month.office.post(KIM, "collections", "/steps/shutoff_notice/approve", {"why": "looked through"})
        month.office.settle()
    mail_at_once(month, "shutoff_notice")
    example = proposed[0]["account_number"]
    month.mark("shutoff notice", f"{done['done']} notices of shutoff are mailed, to {example} among others")
    month.say(f"kim approves {done['done']} shutoff notices; they are mailed the same day")


def late_charges(month: Month) -> None:
    """Late charges are posted once a person has approved them."""
    proposed = month.office.get(KIM, "billing", "/late-charges/proposed", limit=10_000)
    if not proposed:
        return
    with month.diary.part(PART, "kim looks through the late charges"):
        month.office.post(KIM, "billing", "/late-charges/approve", {"why": "looked through"})
        month.office.settle()
    first = proposed[0]
    month.mark("late charge", f"{first['account']} is charged {first['amount']} on {first['base']} past due")
    month.say(f"kim approves {len(proposed)} late charges")


def shutoffs(month: Month) -> None:
    """The day's list: looked through, cut to what the crew can do, approved, and done."""
    listed = [one["account_number"] for one in _list(month) if one["state"] == "proposed"]
    if not listed:
        return
    chosen = [one for one in listed if fieldwork.undisturbed(month, one)][:CREW_CAN_DO]
    _leave_for_another_day(month, [one for one in listed if one not in chosen])
    if len(chosen) >= ENOUGH_FOR_EXCEPTIONS and not month.has("removed from the shutoff list by a payment"):
        chosen = chosen[1:] if _pays_before_approval(month, chosen[0]) else chosen
        chosen = chosen[1:] if _is_ill(month, chosen[0]) else chosen
    if not chosen:
        return
    with month.diary.part(PART, "kim approves the shutoff list"):
        body = {"accounts": chosen, "why": "looked through with the crew"}
        month.office.post(KIM, "collections", f"/shutoffs/{month.day}/approve", body)
        month.office.settle()
    fieldwork.disconnect(month)


def _list(month: Month) -> list[dict[str, Any]]:
    return list(month.office.get(KIM, "collections", f"/shutoffs/{month.day}"))


def _leave_for_another_day(month: Month, accounts: Sequence[str]) -> None:
    if accounts:
        body = {"accounts": list(accounts), "why": "the crew can't do more today, or the meter is about to be read"}
        month.office.post(KIM, "collections", f"/shutoffs/{month.day}/remove", body)


def _pays_before_approval(month: Month, account: str) -> bool:
    pay_past_due(month, account)
    found = next(one for one in _list(month) if one["account_number"] == account)
    refusal = month.office.refusal(
        KIM, "collections", f"/shutoffs/{month.day}/approve", {"accounts": [account], "why": "too late"}
    )
    month.expect(
        found["state"] != "proposed" and refusal is not None, f"Account {account} paid and is on the list still."
    )
    month.mark("removed from the shutoff list by a payment", f"{account} pays at the counter: {found['why']}")
    month.say(f"{account} pays an hour before the list is approved, and is off the list: {found['why']}")
    return True


def _is_ill(month: Month, account: str) -> bool:
    until = month.day.replace(month=month.day.month + 1, day=1)
    body = {"kind": "medical", "until": str(until), "why": "a doctor's certificate"}
    month.office.post(SAM, "collections", f"/accounts/{account}/holds", body)
    month.office.settle()
    month.mark("hold", f"{account} has a medical hold through {until}, set by sam")
    month.say(f"{account} brings a doctor's certificate; sam sets a medical hold, and the water stays on")
    return True


def restorations(month: Month) -> None:
    """Who was shut off pays what is past due, and has water again the same day."""
    due = [account for account, day in month.off.items() if day < month.day]
    if due:
        pay_past_due(month, *due)
        fieldwork.restore(month, due)


def refunds(month: Month) -> None:
    """What is left of a deposit goes back by check: approved by kim, paid by ana."""
    for one in month.office.get(KIM, "payments", "/refunds", state="due"):
        path = f"/refunds/{one['refund_id']}"
        with month.diary.part(PART, "a refund"):
            month.office.post(KIM, "payments", f"{path}/approve", {"why": "the final bill says so"})
            check = f"{10_440 + len(month.story.get('refund', ()))}"
            month.office.post(ANA, "payments", f"{path}/paid", {"method": "check", "reference": check})
            month.office.settle()
        amount = Decimal(one["amount"])
        month.mark("refund", f"{one['account_number']} gets {amount:,.2f} back by check {check}")
        month.say(f"check {check} over {amount:,.2f} goes to {one['account_number']}")
