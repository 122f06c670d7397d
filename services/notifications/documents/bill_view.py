"""A bill as the words a customer reads. Both the printed bill and the e-mail are laid out from this."""

from decimal import Decimal
from typing import Any

from contracts.billing import BillIssued, BillKind
from services.notifications.documents import charges, figures, usage_picture
from services.notifications.documents.callouts import callouts
from services.notifications.documents.letterhead import Letterhead
from services.notifications.documents.payment_slip import asks_for_payment, credit_goes, payment_slip
from services.notifications.documents.recipient import Recipient, postal_lines
from services.notifications.documents.wording import Wording

_MOST_CALLOUTS_BESIDE = 1
_TITLED = {BillKind.FINAL: "title.final", BillKind.CORRECTED: "title.corrected"}


def bill_view(bill: BillIssued, recipient: Recipient, letterhead: Letterhead, wording: Wording) -> dict[str, Any]:
    """Everything on the bill, written for people. Raises BillDoesNotAddUpError."""
    charges.check_adds_up(bill)
    return {
        "lang": wording.language,
        "title": wording.say(_TITLED.get(bill.kind, "title.regular")),
        "document_title": document_title(bill, letterhead, wording),
        "town": town_view(letterhead, wording),
        "facts": _facts(bill, recipient, wording),
        "recipient": recipient.postal_lines(),
        "due": due(bill, wording),
        "callouts": callouts(bill, letterhead, wording),
        "summary": summary(bill, wording),
        "usage": usage_picture.pictures(bill, wording),
        "sections": charges.sections(bill, wording),
        "total": {"label": wording.say("charges.total"), "amount": figures.money(bill.current_charges)},
        "notes": [_period(bill, wording), *charges.notes(bill, wording)],
        "slip": payment_slip(bill, recipient, letterhead, wording),
        "pay": ways_to_pay(bill, letterhead, wording),
        "pay_in_short": pay_in_short(bill, letterhead, wording),
        "questions": questions(letterhead, wording),
        "late": letterhead.late_charge.in_language(wording.language) if letterhead.late_charge else "",
    }


def document_title(bill: BillIssued, letterhead: Letterhead, wording: Wording) -> str:
    """The title of the document: what a screen reader says first, and what a window shows."""
    title = wording.say(_TITLED.get(bill.kind, "title.regular"))
    return wording.say("title.document", title=title, number=bill.number, town=letterhead.town_name)


def town_view(letterhead: Letterhead, wording: Wording) -> dict[str, Any]:
    """The head of the sheet."""
    return {
        "name": letterhead.town_name,
        "department": letterhead.department,
        "address": postal_lines(letterhead.address),
        "phone": letterhead.phone,
        "email": letterhead.email,
        "web": letterhead.web,
        "hours": letterhead.office_hours.in_language(wording.language),
        "accent": letterhead.accent,
    }


def due(bill: BillIssued, wording: Wording) -> dict[str, Any]:
    """The one number a customer looks for, and what to do about it."""
    amount = figures.money(abs(bill.amount_due))
    if bill.amount_due < 0:
        said = {"account": bill.moved_to or "", "refund": figures.money(bill.refund)}
        return _due(wording, "due.credit", amount, f"due.credit_note{credit_goes(bill)}", **said)
    if bill.moved_to and bill.amount_due:
        return _due(wording, "due.moved", amount, "due.moved_note", account=bill.moved_to)
    if bill.amount_due == 0:
        return _due(wording, "due.nothing", amount, "due.no_payment")
    day = wording.day(bill.due_date)
    if bill.autopay:
        return _due(wording, "due.autopay", amount, "due.autopay_by", day)
    if bill.past_due >= bill.amount_due:
        return _due(wording, "due.amount", amount, "due.all_past")
    note = "due.by_past" if bill.past_due > 0 else "due.by"
    return _due(wording, "due.amount", amount, note, day, past_due=figures.money(bill.past_due))


def _due(wording: Wording, label: str, amount: str, note: str, day: str = "", **values: str) -> dict[str, Any]:
    return {"label": wording.say(label), "amount": amount, "note": wording.say(note, **values), "day": day}


def _facts(bill: BillIssued, recipient: Recipient, wording: Wording) -> list[dict[str, str]]:
    place = ", ".join(postal_lines(recipient.service_address)[:-1])
    facts = {
        "account": bill.account_number,
        "service_address": place,
        "bill_number": bill.number,
        "bill_date": wording.day(bill.bill_date),
        "period": f"{wording.short_day(bill.period_start)} – {wording.short_day(bill.period_end)}",
    }
    return [{"label": wording.say(f"label.{key}"), "value": value} for key, value in facts.items()]


def summary(bill: BillIssued, wording: Wording) -> list[dict[str, str]]:
    """From the last bill to this one in a few lines; the lines of each step add up to the next total."""
    steps = (_brought_forward, _new_charges, _deposits)
    return [*(row for step in steps for row in step(bill, wording)), _total(bill, wording)]


def _brought_forward(bill: BillIssued, wording: Wording) -> list[dict[str, str]]:
    previous = "summary.previous_credit" if bill.previous_balance < 0 else "summary.previous_balance"
    lines = [
        _row(wording.say(previous), bill.previous_balance),
        _row(wording.say(payments_label(bill.payments)), -bill.payments),
    ]
    if bill.adjustments:
        lines.append(_row(wording.say("summary.adjustments"), bill.adjustments))
    carried = bill.previous_balance - bill.payments + bill.adjustments
    label = wording.say("summary.carried_credit" if carried < 0 else "summary.carried")
    lines.append(_row(label, carried, "subtotal"))
    if bill.past_due > 0:
        note = wording.say("summary.of_which_past_due", amount=figures.money(bill.past_due))
        lines.append({"label": note, "amount": "", "kind": "note"})
    return lines


def payments_label(amount: Decimal) -> str:
    """The message that names what was paid since the last bill."""
    if amount < 0:
        return "summary.payments_returned"
    return "summary.payments" if amount else "summary.no_payments"


def _new_charges(bill: BillIssued, wording: Wording) -> list[dict[str, str]]:
    by_service = [
        _row(wording.phrase("summary.service", service=wording.name("service", service)), amount)
        for service, amount in charges.subtotals(bill).items()
    ]
    return [*by_service, _row(wording.say("summary.current"), bill.current_charges, "subtotal")]


def _deposits(bill: BillIssued, wording: Wording) -> list[dict[str, str]]:
    return [_row(wording.say("summary.deposits"), -bill.deposits_applied)] if bill.deposits_applied else []


def _total(bill: BillIssued, wording: Wording) -> dict[str, str]:
    if bill.amount_due < 0:
        return _row(wording.say("summary.total_credit"), -bill.amount_due, "total")
    if bill.moved_to:
        return _row(wording.say("due.moved"), bill.amount_due, "total")
    return _row(wording.say("summary.total"), bill.amount_due, "total")


def _row(label: str, amount: Decimal, kind: str = "plain") -> dict[str, str]:
    return {"label": label, "amount": figures.money(amount), "kind": kind}


def _period(bill: BillIssued, wording: Wording) -> str:
    return wording.say("charges.period", start=wording.day(bill.period_start), end=wording.day(bill.period_end))


def ways_to_pay(bill: BillIssued, letterhead: Letterhead, wording: Wording) -> list[dict[str, str]]:
    """How to pay, or nothing when no payment is asked for."""
    if not asks_for_payment(bill):
        return []
    values = {
        "url": letterhead.pay_link(bill.account_number),
        "payee": letterhead.payable_to,
        "phone": letterhead.phone,
    }
    ways = [
        _way("online", wording, **values),
        _way("mail", wording, address=", ".join(postal_lines(letterhead.remit_address)), **values),
        _way("person", wording, address=_office(letterhead), hours=_hours(letterhead, wording)),
        _way("autopay", wording, **values),
        _way("trouble", wording, **values),
    ]
    if letterhead.pay_by_phone:
        ways.insert(2, _way("phone", wording, phone=letterhead.pay_by_phone))
    return ways


def pay_in_short(bill: BillIssued, letterhead: Letterhead, wording: Wording) -> str:
    """How to pay in a sentence, for page 1; empty when nothing is asked for or more pressing words need the room."""
    if not asks_for_payment(bill) or len(callouts(bill, letterhead, wording)) > _MOST_CALLOUTS_BESIDE:
        return ""
    return wording.say("pay.in_short", url=letterhead.pay_link(bill.account_number))


def questions(letterhead: Letterhead, wording: Wording) -> str:
    """Whom to ask."""
    values = {"phone": letterhead.phone, "email": letterhead.email, "web": letterhead.web}
    return wording.say("questions.text", hours=_hours(letterhead, wording), **values)


def _way(way: str, wording: Wording, **values: str) -> dict[str, str]:
    return {"label": wording.say(f"pay.{way}"), "text": wording.say(f"pay.{way}.text", **values)}


def _office(letterhead: Letterhead) -> str:
    return ", ".join(postal_lines(letterhead.address))


def _hours(letterhead: Letterhead, wording: Wording) -> str:
    return letterhead.office_hours.in_language(wording.language)
