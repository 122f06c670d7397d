"""What may not leave: shown, looked through, released. After a restore all mail begins held."""

from datetime import date, datetime
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from chassis import holding
from chassis.auth import allow
from chassis.refusal import Refused
from chassis.web import Tx, Why
from services.notifications.documents import message_id
from services.notifications.holding import store
from services.notifications.policy import TOWN
from services.notifications.store import wake_senders

router = APIRouter(prefix="/outbound", tags=["outbound"])


class HoldShown(BaseModel):
    """Whether mail is held, since when, why, and how much waits."""

    held: bool
    since: datetime | None = None
    why: str | None = None
    emails: int
    paper: int


class HeldEmail(BaseModel):
    """An e-mail that waits. Look for its Message-ID in the mail server's log: if it is there, it had left before."""

    notice_id: UUID
    account: str | None
    kind: str
    business_date: date
    message_id: str


class Holding(BaseModel):
    """Why mail is to stop."""

    why: Why


class Release(BaseModel):
    """Why mail may leave, and which e-mails had left before the restore: they are marked sent and not sent again."""

    why: Why
    sent: list[str] = []


class Released(BaseModel):
    """How many e-mails were marked as sent before, and how many leave now."""

    marked_sent: int
    leaving: int


@router.get("", dependencies=[allow("clerk", "specialist", "coordinator", "auditor", "it")])
async def show_hold(tx: Tx) -> HoldShown:
    """Whether mail is held."""
    hold, waiting = await holding.in_force(tx), await store.waiting(tx)
    return HoldShown(
        held=hold is not None,
        since=hold.since if hold else None,
        why=hold.why if hold else None,
        emails=waiting.get("email", 0),
        paper=waiting.get("paper", 0),
    )


@router.get("/emails", dependencies=[allow("clerk", "specialist", "coordinator", "it")])
async def list_emails(tx: Tx, limit: int = 1000) -> list[HeldEmail]:
    """The e-mails that wait, by account."""
    letterhead = (await TOWN.in_force(tx)).policy.letterhead
    return [
        HeldEmail(
            notice_id=row.notice_id,
            account=row.number,
            kind=row.kind,
            business_date=row.business_date,
            message_id=message_id(row.notice_id, letterhead),
        )
        for row in await store.waiting_emails(tx, min(limit, 10_000))
    ]


@router.post("/hold", dependencies=[allow("coordinator", "it")])
async def hold(tx: Tx, asked: Holding) -> HoldShown:
    """Let no mail leave until it is released."""
    if not await holding.hold(tx, asked.why):
        raise Refused("Mail is held already: GET /outbound says since when and why.")
    return await show_hold(tx)


@router.post("/release", dependencies=[allow("coordinator", "it")])
async def release(tx: Tx, asked: Release) -> Released:
    """Let mail leave. Those that had left before are named by Message-ID: nobody gets the same bill twice."""
    if not await holding.release(tx, asked.why):
        raise Refused("No mail is held.")
    letterhead = (await TOWN.in_force(tx)).policy.letterhead
    ids = {message_id(row.notice_id, letterhead): row.notice_id for row in await store.waiting_emails(tx, None)}
    unknown = [one for one in asked.sent if one not in ids]
    if unknown:
        raise Refused(f"These Message-IDs wait nowhere: {', '.join(unknown[:5])}. Nothing was released.", 422)
    marked = await store.mark_sent(tx, {ids[one]: one for one in asked.sent})
    await wake_senders(tx)
    return Released(marked_sent=marked, leaving=len(ids) - marked)
