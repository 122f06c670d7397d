"""Letters about one matter as the words a customer reads. The letter and the e-mail are laid out from the same view."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from contracts.billing import OwedItem
from contracts.delinquency import AccountDelinquent, Step
from contracts.metering import ReadFlag, UsageFlagged
from services.notifications.documents import figures
from services.notifications.documents.bill_view import questions, town_view
from services.notifications.documents.letterhead import Letterhead
from services.notifications.documents.payment_slip import qr_code
from services.notifications.documents.recipient import Recipient, postal_lines
from services.notifications.documents.wording import Wording

_CHECKS = ("1", "2", "3", "4")
_WORTH_SAYING = Decimal("1.5")


def reminder_view(
    case: AccountDelinquent, recipient: Recipient, letterhead: Letterhead, wording: Wording
) -> dict[str, Any]:
    """A reminder that an account is past due. Raises ValueError for a step that is no reminder."""
    if case.step != Step.REMINDER:
        raise ValueError(f"Case {case.case_id} is at step `{case.step.value}`, which has no reminder letter.")
    amount, deadline = figures.money(case.amount_to_pay), wording.day(case.deadline)
    said = {"amount": amount, "date": deadline, "phone": letterhead.phone, "address": _place(recipient)}
    frame = _frame(recipient, letterhead, wording, case.business_date)
    return frame | {
        "title": wording.say("reminder.title"),
        "subject": wording.say("reminder.subject", town=letterhead.town_name, **said),
        "box": {"label": wording.say("label.amount_to_pay"), "amount": amount, "note": wording.say("label.deadline")}
        | {"day": deadline},
        "paragraphs": [wording.say("reminder.intro", **said), wording.say("reminder.ask", **said)],
        "table": _past_due(case, wording),
        "help": [*_to_stop(case, wording), wording.say("reminder.help", **said)],
        "pay": _pay(recipient, letterhead, wording),
    }


def high_usage_view(
    flagged: UsageFlagged, recipient: Recipient, letterhead: Letterhead, wording: Wording
) -> dict[str, Any]:
    """A note that usage was unusually high or never stops. Raises ValueError for a flag customers aren't told of."""
    if flagged.flag not in (ReadFlag.HIGH, ReadFlag.LEAK):
        raise ValueError(f"Read {flagged.read_id} has flag `{flagged.flag.value}`, which has no letter.")
    said = {
        "date": wording.day(flagged.read_date),
        "quantity": figures.quantity(flagged.quantity),
        "usual": figures.quantity(flagged.usual_quantity),
        "unit": wording.name("unit", flagged.unit),
        "address": _place(recipient),
    }
    kind = flagged.flag.value
    frame = _frame(recipient, letterhead, wording, flagged.business_date)
    return frame | {
        "title": wording.say(f"usage_notice.title.{kind}"),
        "subject": wording.say(f"usage_notice.subject.{kind}", town=letterhead.town_name, address=said["address"]),
        "box": {"label": wording.say("label.used_now"), "amount": f"{said['quantity']} {said['unit']}"}
        | {"note": wording.say("label.usual"), "day": f"{said['usual']} {said['unit']}"},
        "paragraphs": [" ".join([wording.say(f"usage_notice.intro.{kind}", **said), *_meaning(flagged, wording)])],
        "checks": {
            "title": wording.say("usage_notice.check_title"),
            "items": [wording.say(f"usage_notice.check.{number}") for number in _CHECKS],
        },
        "help": [wording.say("usage_notice.help", phone=letterhead.phone, email=letterhead.email)],
    }


def _frame(recipient: Recipient, letterhead: Letterhead, wording: Wording, dated: date) -> dict[str, Any]:
    facts = {"account": recipient.account_number, "service_address": _place(recipient)}
    contact = {"phone": letterhead.phone, "email": letterhead.email}
    return {
        "lang": wording.language,
        "date": wording.day(dated),
        "town": town_view(letterhead, wording),
        "recipient": recipient.postal_lines(),
        "facts": [{"label": wording.say(f"label.{key}"), "value": value} for key, value in facts.items()],
        "greeting": wording.say("greeting", name=recipient.name),
        "closing": wording.say("closing", department=letterhead.department, town=letterhead.town_name),
        "footer": wording.say("email.footer_notice", account=recipient.account_number, **contact),
        "questions": questions(letterhead, wording),
        "table": None,
        "checks": None,
        "pay": None,
    }


def _place(recipient: Recipient) -> str:
    return ", ".join(postal_lines(recipient.service_address)[:-1])


def _past_due(case: AccountDelinquent, wording: Wording) -> dict[str, Any]:
    return {
        "title": wording.say("label.past_due_items"),
        "head": [wording.say(f"label.{name}") for name in ("item", "was_due", "amount")],
        "rows": [_item(item, wording) for item in case.past_due_items],
        "total": [wording.say("label.amount_to_pay"), figures.money(case.amount_to_pay)],
    }


def _item(item: OwedItem, wording: Wording) -> list[str]:
    name = wording.name("item", item.kind)
    return [name[:1].upper() + name[1:], wording.day(item.due_date), figures.money(item.amount)]


def _to_stop(case: AccountDelinquent, wording: Wording) -> list[str]:
    """What would end the case, as collections said it. It is said in English; in Spanish `reminder.ask` says it."""
    return [case.to_stop] if wording.language == "en" else []


def _pay(recipient: Recipient, letterhead: Letterhead, wording: Wording) -> dict[str, str]:
    link = letterhead.pay_link(recipient.account_number)
    address = ", ".join(postal_lines(letterhead.remit_address))
    return {
        "label": wording.say("label.view_pay"),
        "url": link,
        "by_mail": wording.say("letter.pay_by_mail", payee=letterhead.payable_to, address=address),
        "qr": qr_code(link),
        "qr_alt": wording.say("stub.qr_alt", url=link),
    }


def _meaning(flagged: UsageFlagged, wording: Wording) -> list[str]:
    """What the unit is, and how many times the usual it was, where that says something."""
    unit = wording.messages.get(f"unit_note.{flagged.unit.lower()}")
    said = [unit] if unit else []
    if flagged.usual_quantity > 0 and flagged.quantity >= flagged.usual_quantity * _WORTH_SAYING:
        times = (flagged.quantity / flagged.usual_quantity).quantize(Decimal("0.1"), ROUND_HALF_UP)
        said.append(wording.say("usage_notice.times", times=figures.quantity(times)))
    return said
