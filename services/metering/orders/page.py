"""The page on which a crew sees its day's orders on a phone and reports them: plain HTML, no script, no sign-in.

It is opened by the sealed link of the crew's sheet; the link names the crew and its day.
"""

from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Annotated, Any
from urllib.parse import parse_qs
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.routing import APIRoute
from jinja2 import Environment, PackageLoader, select_autoescape

from chassis import days
from chassis.auth import signed
from chassis.database import Transaction
from chassis.edge import transaction
from chassis.envelope import new_trace
from chassis.refusal import Refused, not_found
from chassis.web import kit_of
from contracts.base import Name
from services.metering.orders import completing, link, store, wording
from services.metering.orders.completing import READS, InDoubt, Report
from services.metering.policy import TOWN

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self';"
    " frame-ancestors 'none'; base-uri 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}
_MOST_TYPED = 10_000


class _Page(APIRoute):
    """A refused page says so in HTML: a phone shows it, where JSON would be read by nobody."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        shown = super().get_route_handler()

        async def or_refused(request: Request) -> Response:
            try:
                return await shown(request)
            except Refused as error:
                return _html("refused.html.j2", error.status, sentence=error.sentence)

        return or_refused


router = APIRouter(prefix="/crew", tags=["crew page"], route_class=_Page)


async def _opened(request: Request, crew: Name, day: date, seal: str) -> AsyncIterator[Transaction]:
    """A transaction in the crew's name, for whoever holds the link of its day."""
    kit = kit_of(request)
    trace = request.headers.get("traceparent") or new_trace()
    async with transaction(kit.engine, kit.parts.name, f"crew {crew}", trace) as tx:
        link.refuse_other(kit.settings.signing_key, crew, day, seal, await days.today(tx))
        yield tx


CrewTx = Annotated[Transaction, Depends(_opened, scope="function")]


@dataclass(frozen=True)
class _Typed:
    """What stood in an order's form, to be shown again with what was wrong about it."""

    order: UUID | None = None
    value: str = ""
    time: str = ""
    remark: str = ""
    problem: str = ""
    doubt: bool = False


NOTHING = _Typed()


@router.get("/{crew}/{day}/{seal}", dependencies=[signed()], response_class=HTMLResponse)
async def show_day(request: Request, tx: CrewTx, crew: Name, day: date, seal: str) -> Response:
    """A crew's orders of its day."""
    return await _day_page(request, tx, crew, day, NOTHING)


@router.post("/{crew}/{day}/{seal}/orders/{order_id}", dependencies=[signed()], response_class=HTMLResponse)
async def report(request: Request, tx: CrewTx, crew: Name, day: date, seal: str, order_id: UUID) -> Response:
    """Report one of them done or not done; what is wrong or to be confirmed stands beside it."""
    form = _Form.read(await request.body())
    found = await store.shown(tx, order_id)
    if (found["crew"], found["dispatched_on"]) != (crew, day):
        raise not_found("work order of this crew and day", order_id)
    try:
        async with tx.session.begin_nested():
            await _take(tx, order_id, form, day, (await TOWN.in_force(tx)).zone)
    except Refused as error:
        tx.outgoing.clear()
        tx.audits.clear()
        doubt = isinstance(error, InDoubt)
        typed = _Typed(order_id, form.of("value"), form.of("time"), form.of("remark"), error.sentence, doubt)
        return await _day_page(request, tx, crew, day, typed, error.status)
    path = request.url.path.rsplit("/orders/", 1)[0]
    return RedirectResponse(f"{path}#o-{order_id}", status_code=303, headers=_HEADERS)


@dataclass(frozen=True)
class _Form:
    fields: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def read(cls, body: bytes) -> "_Form":
        if len(body) > _MOST_TYPED:
            raise Refused("That is more than this form holds.", 413)
        try:
            return cls(parse_qs(body.decode("utf-8", "replace"), max_num_fields=20))
        except ValueError:
            raise Refused("That is not this form.", 422) from None

    def of(self, name: str) -> str:
        """What was typed, without what a printed page can't show."""
        text = "".join(self.fields.get(name, [""])[0].split("\0"))
        return " ".join("".join(char for char in text if char.isprintable()).split())[:200]


async def _take(tx: Transaction, order_id: UUID, form: _Form, day: date, zone: ZoneInfo) -> None:
    if form.of("did") == "not":
        reason = form.of("reason")
        if len(reason) < 3:
            raise Refused("Say why it was not possible.", 422)
        await completing.not_done(tx, order_id, reason)
        return
    value = _number(form.of("value"))
    told = Report(
        value=value,
        on=day,
        at=_instant(form.of("time"), day, zone),
        remark=form.of("remark"),
        confirmed=value is not None and form.of("confirmed") == form.of("value"),
        done_before=form.of("did") == "before",
    )
    await completing.complete(tx, order_id, told)


def _number(typed: str) -> Decimal | None:
    if not typed:
        return None
    try:
        value = Decimal(typed.replace(",", "").replace(" ", ""))
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or abs(value.adjusted()) > 14:
        raise Refused(f"{typed} is not a number. Type the digits that the meter shows.", 422)
    return value


def _instant(typed: str, day: date, zone: ZoneInfo) -> datetime | None:
    if not typed:
        return None
    try:
        return datetime.combine(day, time.fromisoformat(typed), zone)
    except ValueError:
        raise Refused(f"{typed} is not a time. Type it as 14:05.", 422) from None


async def _day_page(
    request: Request, tx: Transaction, crew: str, day: date, typed: _Typed, status: int = 200
) -> Response:
    await tx.session.flush()
    orders = [_view(row, typed) for row in await store.of_crew(tx, crew, day)]
    return _html(
        "crew.html.j2",
        status,
        town=(await TOWN.in_force(tx)).identity.name,
        crew=crew,
        day=wording.long_day(day),
        path=request.url.path.rsplit("/orders/", 1)[0],
        orders=orders,
        open=sum(not order["outcome"] for order in orders),
        problem=typed.problem,
        problem_at=typed.order,
    )


def _view(row: dict[str, Any], typed: _Typed) -> dict[str, Any]:
    own = typed if typed.order == row["id"] else NOTHING
    return {
        "id": row["id"],
        "kind": wording.kind(row["kind"]),
        "address": row["address"],
        "dials": wording.dials(row),
        "facts": wording.facts(row),
        "outcome": wording.outcome(row),
        "do_not": row["back_reason"] if row["state"] == "called_back" else "",
        "needs_read": row["kind"] in READS,
        "typed": own,
        "problem": own.problem,
        "doubt": own.doubt,
    }


def _html(template: str, status: int, **values: Any) -> Response:
    return HTMLResponse(_templates().get_template(template).render(**values), status_code=status, headers=_HEADERS)


@lru_cache(maxsize=1)
def _templates() -> Environment:
    loader = PackageLoader("services.metering.orders", "templates")
    return Environment(loader=loader, autoescape=select_autoescape(default=True, default_for_string=True))
