"""Letters about one matter as the words a customer reads. Letter and e-mail are laid out from the same view."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from contracts.billing import BillIssued, BillKind
from contracts.metering import ReadFlag, UsageFlagged
from contracts.orders import OrderKind, ServiceOrderCompleted
from contracts.payments import PaymentReturned, ReturnKind
from services.notifications.documents import figures
from services.notifications.documents.bill_view import payments_label
from services.notifications.documents.frame import View, box, checklist, frame, how_to_pay, place, point
from services.notifications.documents.letterhead import Letterhead
from services.notifications.documents.newcomer import NewAccount
from services.notifications.documents.payment_slip import asks_for_payment, credit_goes
from services.notifications.documents.recipient import Recipient
from services.notifications.documents.wording import Wording

_WORTH_SAYING = Decimal("1.5")


def high_usage_view(flagged: UsageFlagged, recipient: Recipient, letterhead: Letterhead, wording: Wording) -> View:
    """A note that usage was unusually high or never stops. Raises ValueError for a flag customers aren't told of."""
    if flagged.flag not in (ReadFlag.HIGH, ReadFlag.LEAK):
        raise ValueError(f"Read {flagged.read_id} has flag `{flagged.flag.value}`, which has no letter.")
    said = {
        "date": wording.day(flagged.read_date),
        "quantity": figures.quantity(flagged.quantity),
        "usual": figures.quantity(flagged.usual_quantity),
        "unit": wording.name("unit", flagged.unit),
        "address": place(recipient),
    }
    kind, unit = flagged.flag.value, said["unit"]
    figure = (wording.say("label.used_now"), f"{said['quantity']} {unit}", wording.say("label.usual"))
    return frame(recipient, letterhead, wording, flagged.business_date) | {
        "title": wording.say(f"usage_notice.title.{kind}"),
        "subject": wording.say(f"usage_notice.subject.{kind}", town=letterhead.town_name, address=said["address"]),
        "box": box(*figure, f"{said['usual']} {unit}"),
        "paragraphs": [" ".join([wording.say(f"usage_notice.intro.{kind}", **said), *_meaning(flagged, wording)])],
        "checks": checklist("usage_notice.check", 4, wording),
        "help": [wording.say("usage_notice.help", phone=letterhead.phone, email=letterhead.email)],
    }


def _meaning(flagged: UsageFlagged, wording: Wording) -> list[str]:
    """What the unit is, and how many times the usual it was, where that says something."""
    unit = wording.messages.get(f"unit_note.{flagged.unit.lower()}")
    said = [unit] if unit else []
    if flagged.usual_quantity > 0 and flagged.quantity >= flagged.usual_quantity * _WORTH_SAYING:
        times = (flagged.quantity / flagged.usual_quantity).quantize(Decimal("0.1"), ROUND_HALF_UP)
        said.append(wording.say("usage_notice.times", times=figures.quantity(times)))
    return said


def restored_view(order: ServiceOrderCompleted, recipient: Recipient, letterhead: Letterhead, wording: Wording) -> View:
    """The word that service is back on. Raises ValueError for another kind of order."""
    if order.kind != OrderKind.RESTORE:
        raise ValueError(f"Order {order.order_id} is a `{order.kind.value}`, which restores nothing.")
    said = {"address": place(recipient), "date": wording.day(order.completed_on), "phone": letterhead.phone}
    read = wording.say("restored.read", value=figures.quantity(order.read.value)) if order.read else ""
    return frame(recipient, letterhead, wording, order.business_date) | {
        "title": wording.say("restored.title"),
        "subject": wording.say("restored.subject", town=letterhead.town_name, **said),
        "paragraphs": [" ".join(part for part in (wording.say("restored.intro", **said), read) if part)],
        "checks": checklist("restored.check", 4, wording),
        "help": [wording.say("restored.fee"), wording.say("restored.help", **said)],
    }


def returned_payment_view(
    returned: PaymentReturned, recipient: Recipient, letterhead: Letterhead, wording: Wording
) -> View:
    """The word that a bank or a card company took a payment back. ValueError for the office's own corrections."""
    if returned.kind not in (ReturnKind.BANK_RETURN, ReturnKind.CHARGEBACK):
        raise ValueError(f"Return {returned.return_id} is a `{returned.kind.value}`, of which no customer is told.")
    said = {
        "amount": figures.money(returned.amount),
        "fee": figures.money(returned.fee or Decimal(0)),
        "date": wording.day(returned.returned_on),
        "address": place(recipient),
        "phone": letterhead.phone,
    }
    figure = (wording.say("returned.box"), said["amount"], wording.say("returned.box_note"), said["date"])
    intro = wording.say(f"returned.intro.{returned.kind.value}", **said)
    return frame(recipient, letterhead, wording, returned.business_date) | {
        "title": wording.say("returned.title"),
        "subject": wording.say("returned.subject", town=letterhead.town_name, **said),
        "box": box(*figure),
        "paragraphs": [" ".join([intro, *_bank_reason(returned, wording)]), wording.say("returned.again", **said)],
        "points": [point(f"returned.{key}", wording, **said) for key in ("pay", *_fee(returned), "steps")],
        "pay": how_to_pay(recipient, letterhead, wording),
        "help": [wording.say("returned.help", **said)],
    }


def _fee(returned: PaymentReturned) -> list[str]:
    """The point about the fee; no word of one that is not asked."""
    if returned.fee is None:
        return ["fee_unsaid"]
    return ["fee"] if returned.fee else []


def _bank_reason(returned: PaymentReturned, wording: Wording) -> list[str]:
    """The bank's reason, from its code; the office's own words are in English."""
    named = wording.messages.get(f"return_code.{returned.code.strip().upper()}")
    if named is None and wording.language == "en":
        named = returned.reason.strip().rstrip(".")
    return [wording.say("returned.reason", reason=named)] if named else []


def welcome_view(account: NewAccount, recipient: Recipient, letterhead: Letterhead, wording: Wording) -> View:
    """A first letter to a new customer: what they are served with, how they are billed, how to pay."""
    said = {
        "town": letterhead.town_name,
        "address": place(recipient),
        "account": recipient.account_number,
        "date": wording.day(account.opened),
        "services": wording.listed([wording.name("service", one).lower() for one in account.services]),
        "phone": letterhead.phone,
        "web": letterhead.web,
    }
    bills = "welcome.bills_by_email" if account.ebill else "welcome.bills"
    topics = [bills, "welcome.autopay_on" if account.autopay else "welcome.autopay", "welcome.trouble"]
    served = [wording.say("welcome.services", **said)] if account.services else []
    return frame(recipient, letterhead, wording, account.business_date) | {
        "title": wording.say("welcome.title", **said),
        "subject": wording.say("welcome.subject", **said),
        "paragraphs": [" ".join([wording.say("welcome.intro", **said), *served])],
        "points": [point(key, wording, **said) for key in (*topics, "welcome.leak", "welcome.moving")],
        "pay": how_to_pay(recipient, letterhead, wording),
    }


def final_view(bill: BillIssued, recipient: Recipient, letterhead: Letterhead, wording: Wording) -> View:
    """The letter that an account is closed: deposit, refund and what is left. Raises ValueError for other bills."""
    if bill.kind != BillKind.FINAL:
        raise ValueError(f"Bill {bill.number} is `{bill.kind.value}`; only a final one closes an account.")
    said = {
        "address": place(recipient),
        "date": wording.day(bill.period_end),
        "number": bill.number,
        "phone": letterhead.phone,
        "due": wording.day(bill.due_date),
        "amount": figures.money(abs(bill.amount_due)),
        "refund": figures.money(bill.refund),
        "account": bill.moved_to or "",
    }
    return frame(recipient, letterhead, wording, bill.business_date) | {
        "title": wording.say("final.title"),
        "subject": wording.say("final.subject", town=letterhead.town_name, **said),
        "box": _final_box(bill, wording, said),
        "paragraphs": [wording.say("final.intro", **said), wording.say(f"final.{outcome_of(bill)}", **said)],
        "table": _final_table(bill, wording),
        "pay": how_to_pay(recipient, letterhead, wording) if asks_for_payment(bill) else None,
        "help": [wording.say("final.help", **said)],
    }


def outcome_of(bill: BillIssued) -> str:
    """What becomes of a final bill's end: due, drafted, moved, nothing, or a credit and where it goes."""
    if bill.amount_due < 0:
        return f"credit{credit_goes(bill)}"
    if bill.amount_due == 0:
        return "nothing"
    if bill.moved_to:
        return "moved"
    return "drafted" if bill.autopay else "due"


def _final_box(bill: BillIssued, wording: Wording, said: dict[str, str]) -> dict[str, str]:
    say, no_payment = wording.say, wording.say("due.no_payment")
    match outcome_of(bill):
        case "due":
            return box(say("label.amount_to_pay"), said["amount"], say("label.deadline"), said["due"])
        case "drafted":
            return box(say("due.autopay"), said["amount"], say("due.autopay_by"), said["due"])
        case "moved":
            return box(say("final.box_moved"), said["amount"], say("final.box_moved_to"), said["account"])
        case "nothing":
            return box(say("due.nothing"), said["amount"], no_payment, "")
        case "credit_final":
            return box(say("final.box_refund"), said["refund"], no_payment, "")
    return box(say("due.credit"), said["amount"], no_payment, "")


def _final_table(bill: BillIssued, wording: Wording) -> dict[str, Any]:
    """From the last bill to the end in lines that add up; what each charge is for stands on the bill itself."""
    steps = {
        "summary.previous_credit" if bill.previous_balance < 0 else "summary.previous_balance": bill.previous_balance,
        payments_label(bill.payments): -bill.payments,
        "summary.adjustments": bill.adjustments,
        "summary.current": bill.current_charges,
        "summary.deposits": -bill.deposits_applied,
    }
    total = "summary.total_credit" if bill.amount_due < 0 else "summary.total"
    return {
        "title": wording.say("label.summary"),
        "head": [wording.say("label.since"), wording.say("label.amount")],
        "rows": [[wording.say(label), figures.money(amount)] for label, amount in steps.items() if amount],
        "total": [wording.say(total), figures.money(abs(bill.amount_due))],
    }
