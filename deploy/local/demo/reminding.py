"""Reminding who is late: the day's run proposes, a person approves, and who has paid or is held is left out."""

from decimal import Decimal
from typing import Any

from deploy.local.demo.month import Month, Reminded
from deploy.local.demo.office import KIM, PAT, SAM
from deploy.local.demo.taking import pay_at_counter

PART = "reminders"


def remind(month: Month) -> None:
    """One of those proposed pays this morning, one is ill; the others are reminded."""
    proposed = month.office.get(KIM, "collections", "/reminders/proposed")
    month.expect(len(proposed) > 2, f"Only {len(proposed)} reminders are proposed on {month.day}.")
    if len(proposed) < 3:
        return
    paid, ill = proposed[0]["account_number"], proposed[1]["account_number"]
    pay_at_counter(month, paid, _past_due(month, paid))
    with month.diary.part(PART, "kim looks through the reminders"):
        month.office.post(SAM, "collections", f"/accounts/{ill}/holds", _hold(month))
        answer = month.office.post(KIM, "collections", "/reminders/approve", {"why": "looked through"})
        month.office.settle()
    month.expect(ill in answer["left_out"], f"Account {ill} was reminded although there is a hold.")
    month.expect(not _reminded(month, paid), f"Account {paid} was reminded although it paid this morning.")
    done = Reminded(month.day, len(proposed), answer["reminded"], dict(answer["left_out"]))
    month.reminded.append(done)
    month.say(
        f"kim approves {done.reminded} of {done.proposed} reminders; {paid} pays before, {ill} has a medical hold: "
        "neither is reminded"
    )


def _hold(month: Month) -> dict[str, Any]:
    return {"kind": "medical", "until": str(month.day.replace(month=month.day.month + 1)), "why": "a doctor's letter"}


def _past_due(month: Month, account: str) -> Decimal:
    return Decimal(month.office.get(PAT, "payments", f"/accounts/{account}/due")["past_due"])


def _reminded(month: Month, account: str) -> bool:
    cases = month.office.get(PAT, "collections", f"/accounts/{account}/cases")
    return any(one["opened"] <= str(month.day) and one["deadline"] and not one["closed"] for one in cases)
