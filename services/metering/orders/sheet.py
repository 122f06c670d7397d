"""The printed work sheet: a crew's orders of a day, as an accessible PDF (PDF/UA) with boxes to write in."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.resources import files
from itertools import groupby
from typing import Any

import segno

from chassis.press import accessible_pdf
from services.metering.orders import wording
from services.metering.orders.rules import OUT, State


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
    return accessible_pdf(_layout(), data, sheet.day)


def _by_crew(rows: Sequence[Mapping[str, Any]]) -> Any:
    out = [row for row in rows if row["state"] in OUT]
    return groupby(sorted(out, key=lambda row: str(row["crew"])), key=lambda row: str(row["crew"]))


def _crew(sheet: Sheet, name: str, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    link = sheet.links.get(name)
    return {
        "name": name,
        "count": f"{len(rows)} order{'' if len(rows) == 1 else 's'}",
        "shuts_off": any(row["kind"] == "disconnect" for row in rows) and link is not None,
        "qr": "" if link is None else _qr(link),
        "orders": [_order(row) for row in rows],
    }


def _order(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "kind": wording.kind(row["kind"]),
        "address": row["address"],
        "dials": wording.dials(row),
        "do_not": (row["back_reason"] or "") if row["state"] == State.CALLED_BACK else "",
        "facts": [list(fact) for fact in wording.facts(row)],
    }


def _qr(text: str) -> str:
    drawn = io.BytesIO()
    segno.make(text, error="m", micro=False).save(drawn, kind="svg", border=4, xmldecl=False, svgns=True)
    return drawn.getvalue().decode()


@lru_cache(maxsize=1)
def _layout() -> str:
    return (files("services.metering.orders") / "templates" / "sheet.typ").read_text(encoding="utf-8")
