"""What the office asks of notifications: what went to whom, mailings, call lists, a bill as its customer sees it."""

import asyncio
import csv
import io
from datetime import date
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, PlainSerializer, StringConstraints

from chassis.auth import allow
from chassis.refusal import not_found
from chassis.web import Tx
from contracts.metering import UsageFlagged
from contracts.notices import NoticeKind
from services.notifications import store
from services.notifications.delivery.composing import bill_of, person_told
from services.notifications.documents import render_bill
from services.notifications.holding import api as outbound
from services.notifications.mailings import mailing
from services.notifications.policy import TOWN, templates_in_force

router = APIRouter(tags=["notices"])
READERS = ("clerk", "specialist", "coordinator", "cashier", "auditor")
Amount = Annotated[Decimal, PlainSerializer(str, return_type=str)]


class NoticeShown(BaseModel):
    """What an account was told, how, and what became of it."""

    notice_id: UUID
    kind: str
    about: UUID
    channel: str
    state: str
    business_date: date
    sent_date: date | None
    message_id: str | None
    reason: str | None


class FileShown(BaseModel):
    """A file for the mailing house and its control totals."""

    name: str
    kind: str
    notices: int
    pages: int
    amount_due: Amount
    pdf_sha256: str
    mailed_on: date | None


class MailingShown(BaseModel):
    """A mailing: printing, printed or mailed, and its files."""

    name: str
    state: str
    files: list[FileShown]


class Confirmation(BaseModel):
    """What the mailing house says: the day, and how many pieces."""

    mailed_on: date
    pieces: int
    why: Annotated[str, StringConstraints(min_length=3)]


@router.get("/notices", dependencies=[allow(*READERS, "it")])
async def count_notices(tx: Tx) -> list[dict[str, Any]]:
    """How many notices of each kind, channel and state."""
    return await store.counts(tx)


@router.get("/accounts/{number}/notices", dependencies=[allow(*READERS)])
async def list_notices(tx: Tx, number: str) -> list[NoticeShown]:
    """What one account was told, the newest first."""
    found = await store.notices_about(tx, await store.account_id_of(tx, number))
    return [NoticeShown.model_validate(one.model_dump(include=set(NoticeShown.model_fields))) for one in found]


@router.get("/accounts/{number}/bills/{bill_id}.pdf", dependencies=[allow(*READERS)])
async def show_bill(tx: Tx, number: str, bill_id: UUID) -> Response:
    """A bill as its customer sees it."""
    notices = await store.notices_about(tx, await store.account_id_of(tx, number))
    wanted = [one.notice_id for one in notices if one.about == bill_id and one.kind == NoticeKind.BILL]
    tellings = await store.to_tell(tx, wanted)
    if not tellings:
        raise not_found("bill", bill_id)
    addressed, policy = bill_of(tellings[0]), (await TOWN.in_force(tx)).policy
    templates = await templates_in_force(tx)
    pdf = await asyncio.to_thread(render_bill, addressed.bill, addressed.recipient, policy.letterhead, templates)
    return Response(pdf, media_type="application/pdf")


@router.post("/mailings/{name}", dependencies=[allow("clerk", "specialist", "coordinator")])
async def begin_mailing(tx: Tx, name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,60}$")]) -> UUID:
    """Gather all queued paper notices and print them to files for the mailing house."""
    return await mailing.begin(tx, name)


@router.get("/mailings/{name}", dependencies=[allow(*READERS)])
async def show_mailing(tx: Tx, name: str) -> MailingShown:
    """A mailing's state and files."""
    state, files = await mailing.files(tx, name)
    shown = [FileShown.model_validate(one.model_dump(include=set(FileShown.model_fields))) for one in files]
    return MailingShown(name=name, state=state, files=shown)


@router.post("/mailings/{name}/confirm", dependencies=[allow("clerk", "specialist", "coordinator")])
async def confirm_mailing(tx: Tx, name: str, confirmation: Confirmation) -> int:
    """Note that the mailing house mailed it; answers how many notices are sent by that."""
    return await mailing.confirm(tx, name, confirmation.mailed_on, confirmation.pieces, confirmation.why)


@router.get("/call-lists/high-usage", dependencies=[allow("clerk", "specialist", "coordinator")])
async def call_list(tx: Tx, since: date) -> Response:
    """Whom to call about high usage or a leak, as a CSV for the calling service."""
    text = io.StringIO(newline="")
    rows = csv.writer(text)
    rows.writerow(("account", "name", "phone", "language", "flag", "quantity", "usual", "unit", "read"))
    for one in await store.high_usage(tx, since):
        person, flagged = person_told(one), UsageFlagged.model_validate_json(one.notice.source)
        usage = (flagged.flag, flagged.quantity, flagged.usual_quantity, flagged.unit, flagged.read_date)
        rows.writerow((one.contact.number, person.name, person.phone or "", person.language, *usage))
    tx.audit("extract", "call list", f"high usage since {since}")
    return Response(text.getvalue(), media_type="text/csv")


ROUTERS = (router, outbound.router)
