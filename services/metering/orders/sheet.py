"""The printed work sheet: a crew's orders of a day, as an accessible PDF (PDF/UA) with boxes to write in."""

import calendar
import io
import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.resources import files
from itertools import groupby
from threading import Lock
from typing import Any

import segno
import typst

from services.metering.orders import wording
from services.metering.orders.rules import OUT, State

_NOON = 12 * 3600
_UNDRAWN = re.compile("[^\u0020-\u007e\u00a0-\u00ac\u00ae-\u0377\u1e00-\u1eff\u2010-\u2027\u2030-\u2040\u2212]")
"""What the font inside typst surely draws; PDF/UA refuses a page with a letter that it can't."""


@dataclass(frozen=True)
class Sheet:
    """What a sheet is about. `links` are the pages of the crews, by name; a crew without one has no code."""

    town: str
    day: date
    links: Mapping[str, str]


def render(sheet: Sheet, rows: Sequence[Mapping[str, Any]]) -> bytes:
    """The sheets of the crews among these orders, one crew after the other. What is over is left out."""
    data = {
        "title": f"Work orders of {sheet.day}",
        "town": sheet.town,
        "day": wording.long_day(sheet.day),
        "crews": [_crew(sheet, name, list(orders)) for name, orders in _by_crew(rows)],
    }
    stamp = calendar.timegm(sheet.day.timetuple()) + _NOON
    compiler, lock = _press()
    with lock:
        pdf = compiler.compile(
            input=_layout().encode(),
            sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
            format="pdf",
            timestamp=stamp,
            pdf_standards=["ua-1"],
        )
    assert isinstance(pdf, bytes)
    return pdf


def _by_crew(rows: Sequence[Mapping[str, Any]]) -> Any:
    out = [row for row in rows if row["state"] in OUT]
    return groupby(sorted(out, key=lambda row: str(row["crew"])), key=lambda row: str(row["crew"]))


def _crew(sheet: Sheet, name: str, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    link = sheet.links.get(name)
    return {
        "name": printable(name),
        "count": f"{len(rows)} order{'' if len(rows) == 1 else 's'}",
        "shuts_off": any(row["kind"] == "disconnect" for row in rows) and link is not None,
        "qr": "" if link is None else _qr(link),
        "orders": [_order(row) for row in rows],
    }


def _order(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "kind": wording.kind(row["kind"]),
        "address": printable(row["address"]),
        "dials": wording.dials(row),
        "do_not": printable(row["back_reason"] or "") if row["state"] == State.CALLED_BACK else "",
        "facts": [[label, printable(value)] for label, value in wording.facts(row)],
    }


def printable(text: str) -> str:
    """One line in which every letter can be drawn; one that can't is a question mark."""
    visible = "".join(char if char.isprintable() else " " for char in text)
    return _UNDRAWN.sub("?", unicodedata.normalize("NFC", " ".join(visible.split())))


def _qr(text: str) -> str:
    drawn = io.BytesIO()
    segno.make(text, error="m", micro=False).save(drawn, kind="svg", border=4, xmldecl=False, svgns=True)
    return drawn.getvalue().decode()


@lru_cache(maxsize=1)
def _layout() -> str:
    return (files("services.metering.orders") / "templates" / "sheet.typ").read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def _press() -> tuple[typst.Compiler, Lock]:
    """One compiler kept warm; threads take turns. Only the fonts inside typst: a bare machine prints the same."""
    return typst.Compiler(font_paths=typst.Fonts(include_system_fonts=False)), Lock()
