"""The routes that let an operator see and mend what a service keeps: dead letters, waiting facts, snapshots, packs."""

import base64
from datetime import date, datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel

from chassis import audit, deadletters, runs, townstore, waiting
from chassis.auth import allow
from chassis.consume import redrive
from chassis.day_work import run_id_of
from chassis.edge import transaction
from chassis.envelope import new_trace
from chassis.received import Unreadable
from chassis.refusal import Refused, not_found
from chassis.townpack import Bundle, errors
from chassis.web import Reason, Tx, kit_of

router = APIRouter()
PAGE = 1000


class DeadLetterShown(BaseModel):
    """A message that couldn't be used. `value` is its body as text, or base64 when it isn't text."""

    id: int
    topic: str
    partition: int
    offset: int
    key: str
    value: str
    reason: str
    at: datetime
    settled_at: datetime | None
    settled_by: str | None


class WaitingShown(BaseModel):
    """A fact that waits for the thing it speaks of."""

    topic: str
    identity: str
    awaits: str
    awaited_key: str
    since: datetime


class PackFiles(BaseModel):
    """A town pack on its way: path -> base64 of the file."""

    files: dict[str, str]


@router.get("/dead-letters", dependencies=[allow("it", "coordinator", "auditor")], tags=["dead letters"])
async def list_letters(tx: Tx, settled: bool = False, limit: int = 100) -> list[DeadLetterShown]:
    """The newest messages this service couldn't use."""
    return [_shown(one) for one in await deadletters.listed(tx, settled, min(limit, PAGE))]


@router.get("/dead-letters/{letter_id}", dependencies=[allow("it", "coordinator", "auditor")], tags=["dead letters"])
async def show_letter(tx: Tx, letter_id: int) -> DeadLetterShown:
    """One of them, whole."""
    return _shown(await _letter(tx, letter_id))


@router.post("/dead-letters/{letter_id}/redrive", dependencies=[allow("it", "coordinator")], tags=["dead letters"])
async def redrive_letter(request: Request, tx: Tx, letter_id: int) -> DeadLetterShown:
    """Hand it to its handler again, after what was wrong was mended; refuses with the reason if it still fails."""
    letter = await _open_letter(tx, letter_id)
    try:
        await redrive(kit_of(request).consumer, tx, letter)
    except Unreadable as error:
        raise Refused(f"It can't be used yet: {error}", 422) from None
    tx.audit("redrive", f"dead letter {letter_id}", letter.reason)
    return _shown(await _letter(tx, letter_id))


@router.post("/dead-letters/{letter_id}/settle", dependencies=[allow("it", "coordinator")], tags=["dead letters"])
async def settle_letter(tx: Tx, letter_id: int, given: Reason) -> DeadLetterShown:
    """Close one that never will be used, such as a payment that the vendor sent again under another id."""
    letter = await _open_letter(tx, letter_id)
    await deadletters.settle(tx, letter.id)
    tx.audit("settle", f"dead letter {letter_id}", given.why, before={"reason": letter.reason})
    return _shown(await _letter(tx, letter_id))


async def _open_letter(tx: Tx, letter_id: int) -> deadletters.DeadLetter:
    letter = await _letter(tx, letter_id)
    if letter.settled_at is not None:
        raise Refused(f"Dead letter {letter_id} was settled by {letter.settled_by} already.")
    return letter


@router.get("/waiting", dependencies=[allow("it", "coordinator", "auditor")], tags=["waiting facts"])
async def list_waiting(tx: Tx, limit: int = 100) -> list[WaitingShown]:
    """Facts that came before the thing they speak of, the oldest first."""
    return [WaitingShown(**vars(one)) for one in await waiting.listed(tx, min(limit, PAGE))]


@router.post("/days/{day}/retry", dependencies=[allow("it", "coordinator")], tags=["business day"])
async def retry_day(tx: Tx, day: date) -> int:
    """Have what failed of a day's work done again, after what was wrong was mended; answers how many chunks."""
    again = await runs.retry_failed(tx, run_id_of(day))
    tx.audit("retry", f"day {day}", "what failed of its work is done again", after={"chunks": again})
    return again


@router.get("/audit/{entity:path}", dependencies=[allow("auditor", "coordinator", "it")], tags=["audit"])
async def show_audit(tx: Tx, entity: str) -> list[dict[str, Any]]:
    """Who changed one thing, when and why: `/audit/account 10023`."""
    return await audit.history(tx, entity)


@router.post("/republish", dependencies=[allow("it")], tags=["snapshots"])
async def republish(request: Request) -> dict[str, int]:
    """Send all this service's snapshots again, with the versions they have; answers the pages sent per topic."""
    kit = kit_of(request)
    pages: dict[str, int] = {}
    for topic, send in kit.parts.snapshots.items():
        after: UUID | None = None
        pages[topic] = 0
        while True:
            async with transaction(kit.engine, kit.parts.name, "republish", new_trace()) as tx:
                after = await send(tx, after, PAGE)
            if after is None:
                break
            pages[topic] += 1
    return pages


@router.get("/town", dependencies=[allow("it", "coordinator", "auditor", "clerk", "service")], tags=["town pack"])
async def town_in_force(tx: Tx) -> dict[str, str]:
    """The hash of the town pack in force."""
    return {"hash": await townstore.hash_in_force(tx)}


@router.post("/town", dependencies=[allow("it")], tags=["town pack"])
async def apply_town(request: Request, tx: Tx, pack: PackFiles) -> dict[str, Any]:
    """Check a town pack and put it in force; refuses one with mistakes, naming each."""
    bundle = Bundle({path: base64.b64decode(content) for path, content in pack.files.items()})
    check = kit_of(request).parts.check_pack
    wrong = errors(check(bundle)) if check else []
    if wrong:
        raise Refused(f"The pack has {len(wrong)} mistakes: " + " ".join(map(str, wrong)), 422)
    await townstore.apply(tx, bundle)
    tx.audit("apply", "town pack", "applied", after={"hash": bundle.hash})
    return {"hash": bundle.hash}


async def _letter(tx: Tx, letter_id: int) -> deadletters.DeadLetter:
    letter = await deadletters.find(tx, letter_id)
    if letter is None:
        raise not_found("dead letter", letter_id)
    return letter


def _shown(letter: deadletters.DeadLetter) -> DeadLetterShown:
    return DeadLetterShown(
        id=letter.id,
        topic=letter.raw.topic,
        partition=letter.raw.partition,
        offset=letter.raw.offset,
        key=_printable(letter.raw.key),
        value=_printable(letter.raw.value),
        reason=letter.reason,
        at=letter.at,
        settled_at=letter.settled_at,
        settled_by=letter.settled_by,
    )


def _printable(content: bytes | None) -> str:
    try:
        return (content or b"").decode()
    except UnicodeDecodeError:
        return base64.b64encode(content or b"").decode()
