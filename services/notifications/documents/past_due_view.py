"""What a customer is told at each step from past due to shutoff. Letter and e-mail are laid out from the same view."""

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import groupby
from typing import Any

from contracts.billing import OwedItem
from contracts.delinquency import AccountDelinquent, Step
from services.notifications.documents import figures
from services.notifications.documents.frame import View, frame, how_to_pay, place, point, strong_point, to_pay
from services.notifications.documents.letterhead import Letterhead
from services.notifications.documents.recipient import Recipient, postal_lines
from services.notifications.documents.wording import Wording


def reminder_view(case: AccountDelinquent, recipient: Recipient, letterhead: Letterhead, wording: Wording) -> View:
    """A first, friendly word that an account is past due. Raises ValueError for another step."""
    _expect(case, Step.REMINDER)
    return _letter("reminder", case, recipient, letterhead, wording)


def status_letter_view(case: AccountDelinquent, recipient: Recipient, letterhead: Letterhead, wording: Wording) -> View:
    """A second letter: how the account stands and what comes next. Raises ValueError for another step."""
    _expect(case, Step.STATUS_LETTER)
    view = _letter("status", case, recipient, letterhead, wording)
    said = _said(case, recipient, letterhead, wording)
    return view | {"paragraphs": [*view["paragraphs"], wording.say("status.next", **said)]}


def shutoff_notice_view(
    case: AccountDelinquent, recipient: Recipient, letterhead: Letterhead, wording: Wording
) -> View:
    """The notice before water is shut off, with what law asks for (for instance Idaho, IDAPA 31.21.01.305).

    The reason and the day, how to avoid it, whom to call, that a medical certificate may delay it and a complaint
    stays it, arrangements in bold, where a part payment goes, and a word to occupants who are not the customer.
    Raises ValueError for another step.
    """
    _expect(case, Step.SHUTOFF_NOTICE)
    said = _said(case, recipient, letterhead, wording)
    return _letter("shutoff", case, recipient, letterhead, wording) | {
        "points": list(_rights(said, wording)),
        "help": [],
        "questions": "",
    }


def door_hanger_view(case: AccountDelinquent, recipient: Recipient, letterhead: Letterhead, wording: Wording) -> View:
    """A card for the door: it hangs in the open, so it names the place and no person. ValueError for another step."""
    _expect(case, Step.DOOR_HANGER)
    said = _said(case, recipient, letterhead, wording)
    when = "hanger.when" if case.earliest_shutoff else "hanger.soon"
    return frame(recipient, letterhead, wording, case.business_date) | {
        "title": wording.say("hanger.title", **said),
        "box": to_pay(case.amount_to_pay, case.deadline, wording),
        "paragraphs": [wording.say(when, **said)],
        "points": [strong_point("hanger.arrange", wording, **said), point("hanger.tenant", wording, **said)],
        "pay": how_to_pay(recipient, letterhead, wording),
    }


def _expect(case: AccountDelinquent, step: Step) -> None:
    if case.step != step:
        told = step.value.replace("_", " ")
        raise ValueError(f"Case {case.case_id} is at step `{case.step.value}`, which has no {told}.")


def _letter(kind: str, case: AccountDelinquent, recipient: Recipient, letterhead: Letterhead, wording: Wording) -> View:
    said = _said(case, recipient, letterhead, wording)
    dated = "intro_dated" if kind == "shutoff" and case.earliest_shutoff else "intro"
    return frame(recipient, letterhead, wording, case.business_date) | {
        "title": wording.say(f"{kind}.title", **said),
        "subject": wording.say(f"{kind}.subject", town=letterhead.town_name, **said),
        "box": to_pay(case.amount_to_pay, case.deadline, wording),
        "paragraphs": [wording.say(f"{kind}.{dated}", **said), wording.say(f"{kind}.ask", **said)],
        "table": past_due_table(case, wording),
        "help": [*_to_stop(case, wording), wording.say("reminder.help", **said)],
        "pay": how_to_pay(recipient, letterhead, wording),
    }


def _said(case: AccountDelinquent, recipient: Recipient, letterhead: Letterhead, wording: Wording) -> dict[str, str]:
    """The words that the messages of every step may use."""
    return {
        "amount": figures.money(case.amount_to_pay),
        "date": wording.day(case.deadline),
        "shutoff": wording.day(case.earliest_shutoff or case.deadline),
        "phone": letterhead.phone,
        "email": letterhead.email,
        "hours": letterhead.office_hours.in_language(wording.language),
        "office": ", ".join(postal_lines(letterhead.address)),
        "address": place(recipient),
        "services": _services(case, wording),
        "fee": figures.money(case.restore_fee) if case.restore_fee else "",
    }


def _services(case: AccountDelinquent, wording: Wording) -> str:
    """What would be shut off: `water`, `water and irrigation`; water where the case doesn't say."""
    return wording.listed([wording.name("service", one).lower() for one in case.services or ("water",)])


def _rights(said: dict[str, str], wording: Wording) -> Iterator[dict[str, Any]]:
    yield strong_point("shutoff.arrange", wording, **said)
    yield from (point(f"shutoff.{key}", wording, **said) for key in ("medical", "dispute", "partial"))
    yield point("shutoff.restore" if said["fee"] else "shutoff.restore_free", wording, **said)
    yield from (point(f"shutoff.{key}", wording, **said) for key in ("occupants", "call"))


def past_due_table(case: AccountDelinquent, wording: Wording) -> dict[str, Any]:
    """What is past due, a line for each day that something was due: a bill is one line, however many its services."""
    return {
        "title": wording.say("label.past_due_items"),
        "head": [wording.say(f"label.{name}") for name in ("item", "was_due", "amount")],
        "rows": [_row(day, items, wording) for day, items in _by_day(case.past_due_items)],
        "total": [wording.say("label.amount_to_pay"), figures.money(case.amount_to_pay)],
    }


def _by_day(items: Iterable[OwedItem]) -> Iterator[tuple[date, list[OwedItem]]]:
    ordered = sorted(items, key=lambda item: item.due_date)
    return ((day, list(found)) for day, found in groupby(ordered, key=lambda item: item.due_date))


def _row(day: date, items: list[OwedItem], wording: Wording) -> list[str]:
    names = wording.listed(list(dict.fromkeys(wording.name("item", item.kind).lower() for item in items)))
    amount = figures.money(sum((item.amount for item in items[1:]), items[0].amount))
    return [names[:1].upper() + names[1:], wording.day(day), amount]


def _to_stop(case: AccountDelinquent, wording: Wording) -> list[str]:
    """What would end the case, as collections said it. It is said in English; in Spanish `ask` says it."""
    return [case.to_stop] if wording.language == "en" else []
