"""Sets documents in type: typst source and JSON in, PDF out, the same bytes each time.

Data reaches typst as JSON through `sys.inputs`, never as source text, so a name that looks like markup stays a name.
Every text in it is made printable here, at the one door to the fonts.
Only the fonts inside typst are used, so a bare machine without network prints the same document.
Nothing else in the chassis imports this module, so that only the services which print bring typst along.
"""

import calendar
import json
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from threading import Lock
from typing import Any

import typst

from chassis.printable import typeset

_NOON = 12 * 3600
_REMEMBERED_COMPILES = 10
_TURN = Lock()
"""Threads take turns: what typst remembers is the whole program's, however many compilers there are."""


class LayoutError(ValueError):
    """The typst source makes no document of this data; the message is what typst says, with the place."""


def accessible_pdf(source: str, data: Mapping[str, Any], dated: date) -> bytes:
    """A PDF/UA document: tagged, so that a screen reader can read it. Raises LayoutError."""
    return _compile(source, data, dated, pdf_standards=["ua-1"])


def print_pdf(source: str, data: Mapping[str, Any], dated: date) -> bytes:
    """A document for a printing machine only: without tags, which nobody will hear. Raises LayoutError."""
    return _compile(source, data, dated, pdf_tags=False)


def _compile(source: str, data: Mapping[str, Any], dated: date, **options: Any) -> bytes:
    inputs = {"data": json.dumps(_printable(data), ensure_ascii=False)}
    stamp = calendar.timegm(dated.timetuple()) + _NOON
    with _TURN:
        try:
            pdf = _compiler().compile(
                input=source.encode(), sys_inputs=inputs, format="pdf", timestamp=stamp, **options
            )
        except typst.TypstError as error:
            raise LayoutError(_said(error)) from None
        _forget()
    if not isinstance(pdf, bytes):
        raise TypeError(f"typst gave {type(pdf).__name__} where a PDF was asked for")
    return pdf


def _said(error: typst.TypstError) -> str:
    where = f" ({error.diagnostic.strip()})" if error.diagnostic else ""
    return f"{error.message}{where}"


def _forget() -> None:
    """Free what typst remembers: it keeps the work of its last ten compilations, and no two documents are alike."""
    for _ in range(_REMEMBERED_COMPILES):
        _compiler().compile(input=b"", format="pdf")


@lru_cache(maxsize=1)
def _compiler() -> typst.Compiler:
    """One compiler kept warm: it reads its fonts once."""
    return typst.Compiler(font_paths=typst.Fonts(include_system_fonts=False))


def _printable(value: Any) -> Any:
    if isinstance(value, str):
        return typeset(value)
    if isinstance(value, Mapping):
        return {name: _printable(part) for name, part in value.items()}
    return [_printable(part) for part in value] if isinstance(value, list) else value
