"""Letters on paper, one by one as accessible PDFs; and cards for doors, four to a sheet."""

import io
from collections.abc import Sequence
from datetime import date
from itertools import islice

from pypdf import PageObject, PdfReader

from chassis.press import accessible_pdf, print_pdf
from services.notifications.documents.frame import View
from services.notifications.documents.letterhead import Letterhead
from services.notifications.documents.matters import Letter
from services.notifications.documents.templates import Templates, standard_templates

_LAYOUT, _CARDS = "letter.typ", "hanger.typ"
CARDS_PER_SHEET = 4


def render_letter(letter: Letter, letterhead: Letterhead, templates: Templates | None = None) -> bytes:
    """The letter as an accessible PDF (PDF/UA-1), the same bytes each time. ValueError as from `Letter.views`."""
    templates = templates or standard_templates()
    data = {"letters": letter.views(letterhead, templates), "labels": templates.labels()}
    return accessible_pdf(templates.source(_LAYOUT), data, letter.dated)


def letter_pages(letters: Sequence[Letter], letterhead: Letterhead, templates: Templates) -> list[list[PageObject]]:
    """The pages of each letter, for a printing machine. One document of many letters is made faster, and is smaller.

    Nearly every letter has one page in each of its languages; where one doesn't, each is set alone, to know whose
    pages are whose.
    """
    views = [letter.views(letterhead, templates) for letter in letters]
    pages = iter(_printed([view for each in views for view in each], letters[0].dated, templates))
    found = [list(islice(pages, len(each))) for each in views]
    if next(pages, None) is None:
        return found
    return [_printed(each, letter.dated, templates) for each, letter in zip(views, letters, strict=True)]


def _printed(views: Sequence[View], dated: date, templates: Templates) -> list[PageObject]:
    data = {"letters": list(views), "labels": templates.labels()}
    return list(PdfReader(io.BytesIO(print_pdf(templates.source(_LAYOUT), data, dated))).pages)


def render_cards(letters: Sequence[Letter], letterhead: Letterhead, templates: Templates | None = None) -> bytes:
    """Door hangers as an accessible PDF: four cards to a letter sheet, with marks where to cut."""
    templates = templates or standard_templates()
    return accessible_pdf(templates.source(_CARDS), _cards(letters, letterhead, templates), letters[0].dated)


def card_pages(letters: Sequence[Letter], letterhead: Letterhead, templates: Templates) -> list[PageObject]:
    """The sheets of door hangers, for a printing machine."""
    data = _cards(letters, letterhead, templates)
    return list(PdfReader(io.BytesIO(print_pdf(templates.source(_CARDS), data, letters[0].dated))).pages)


def _cards(letters: Sequence[Letter], letterhead: Letterhead, templates: Templates) -> dict[str, object]:
    return {
        "title": templates.wording("en").say("hanger.sheet_title", town=letterhead.town_name),
        "lang": letters[0].recipient.language,
        "town": letterhead.town_name,
        "labels": templates.labels(),
        "cards": [letter.views(letterhead, templates) for letter in letters],
    }
