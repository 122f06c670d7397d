"""Sets documents in type: JSON in, PDF out, the same bytes each time.

Data reaches typst as JSON through `sys.inputs`, never as source text, so a name that looks like markup stays a name.
Every text in it is made printable here, at the one door to the fonts.
Only the fonts inside typst are used, so a bare machine without network prints the same bill.
"""

import calendar
import json
from collections.abc import Mapping
from datetime import date
from functools import cached_property, lru_cache
from threading import Lock
from typing import Any

import typst

from services.notifications.documents.printable import typeset
from services.notifications.documents.templates import Templates

_STYLE = "style.typ"
_NOON = 12 * 3600
_REMEMBERED_COMPILES = 10


class Press:
    """One typst compiler kept warm for one set of templates. Threads take turns."""

    def __init__(self, templates: Templates) -> None:
        self._templates = templates
        self._lock = Lock()

    def accessible_pdf(self, layout: str, data: Mapping[str, Any], dated: date) -> bytes:
        """A PDF/UA document: tagged, so that a screen reader can read it."""
        return self._compile(layout, data, dated, pdf_standards=["ua-1"])

    def print_pdf(self, layout: str, data: Mapping[str, Any], dated: date) -> bytes:
        """A document for a printing machine only: without tags, which nobody will hear."""
        return self._compile(layout, data, dated, pdf_tags=False)

    def _compile(self, layout: str, data: Mapping[str, Any], dated: date, **options: Any) -> bytes:
        source = self._templates.texts[_STYLE] + "\n" + self._templates.texts[layout]
        inputs = {"data": json.dumps(_printable(data), ensure_ascii=False)}
        stamp = calendar.timegm(dated.timetuple()) + _NOON
        with self._lock:
            pdf = self._compiler.compile(
                input=source.encode(), sys_inputs=inputs, format="pdf", timestamp=stamp, **options
            )
            self._forget()
        if not isinstance(pdf, bytes):
            raise TypeError(f"typst gave {type(pdf).__name__} for {layout} where a PDF was asked for")
        return pdf

    def _forget(self) -> None:
        """Free what typst remembers: it keeps the work of its last ten compilations, and no two documents are alike."""
        for _ in range(_REMEMBERED_COMPILES):
            self._compiler.compile(input=b"", format="pdf")

    @cached_property
    def _compiler(self) -> typst.Compiler:
        return typst.Compiler(font_paths=typst.Fonts(include_system_fonts=False))


def _printable(value: Any) -> Any:
    if isinstance(value, str):
        return typeset(value)
    if isinstance(value, Mapping):
        return {name: _printable(part) for name, part in value.items()}
    return [_printable(part) for part in value] if isinstance(value, list) else value


@lru_cache(maxsize=4)
def press_for(templates: Templates) -> Press:
    """The press that is set up for these templates."""
    return Press(templates)
