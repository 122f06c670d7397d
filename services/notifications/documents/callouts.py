"""What a customer must not miss at the top of a bill, the most pressing first."""

from contracts.billing import BillIssued, BillKind
from services.notifications.documents import figures
from services.notifications.documents.letterhead import Letterhead
from services.notifications.documents.payment_slip import credit_goes
from services.notifications.documents.usage_picture import estimated_reads, estimates_in_last_six
from services.notifications.documents.wording import Wording

Callout = dict[str, str]


def callouts(bill: BillIssued, letterhead: Letterhead, wording: Wording) -> list[Callout]:
    """The callouts of a bill; `tone` is `warn` for what asks for action and `info` for the rest."""
    return [
        *_kind(bill, letterhead, wording),
        *_money(bill, letterhead, wording),
        *_estimates(bill, letterhead, wording),
        *_town(letterhead, wording),
    ]


def _kind(bill: BillIssued, letterhead: Letterhead, wording: Wording) -> list[Callout]:
    if bill.kind == BillKind.FINAL:
        return [_callout("final", "info", wording, date=wording.day(bill.period_end), phone=letterhead.phone)]
    if bill.kind == BillKind.CORRECTED:
        return [_callout("corrected", "info", wording)]
    return []


def _money(bill: BillIssued, letterhead: Letterhead, wording: Wording) -> list[Callout]:
    if bill.amount_due < 0:
        said = {"amount": figures.money(-bill.amount_due), "refund": figures.money(bill.refund)}
        said |= {"phone": letterhead.phone, "account": bill.moved_to or ""}
        return [_callout(f"credit{credit_goes(bill)}", "info", wording, **said)]
    if bill.moved_to and bill.amount_due:
        return [_callout("moved", "info", wording, amount=figures.money(bill.amount_due), account=bill.moved_to)]
    found = []
    if bill.past_due > 0:
        found.append(_callout("past_due", "warn", wording, amount=figures.money(bill.past_due), phone=letterhead.phone))
    if bill.autopay and bill.amount_due > 0:
        values = {"amount": figures.money(bill.amount_due), "date": wording.day(bill.due_date)}
        found.append(_callout("autopay", "info", wording, **values))
    return found


def _estimates(bill: BillIssued, letterhead: Letterhead, wording: Wording) -> list[Callout]:
    """A second estimate within six bills owes the customer a reason (Florida, R.25-30.335)."""
    found = []
    for service in dict.fromkeys(read.service for read in estimated_reads(bill)):
        times = estimates_in_last_six(bill, service)
        key = "estimated_again" if times > 1 else "estimated"
        values = {"number": str(times), "service": wording.name("service", service).lower(), "phone": letterhead.phone}
        found.append(_callout(key, "warn", wording, **values))
    return found


def _town(letterhead: Letterhead, wording: Wording) -> list[Callout]:
    if letterhead.bill_message is None:
        return []
    text = letterhead.bill_message.in_language(wording.language)
    heading = wording.say("callout.town", town=letterhead.town_name)
    return [{"tone": "info", "heading": heading, "text": text}]


def _callout(key: str, tone: str, wording: Wording, **values: str) -> Callout:
    heading, text = wording.say(f"callout.{key}", **values), wording.say(f"callout.{key}.text", **values)
    return {"tone": tone, "heading": heading, "text": text}
