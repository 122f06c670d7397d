"""Makes every document once from invented values, so that a town's broken template is found before a bill is due."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

from jinja2 import TemplateError as JinjaError
from typst import TypstError

from contracts.accounts import PostalAddress
from contracts.billing import BilledRead, BillIssued, BillKind, BillLine, MonthlyUsage, OwedItem
from contracts.delinquency import AccountDelinquent, Step
from contracts.metering import ReadFlag, ReadKind, UsageFlagged
from services.notifications.documents.bills import render_bill
from services.notifications.documents.emails import Sending, bill_email, high_usage_email, reminder_email
from services.notifications.documents.letterhead import Language, Letterhead
from services.notifications.documents.letters import render_high_usage, render_reminder
from services.notifications.documents.recipient import Recipient
from services.notifications.documents.templates import TemplateError, Templates

_ID = UUID(int=0)
_DAY = date(2020, 1, 31)
_EARLIER = date(2020, 1, 1)
_PLACE = PostalAddress(line1="1 Main St", city="Anytown", state="CO", zip_code="80000")
_SENDING = Sending(_ID, datetime(2020, 1, 31, tzinfo=UTC))
_LANGUAGES: tuple[Language, ...] = ("en", "es")


def prove(templates: Templates, letterhead: Letterhead) -> None:
    """Make each document in each language. Raises TemplateError, which names the template and says what is wrong."""
    for language in _LANGUAGES:
        person = Recipient(account_number="1", name="A", mailing=_PLACE, service_address=_PLACE, language=language)
        _prove_paper(person, templates, letterhead)
        _prove_mail(person.model_copy(update={"email": "a@town.example"}), templates, letterhead)


def _prove_paper(person: Recipient, templates: Templates, letterhead: Letterhead) -> None:
    with _blaming("bill.typ"):
        render_bill(_bill(), person, letterhead, templates)
    with _blaming("letter.typ"):
        render_reminder(_case(), person, letterhead, templates)
        render_high_usage(_flagged(), person, letterhead, templates)


def _prove_mail(person: Recipient, templates: Templates, letterhead: Letterhead) -> None:
    with _blaming("bill_email"):
        bill_email(_bill(), person, letterhead, _SENDING, templates)
    with _blaming("notice_email"):
        reminder_email(_case(), person, letterhead, _SENDING, templates)
        high_usage_email(_flagged(), person, letterhead, _SENDING, templates)


@contextmanager
def _blaming(template: str) -> Iterator[None]:
    try:
        yield
    except TypstError as error:
        where = f" ({error.diagnostic.strip()})" if error.diagnostic else ""
        raise TemplateError(f"templates/{template}", f"typst says: {error.message}{where}") from None
    except JinjaError as error:
        raise TemplateError(f"templates/{template}", f"jinja says: {error.message}") from None


def _bill() -> BillIssued:
    line = BillLine(
        service="water", code="usage", description="Usage", quantity=Decimal(5), unit="kgal", rate=Decimal(4),
        amount=Decimal(20), rule="usage", tariff_version="2020",
    )  # fmt: skip
    read = BilledRead(
        service="water", meter_number="1", previous_date=_EARLIER, previous_value=Decimal(0), current_date=_DAY,
        current_value=Decimal(5), quantity=Decimal(5), unit="kgal", kind=ReadKind.ESTIMATED,
    )  # fmt: skip
    past = MonthlyUsage(service="water", period_end=_EARLIER, quantity=Decimal(4), unit="kgal")
    return BillIssued(
        bill_id=_ID, number="1", account_id=_ID, account_number="1", kind=BillKind.FINAL, cycle="1", run_id=_ID,
        bill_date=_DAY, due_date=_DAY, period_start=_EARLIER, period_end=_DAY, previous_balance=Decimal(10),
        payments=Decimal(0), adjustments=Decimal(1), current_charges=Decimal(20), amount_due=Decimal(31),
        past_due=Decimal(10), lines=(line,), reads=(read,), usage_history=(past,), pack_hash="0", business_date=_DAY,
    )  # fmt: skip


def _case() -> AccountDelinquent:
    item = OwedItem(item_id=_ID, kind="bill", amount=Decimal(10), due_date=_EARLIER)
    return AccountDelinquent(
        case_id=_ID, account_id=_ID, step=Step.REMINDER, past_due_items=(item,), amount_to_pay=Decimal(10),
        deadline=_DAY, to_stop="Pay 10.00.", business_date=_DAY,
    )  # fmt: skip


def _flagged() -> UsageFlagged:
    return UsageFlagged(
        read_id=_ID, service_point_id=_ID, flag=ReadFlag.HIGH, quantity=Decimal(9), usual_quantity=Decimal(3),
        unit="kgal", read_date=_DAY, business_date=_DAY,
    )  # fmt: skip
