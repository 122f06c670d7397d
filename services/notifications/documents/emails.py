"""E-mails: text and HTML of the same words, ready to send, the same message each time they are made.

The Message-ID follows from the notice, so a message sent twice (mail is at least once) is known to be the same one.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any
from uuid import UUID

from chassis.printable import one_line
from contracts.billing import BillIssued
from services.notifications.documents import figures
from services.notifications.documents.bill_view import bill_view
from services.notifications.documents.bills import render_bill
from services.notifications.documents.desk import desk_for
from services.notifications.documents.letterhead import Letterhead
from services.notifications.documents.matters import Letter
from services.notifications.documents.payment_slip import asks_for_payment
from services.notifications.documents.recipient import Recipient, postal_lines
from services.notifications.documents.templates import Templates, standard_templates
from services.notifications.documents.wording import Wording


class NoEmailAddressError(ValueError):
    """The person has no e-mail address that mail can be sent to."""


@dataclass(frozen=True)
class Sending:
    """One notice on its way: its id, which makes the Message-ID, and the moment its Date header shows."""

    notice_id: UUID
    dated: datetime


def message_id(notice_id: UUID, letterhead: Letterhead) -> str:
    """The Message-ID of a notice, the same however often it is sent."""
    return f"<{notice_id}@{letterhead.sender_address.partition('@')[2]}>"


def bill_email(
    bill: BillIssued,
    recipient: Recipient,
    letterhead: Letterhead,
    sending: Sending,
    templates: Templates | None = None,
) -> EmailMessage:
    """The e-bill: what is owed, by when and why, with the whole bill attached as an accessible PDF.

    Raises NoEmailAddressError and BillDoesNotAddUpError.
    """
    templates = templates or standard_templates()
    wording = templates.wording(recipient.language)
    view = bill_view(bill, recipient, letterhead, wording) | _e_bill(bill, recipient, letterhead, wording)
    message = _message(view, "bill_email", recipient, letterhead, sending, templates)
    name = f"{wording.say('bill_email.file')}-{re.sub('[^A-Za-z0-9-]+', '-', bill.number)}.pdf"
    pdf = render_bill(bill, recipient, letterhead, templates)
    message.add_attachment(pdf, maintype="application", subtype="pdf", filename=name)
    return _with_lasting_boundaries(message, sending)


def letter_email(
    letter: Letter, letterhead: Letterhead, sending: Sending, templates: Templates | None = None
) -> EmailMessage:
    """A letter as an e-mail. Raises NoEmailAddressError, and ValueError for an event that has no such letter."""
    templates = templates or standard_templates()
    views = letter.views(letterhead, templates)
    words = views[0] | {"letters": views, "labels": templates.labels()}
    message = _message(words, "notice_email", letter.recipient, letterhead, sending, templates)
    return _with_lasting_boundaries(message, sending)


def _e_bill(bill: BillIssued, recipient: Recipient, letterhead: Letterhead, wording: Wording) -> dict[str, Any]:
    values = {"amount": figures.money(bill.amount_due), "date": wording.day(bill.due_date)}
    values["past_due"] = figures.money(bill.past_due)
    contact = {"phone": letterhead.phone, "email": letterhead.email}
    place = ", ".join(postal_lines(recipient.service_address)[:-1])
    return {
        "subject": wording.say(_subject(bill), town=letterhead.town_name, **values),
        "greeting": wording.say("greeting", name=recipient.name),
        "intro": wording.say("bill_email.intro", address=place),
        "why": wording.say("bill_email.why"),
        "link": letterhead.pay_link(bill.account_number) if asks_for_payment(bill) else "",
        "closing": wording.say("closing", department=letterhead.department, town=letterhead.town_name),
        "footer": wording.say("email.footer", account=bill.account_number, **contact),
    }


def _subject(bill: BillIssued) -> str:
    if bill.amount_due <= 0 or bill.moved_to:
        return "bill_email.subject_credit"
    if bill.autopay:
        return "bill_email.subject_autopay"
    return "bill_email.subject_past_due" if bill.past_due > 0 else "bill_email.subject"


def _message(
    view: Mapping[str, Any],
    template: str,
    recipient: Recipient,
    letterhead: Letterhead,
    sending: Sending,
    templates: Templates,
) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(one_line(letterhead.town_name), addr_spec=letterhead.sender_address)
    message["To"] = _address(recipient)
    message["Reply-To"] = letterhead.email
    message["Subject"] = one_line(view["subject"])
    message["Date"] = format_datetime(sending.dated)
    message["Message-ID"] = message_id(sending.notice_id, letterhead)
    message["Auto-Submitted"] = "auto-generated"
    words = {**view, "label": templates.wording(view["lang"]).labels()}
    desk = desk_for(templates)
    message.set_content(desk.get_template(f"{template}.txt.j2").render(words), cte="quoted-printable")
    html = desk.get_template(f"{template}.html.j2").render(words)
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    return message


def _address(recipient: Recipient) -> Address:
    if not recipient.email:
        raise NoEmailAddressError(f"Account {recipient.account_number}: the person has no e-mail address.")
    try:
        return Address(one_line(recipient.name), addr_spec=recipient.email.strip())
    except (ValueError, IndexError, HeaderParseError):
        raise NoEmailAddressError(
            f"Account {recipient.account_number}: its e-mail address can't be mailed to. Correct it in the contact."
        ) from None


def _with_lasting_boundaries(message: EmailMessage, sending: Sending) -> EmailMessage:
    """Parts are divided by boundaries made from the notice's id; random ones would change the message each time."""
    parts = (part for part in message.walk() if part.is_multipart())
    for place, part in enumerate(parts):
        part.set_boundary(f"={sending.notice_id.hex}.{place}=")
    return message
