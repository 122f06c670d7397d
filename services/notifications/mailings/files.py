"""The files of one chunk of a mailing: bills, letters or door hangers as one PDF with its index and totals (pure)."""

import csv
import hashlib
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from uuid import UUID

from pypdf import PageObject, PdfWriter

from contracts.accounts import PostalAddress
from contracts.notices import NoticeKind
from services.notifications.delivery.composing import Style, bill_of, letter_of, recipient_of
from services.notifications.documents import (
    CARDS_PER_SHEET,
    Recipient,
    card_pages,
    letter_pages,
    render_mailing,
)
from services.notifications.store import ToTell

LETTERS_AT_ONCE = 20
CARDS_AT_ONCE = 5 * CARDS_PER_SHEET
_INDEX = ("sequence", "account", "first_page", "last_page", "name", "line1", "line2", "city", "state", "zip")
_CARDS = ("sequence", "account", "page", "card", "line1", "line2", "city", "state", "zip")


@dataclass(frozen=True)
class Printed:
    """A PDF and its index, with the totals the mailing house checks against, and the notices that are in it."""

    pdf: bytes
    index_csv: bytes
    notice_ids: tuple[UUID, ...]
    pages: int
    amount_due: Decimal

    @property
    def notices(self) -> int:
        """How many pieces it holds."""
        return len(self.notice_ids)

    @property
    def pdf_sha256(self) -> str:
        """Tells whether the house has the file that was made."""
        return hashlib.sha256(self.pdf).hexdigest()


@dataclass(frozen=True)
class _Piece:
    telling: ToTell
    to: Recipient


def print_chunk(kind: str, tellings: Sequence[ToTell], style: Style) -> Printed | None:
    """The notices of a chunk as one file, in the order given; None when none of them has anybody to go to."""
    found = [(one, recipient_of(one, style)) for one in tellings]
    pieces = [_Piece(one, to) for one, to in found if to is not None]
    if not pieces:
        return None
    match kind:
        case NoticeKind.BILL:
            return _bills(pieces, style)
        case NoticeKind.DOOR_HANGER:
            return _cards(sorted(pieces, key=_walk), style)
    return _letters(pieces, style)


def _bills(pieces: Sequence[_Piece], style: Style) -> Printed:
    bills = [bill_of(one.telling, one.to) for one in pieces]
    mailing = render_mailing(bills, style.letterhead, style.templates)
    return Printed(mailing.pdf, mailing.index_csv, _ids(pieces), mailing.totals.pages, mailing.totals.amount_due)


def _letters(pieces: Sequence[_Piece], style: Style) -> Printed:
    writer, rows = PdfWriter(), _rows(_INDEX)
    for batch in _batches(pieces, LETTERS_AT_ONCE):
        letters = [letter_of(one.telling, one.to, style) for one in batch]
        for one, pages in zip(batch, letter_pages(letters, style.letterhead, style.templates), strict=True):
            first = len(writer.pages) + 1
            _add(writer, pages)
            place = (str(len(rows)), one.to.account_number, str(first), str(len(writer.pages)))
            rows.append((*place, one.to.name, *_address(one.to.mailing)))
    return _printed(writer, rows, pieces)


def _cards(pieces: Sequence[_Piece], style: Style) -> Printed:
    writer, rows = PdfWriter(), _rows(_CARDS)
    for batch in _batches(pieces, CARDS_AT_ONCE):
        letters = [letter_of(one.telling, one.to, style) for one in batch]
        _add(writer, card_pages(letters, style.letterhead, style.templates))
    for place, one in enumerate(pieces):
        page, card = place // CARDS_PER_SHEET + 1, place % CARDS_PER_SHEET + 1
        rows.append((str(place + 1), one.to.account_number, str(page), str(card), *_address(one.to.service_address)))
    return _printed(writer, rows, pieces)


def _rows(head: tuple[str, ...]) -> list[tuple[str, ...]]:
    return [head]


def _walk(piece: _Piece) -> tuple[str, int, str]:
    """The order in which a crew goes from door to door: by street, then by house number."""
    line = piece.to.service_address.line1
    found = re.match(r"(\d+)\s+(.*)", line)
    return (found[2].casefold(), int(found[1]), line) if found else (line.casefold(), 0, line)


def _address(address: PostalAddress) -> tuple[str, ...]:
    return address.line1, address.line2, address.city, address.state, address.zip_code


def _ids(pieces: Sequence[_Piece]) -> tuple[UUID, ...]:
    return tuple(one.telling.notice.notice_id for one in pieces)


def _batches(pieces: Sequence[_Piece], size: int) -> Iterator[list[_Piece]]:
    remaining = iter(pieces)
    while batch := list(islice(remaining, size)):
        yield batch


def _add(writer: PdfWriter, pages: Sequence[PageObject]) -> None:
    for page in pages:
        writer.add_page(page)


def _printed(writer: PdfWriter, rows: Sequence[Sequence[str]], pieces: Sequence[_Piece]) -> Printed:
    pdf, index = io.BytesIO(), io.StringIO(newline="")
    csv.writer(index).writerows(rows)
    pages = len(writer.pages)
    writer.write(pdf)
    return Printed(pdf.getvalue(), index.getvalue().encode(), _ids(pieces), pages, Decimal(0))
