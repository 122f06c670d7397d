"""What every letter about one matter has around its words: the town, the reader, the account, how to pay."""

from datetime import date
from decimal import Decimal
from typing import Any

from services.notifications.documents import figures
from services.notifications.documents.bill_view import questions, town_view
from services.notifications.documents.letterhead import Letterhead
from services.notifications.documents.payment_slip import qr_code
from services.notifications.documents.recipient import Recipient, postal_lines
from services.notifications.documents.wording import Wording

View = dict[str, Any]


def frame(recipient: Recipient, letterhead: Letterhead, wording: Wording, dated: date) -> View:
    """A letter with nothing said in it yet; each matter fills in its own parts."""
    facts = {"account": recipient.account_number, "service_address": place(recipient)}
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
        "copied": "",
        "box": None,
        "paragraphs": [],
        "points": [],
        "table": None,
        "checks": None,
        "pay": None,
        "help": [],
    }


def place(recipient: Recipient) -> str:
    """The premise that a letter is about, on one line, without its city."""
    return ", ".join(postal_lines(recipient.service_address)[:-1])


def box(label: str, amount: str, note: str, day: str) -> dict[str, str]:
    """The one figure of a letter, and the day that belongs to it."""
    return {"label": label, "amount": amount, "note": note, "day": day}


def to_pay(amount: Decimal, deadline: date, wording: Wording) -> dict[str, str]:
    """The figure of a letter that asks for money."""
    said = figures.money(amount), wording.say("label.deadline"), wording.day(deadline)
    return box(wording.say("label.amount_to_pay"), *said)


def point(key: str, wording: Wording, **values: str) -> dict[str, Any]:
    """A paragraph with a heading of its own."""
    heading, text = wording.say(f"{key}.title", **values), wording.say(f"{key}.text", **values)
    return {"heading": heading, "text": text, "strong": False}


def strong_point(key: str, wording: Wording, **values: str) -> dict[str, Any]:
    """One that is set in bold."""
    return point(key, wording, **values) | {"strong": True}


def checklist(key: str, count: int, wording: Wording) -> dict[str, Any]:
    """A list of things to do or to look at: `<key>_title`, `<key>.1`, ..."""
    items = [wording.say(f"{key}.{number}") for number in range(1, count + 1)]
    return {"title": wording.say(f"{key}_title"), "items": items}


def how_to_pay(recipient: Recipient, letterhead: Letterhead, wording: Wording) -> dict[str, str]:
    """Where to pay online, with a code to scan, and by mail."""
    link = letterhead.pay_link(recipient.account_number)
    address = ", ".join(postal_lines(letterhead.remit_address))
    return {
        "label": wording.say("label.view_pay"),
        "url": link,
        "by_mail": wording.say("letter.pay_by_mail", payee=letterhead.payable_to, address=address),
        "qr": qr_code(link),
        "qr_alt": wording.say("stub.qr_alt", url=link),
    }
