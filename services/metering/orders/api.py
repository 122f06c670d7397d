"""HTTP routes of work orders: list, plan, dispatch, complete."""

import asyncio
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from chassis import days
from chassis.auth import allow
from chassis.database import Transaction
from chassis.refusal import Refused
from chassis.web import Tx, kit_of
from contracts.orders import OrderKind
from services.metering.orders import completing, dispatching, link, store
from services.metering.orders import sheet as sheets
from services.metering.orders.rules import State
from services.metering.orders.shapes import Crew, Done, GivenShown, LinkShown, OrderShown, ToCrew, ToPost
from services.metering.policy import TOWN

router = APIRouter(prefix="/orders", tags=["work orders"])

LOOK = allow("clerk", "specialist", "coordinator", "field", "auditor", "service")
SEND = allow("specialist", "coordinator")
DO = allow("field", "clerk", "specialist", "coordinator")
CHANGE = allow("specialist", "coordinator")


@router.get("", dependencies=[LOOK])
async def list_orders(
    tx: Tx,
    day: date | None = None,
    kind: OrderKind | None = None,
    crew: str | None = None,
    state: State | None = None,
    older_than: Annotated[int | None, Query(ge=0, le=36500)] = None,
    question: bool = False,
    limit: Annotated[int, Query(ge=1, le=1000)] = 500,
) -> list[OrderShown]:
    """Orders in walking order: the open ones, or those in a state, of a kind, a crew, a day, older than some days.

    `day` is the day wanted, or the day a crew was sent. `question` lists those whose read waits for a decision.
    """
    today = await days.today(tx)
    before = None if older_than is None else today - timedelta(days=older_than + 1)
    wanted = store.Wanted(day, kind, crew, state, before, question, limit)
    return [OrderShown.of(row, today) for row in await store.listed(tx, wanted)]


@router.post("/assign", dependencies=[SEND])
async def assign(tx: Tx, wanted: ToCrew) -> GivenShown:
    """Plan orders for a crew."""
    return GivenShown.of(wanted.crew, await dispatching.plan(tx, wanted.crew, wanted.orders))


@router.post("/dispatch", dependencies=[SEND])
async def dispatch(tx: Tx, wanted: ToCrew) -> GivenShown:
    """Send a crew out. Who paid meanwhile, or is about to, is not shut off: the order ends here, with the sentence."""
    return GivenShown.of(wanted.crew, await dispatching.send(tx, wanted.crew, wanted.orders))


@router.get("/sheet", dependencies=[DO], response_class=Response)
async def work_sheet(request: Request, tx: Tx, day: date | None = None, crew: Crew | None = None) -> Response:
    """The sheets of a day's crews, or of one, to print: a PDF with the code of each crew's page if the day is today."""
    today = await days.today(tx)
    day = day or today
    rows = [row for row in await store.sent_on(tx, day) if crew in (None, row["crew"])]
    if not rows:
        raise Refused(f"Nothing was dispatched to {crew or 'any crew'} on {day}.", 404)
    crews = {row["crew"] for row in rows} if day == today else set()
    links = await _links(request, tx, crews, day)
    asked = sheets.Sheet((await TOWN.in_force(tx)).identity.name, day, links)
    pdf = await asyncio.to_thread(sheets.render, asked, rows)
    headers = {"Content-Disposition": f'inline; filename="work-orders-{day}.pdf"', "Cache-Control": "no-store"}
    return Response(pdf, media_type="application/pdf", headers=headers)


@router.get("/crew-link", dependencies=[DO])
async def crew_link(request: Request, tx: Tx, crew: Crew) -> LinkShown:
    """The link of a crew's page, good for today: for a text message, where nobody printed a sheet."""
    today = await days.today(tx)
    links = await _links(request, tx, [crew], today)
    if not links:
        raise Refused("Crews' pages need CURBSTOP_SIGNING_KEY in metering's environment; docs/configuring.md says how.")
    return LinkShown(crew=crew, day=today, url=links[crew])


async def _links(request: Request, tx: Transaction, crews: Iterable[str], day: date) -> dict[str, str]:
    key = kit_of(request).settings.signing_key
    if key is None:
        return {}
    base = (await TOWN.in_force(tx)).policy.crew_page or str(request.base_url)
    return {crew: base.rstrip("/") + link.path_of(key, crew, day) for crew in crews}


@router.get("/{order_id}", dependencies=[LOOK])
async def show_order(tx: Tx, order_id: UUID) -> OrderShown:
    """One order."""
    return await _shown(tx, order_id)


@router.post("/{order_id}/complete", dependencies=[DO])
async def complete(tx: Tx, order_id: UUID, done: Done) -> OrderShown:
    """Report an order done, with what the meter showed, or not possible. The same report again changes nothing."""
    if done.not_possible is not None:
        await completing.not_done(tx, order_id, done.not_possible)
    else:
        await completing.complete(tx, order_id, report_of(done))
    return await _shown(tx, order_id)


def report_of(done: Done) -> completing.Report:
    """What was told, as the rules of completing take it."""
    return completing.Report(done.value, done.on, done.at, done.remark, done.confirmed, done.done_before)


@router.post("/{order_id}/read", dependencies=[CHANGE])
async def post_read(tx: Tx, order_id: UUID, wanted: ToPost) -> OrderShown:
    """Post the read of a completed order that could not be counted, once what kept it from that is mended."""
    await completing.post_read(tx, order_id, confirmed=wanted.confirmed)
    return await _shown(tx, order_id)


async def _shown(tx: Transaction, order_id: UUID) -> OrderShown:
    await tx.session.flush()
    return OrderShown.of(await store.shown(tx, order_id), await days.today(tx))
