"""What a mailing house gets: bills to print on both sides in one PDF, an index of them, and totals to check against."""

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice

from pydantic import BaseModel, ConfigDict
from pypdf import PageObject, PdfWriter

from chassis.printable import one_line
from contracts.base import Money
from services.notifications.documents.bills import AddressedBill, bill_pages
from services.notifications.documents.letterhead import Letterhead
from services.notifications.documents.templates import Templates, standard_templates

# typst needs about 1.5 MB for a bill while it sets a document, so this bounds memory.
_BILLS_AT_ONCE = 10
_INDEX = (
    "sequence", "account", "bill", "first_page", "last_page", "sheets", "name", "line1", "line2", "city", "state",
    "zip", "language", "amount_due", "due_date", "pages_sha256",
)  # fmt: skip


class MailingTotals(BaseModel):
    """Control totals: the mailing house counts the same before it prints."""

    model_config = ConfigDict(frozen=True)

    bills: int
    pages: int
    sheets: int
    amount_due: Money
    pdf_sha256: str
    index_sha256: str


@dataclass(frozen=True)
class Mailing:
    """One file of bills for the mailing house: the PDF, its index (CSV, UTF-8), and the control totals."""

    pdf: bytes
    index_csv: bytes
    totals: MailingTotals


def render_mailing(
    addressed: Iterable[AddressedBill], letterhead: Letterhead, templates: Templates | None = None
) -> Mailing:
    """The bills in the order given, each beginning on a new sheet; the same input gives the same bytes.

    Memory grows by about 0.15 MB a bill: use `mailing_files` for thousands. Raises ValueError when there is no bill,
    and BillDoesNotAddUpError.
    """
    templates = templates or standard_templates()
    writer = PdfWriter()
    rows: list[dict[str, str]] = []
    due = Decimal(0)
    for batch in _batches(addressed, _BILLS_AT_ONCE):
        for each, pages in zip(batch, bill_pages(batch, letterhead, templates), strict=True):
            rows.append(_add(writer, each, pages, len(rows) + 1))
            due += each.bill.amount_due
    if not rows:
        raise ValueError("There is no bill to mail: a mailing needs at least one.")
    return _mailing(writer, rows, due)


def mailing_files(
    addressed: Iterable[AddressedBill],
    letterhead: Letterhead,
    templates: Templates | None = None,
    bills_per_file: int = 500,
) -> Iterator[Mailing]:
    """Many bills as files of a size that memory and a print queue can hold, made one after the other."""
    for batch in _batches(addressed, bills_per_file):
        yield render_mailing(batch, letterhead, templates)


def _batches(addressed: Iterable[AddressedBill], size: int) -> Iterator[Sequence[AddressedBill]]:
    remaining = iter(addressed)
    while batch := list(islice(remaining, size)):
        yield batch


def _add(writer: PdfWriter, each: AddressedBill, pages: list[PageObject], sequence: int) -> dict[str, str]:
    """Add a bill's pages and a blank one if they are odd, or the next bill would begin on the back of this one."""
    first = len(writer.pages) + 1
    for page in pages:
        writer.add_page(page)
    if len(pages) % 2:
        writer.add_blank_page()
    last = len(writer.pages)
    place = {"sequence": sequence, "first_page": first, "last_page": last, "sheets": (last - first + 1) // 2}
    return _row(each) | {name: str(number) for name, number in place.items()} | {"pages_sha256": _digest(pages)}


def _row(each: AddressedBill) -> dict[str, str]:
    bill, address = each.bill, each.recipient.mailing
    row = {
        "account": bill.account_number,
        "bill": bill.number,
        "name": each.recipient.name,
        "line1": address.line1,
        "line2": address.line2,
        "city": address.city,
        "state": address.state,
        "zip": address.zip_code,
        "language": each.recipient.language,
        "amount_due": f"{bill.amount_due:.2f}",
        "due_date": bill.due_date.isoformat(),
    }
    return {name: one_line(value) for name, value in row.items()}


def _digest(pages: list[PageObject]) -> str:
    """The sha256 of the decoded content streams of a bill's pages, in order."""
    digest = hashlib.sha256()
    for page in pages:
        contents = page.get_contents()
        digest.update(contents.get_data() if contents is not None else b"")
    return digest.hexdigest()


def _mailing(writer: PdfWriter, rows: list[dict[str, str]], due: Decimal) -> Mailing:
    pdf, index = io.BytesIO(), _csv(rows)
    pages = len(writer.pages)
    writer.write(pdf)
    totals = MailingTotals(
        bills=len(rows),
        pages=pages,
        sheets=pages // 2,
        amount_due=due,
        pdf_sha256=hashlib.sha256(pdf.getvalue()).hexdigest(),
        index_sha256=hashlib.sha256(index).hexdigest(),
    )
    return Mailing(pdf.getvalue(), index, totals)


def _csv(rows: list[dict[str, str]]) -> bytes:
    text = io.StringIO(newline="")
    table = csv.DictWriter(text, _INDEX)
    table.writeheader()
    table.writerows(rows)
    return text.getvalue().encode("utf-8")
