"""The files of one chunk of a mailing: bills as one PDF with index and totals, letters likewise (pure)."""

import csv
import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from pypdf import PdfReader, PdfWriter

from contracts.notices import NoticeKind
from services.notifications.delivery.composing import Style, bill_of, letter_of, recipient_of
from services.notifications.documents import render_mailing
from services.notifications.store import ToTell


@dataclass(frozen=True)
class Printed:
    """A PDF and its index, with the totals the mailing house checks against."""

    pdf: bytes
    index_csv: bytes
    notices: int
    pages: int
    amount_due: Decimal

    @property
    def pdf_sha256(self) -> str:
        """Tells whether the house has the file that was made."""
        return hashlib.sha256(self.pdf).hexdigest()


def print_chunk(kind: str, tellings: Sequence[ToTell], style: Style) -> Printed:
    """The notices of a chunk as one file, in the order given."""
    if kind == NoticeKind.BILL:
        mailing = render_mailing([bill_of(one) for one in tellings], style.letterhead, style.templates)
        totals = mailing.totals
        return Printed(mailing.pdf, mailing.index_csv, totals.bills, totals.pages, totals.amount_due)
    return _letters(tellings, style)


def _letters(tellings: Sequence[ToTell], style: Style) -> Printed:
    writer, index, pdf = PdfWriter(), io.StringIO(newline=""), io.BytesIO()
    rows = csv.writer(index)
    rows.writerow(("sequence", "account", "first_page", "last_page", "name", "line1", "line2", "city", "state", "zip"))
    for sequence, one in enumerate(tellings, 1):
        first = len(writer.pages) + 1
        for page in PdfReader(io.BytesIO(letter_of(one, style))).pages:
            writer.add_page(page)
        to = recipient_of(one)
        place, address = (sequence, to.account_number, first, len(writer.pages)), to.mailing
        rows.writerow((*place, to.name, address.line1, address.line2, address.city, address.state, address.zip_code))
    writer.write(pdf)
    return Printed(pdf.getvalue(), index.getvalue().encode(), len(tellings), len(writer.pages), Decimal(0))
