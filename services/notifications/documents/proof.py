"""Makes every document once from invented values, so that a town's broken template is found before a bill is due."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from jinja2 import TemplateError as JinjaError

from chassis.press import LayoutError
from contracts.accounts import PostalAddress
from contracts.notices import NoticeKind
from services.notifications.documents.bills import render_bill
from services.notifications.documents.emails import Sending, bill_email, letter_email
from services.notifications.documents.letterhead import Language, Letterhead
from services.notifications.documents.letters import render_cards, render_letter
from services.notifications.documents.matters import Letter
from services.notifications.documents.proof_values import ID, a_bill, events
from services.notifications.documents.recipient import Recipient
from services.notifications.documents.templates import TemplateError, Templates

_PLACE = PostalAddress(line1="1 Main St", city="Anytown", state="CO", zip_code="80000")
_SENDING = Sending(ID, datetime(2020, 1, 31, tzinfo=UTC))
_LANGUAGES: tuple[Language, ...] = ("en", "es")


def prove(templates: Templates, letterhead: Letterhead) -> None:
    """Make each document in each language. Raises TemplateError, which names the template and says what is wrong."""
    for language in _LANGUAGES:
        person = Recipient(
            account_number="1", name="A", mailing=_PLACE, service_address=_PLACE, language=language,
            email="a@town.example",
        )  # fmt: skip
        letters = [Letter(kind, event, person) for kind, event in events().items()]
        _prove_paper(person, letters, templates, letterhead)
        _prove_mail(person, letters, templates, letterhead)


def _prove_paper(person: Recipient, letters: list[Letter], templates: Templates, letterhead: Letterhead) -> None:
    with _blaming("bill.typ"):
        render_bill(a_bill(), person, letterhead, templates)
    for letter in letters:
        if letter.kind == NoticeKind.DOOR_HANGER:
            with _blaming("hanger.typ"):
                render_cards([letter], letterhead, templates)
        else:
            with _blaming("letter.typ"):
                render_letter(letter, letterhead, templates)


def _prove_mail(person: Recipient, letters: list[Letter], templates: Templates, letterhead: Letterhead) -> None:
    with _blaming("bill_email"):
        bill_email(a_bill(), person, letterhead, _SENDING, templates)
    with _blaming("notice_email"):
        for letter in letters:
            if letter.kind != NoticeKind.DOOR_HANGER:
                letter_email(letter, letterhead, _SENDING, templates)


@contextmanager
def _blaming(template: str) -> Iterator[None]:
    try:
        yield
    except LayoutError as error:
        raise TemplateError(f"templates/{template}", f"typst says: {error}") from None
    except JinjaError as error:
        raise TemplateError(f"templates/{template}", f"jinja says: {error.message}") from None
