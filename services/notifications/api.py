"""What the office asks of notifications: counts, call lists, a bill as its customer sees it; and the rooms' routes."""

import asyncio
import csv
import io
from datetime import date
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response

from chassis.auth import allow
from chassis.refusal import not_found
from chassis.web import Tx
from contracts.metering import UsageFlagged
from contracts.notices import NoticeKind
from services.notifications import store
from services.notifications.delivery import api as deliveries
from services.notifications.delivery.composing import Style, bill_of, person_told, recipient_of
from services.notifications.documents import render_bill
from services.notifications.holding import api as outbound
from services.notifications.mailings import api as mailings
from services.notifications.policy import TOWN, templates_in_force

router = APIRouter(tags=["notices"])
READERS = ("clerk", "specialist", "coordinator", "cashier", "auditor")


@router.get("/notices", dependencies=[allow(*READERS, "it")])
async def count_notices(tx: Tx) -> list[dict[str, Any]]:
    """How many notices of each kind, channel and state."""
    return await store.counts(tx)


@router.get("/accounts/{number}/bills/{bill_id}.pdf", dependencies=[allow(*READERS)])
async def show_bill(tx: Tx, number: str, bill_id: UUID) -> Response:
    """A bill as its customer sees it."""
    notices = await store.notices_about(tx, await store.account_id_of(tx, number))
    wanted = [one.notice_id for one in notices if one.about == bill_id and one.kind == NoticeKind.BILL]
    tellings = await store.to_tell(tx, wanted)
    if not tellings:
        raise not_found("bill", bill_id)
    style = Style((await TOWN.in_force(tx)).policy, await templates_in_force(tx))
    recipient = recipient_of(tellings[0], style)
    if recipient is None:
        raise not_found("customer of bill", bill_id)
    bill = bill_of(tellings[0], recipient).bill
    pdf = await asyncio.to_thread(render_bill, bill, recipient, style.letterhead, style.templates)
    return Response(pdf, media_type="application/pdf")


@router.get("/call-lists/high-usage", dependencies=[allow("clerk", "specialist", "coordinator")])
async def call_list(tx: Tx, since: date) -> Response:
    """Whom to call about high usage or a leak, as a CSV for the calling service."""
    text = io.StringIO(newline="")
    rows = csv.writer(text)
    rows.writerow(("account", "name", "phone", "language", "flag", "quantity", "usual", "unit", "read"))
    for one in await store.high_usage(tx, since):
        person, flagged = person_told(one), UsageFlagged.model_validate_json(one.notice.source)
        if person is None:
            continue
        usage = (flagged.flag, flagged.quantity, flagged.usual_quantity, flagged.unit, flagged.read_date)
        rows.writerow((one.contact.number, person.name, person.phone or "", person.language, *usage))
    tx.audit("extract", "call list", f"high usage since {since}")
    return Response(text.getvalue(), media_type="text/csv")


ROUTERS = (router, deliveries.router, mailings.router, outbound.router)
