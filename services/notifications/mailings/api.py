"""Mailings: begun, shown, confirmed."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, PlainSerializer, StringConstraints

from chassis.auth import allow
from chassis.web import Tx, Why
from contracts.notices import NoticeKind
from services.notifications.mailings import mailing
from services.notifications.policy import Kind

router = APIRouter(tags=["mailings"])
READERS = ("clerk", "specialist", "coordinator", "cashier", "auditor")
Amount = Annotated[Decimal, PlainSerializer(str, return_type=str)]
MailingName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,60}$")]
LetterKind = Kind | Literal["bill", "high_usage"]


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
    why: Why


@router.post("/mailings/{name}", dependencies=[allow("clerk", "specialist", "coordinator")])
async def begin_mailing(tx: Tx, name: MailingName, kind: Annotated[list[LetterKind] | None, Query()] = None) -> UUID:
    """Gather all queued paper notices, or those of some kinds, and print them to files.

    Door hangers can be printed on their own (`?kind=door_hanger`): a crew hangs them and says when, as the mailing
    house does for mail.
    """
    return await mailing.begin(tx, name, [NoticeKind(one) for one in kind] if kind else mailing.KINDS)


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
