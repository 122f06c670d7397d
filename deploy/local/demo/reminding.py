"""Reminding who is late: the day's run proposes, a person approves, and who has paid or is held is left out."""

from typing import Any

from deploy.local.demo.month import ENOUGH_FOR_EXCEPTIONS, Month, Reminded
from deploy.local.demo.office import KIM, PAT, SAM
from deploy.local.demo.taking import pay_past_due

PART = "reminders"


def remind(month: Month) -> None:
    """The first time, one of those proposed pays this morning and one is ill; the others are reminded."""
    proposed = [one["account_number"] for one in month.office.get(KIM, "collections", "/reminders/proposed")]
    if not proposed:
        return
    paid, ill = proposed[:2] if len(proposed) >= ENOUGH_FOR_EXCEPTIONS and not month.has("reminder") else ("", "")
    if paid:
        pay_past_due(month, paid)
    with month.diary.part(PART, "kim looks through the reminders"):
        if ill:
            month.office.post(SAM, "collections", f"/accounts/{ill}/holds", _hold(month))
        answer = month.office.post(KIM, "collections", "/reminders/approve", {"why": "looked through"})
        month.office.settle()
    _expect(month, paid, ill, answer)
    done = Reminded(month.day, len(proposed), answer["reminded"], dict(answer["left_out"]))
    month.reminded.append(done)
    if done.reminded:
        month.mark("reminder", f"{done.reminded} of {done.proposed} reminders are approved")
    why = f"; {paid} pays before, {ill} has a medical hold: neither is reminded" if paid else ""
    month.say(f"kim approves {done.reminded} of {done.proposed} reminders{why}")


def _expect(month: Month, paid: str, ill: str, answer: dict[str, Any]) -> None:
    if ill:
        month.expect(ill in answer["left_out"], f"Account {ill} was reminded although there is a hold.")
    if paid:
        month.expect(not _reminded(month, paid), f"Account {paid} was reminded although it paid this morning.")


def _hold(month: Month) -> dict[str, Any]:
    return {"kind": "medical", "until": str(month.day.replace(month=month.day.month + 1)), "why": "a doctor's letter"}


def _reminded(month: Month, account: str) -> bool:
    cases = month.office.get(PAT, "collections", f"/accounts/{account}/cases")
    return any(one["opened"] <= str(month.day) and one["deadline"] and not one["closed"] for one in cases)
