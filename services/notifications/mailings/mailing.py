"""A mailing: queued paper notices gathered, printed to files in chunks, and confirmed by the mailing house."""

import asyncio
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from chassis import holding, runs
from chassis.database import Transaction
from chassis.days import last_begun
from chassis.refusal import Refused, not_found
from chassis.runs import Chunk, Run, Work, Worker
from contracts.ids import derived_id
from contracts.notices import NoticeKind
from services.notifications import store
from services.notifications.delivery import marking
from services.notifications.delivery.composing import Style
from services.notifications.documents import KINDS as LETTERS
from services.notifications.mailings import store as mail
from services.notifications.mailings.files import Printed, print_chunk
from services.notifications.policy import TOWN, templates_in_force
from services.notifications.tables import MailingFile

KINDS = (NoticeKind.BILL, *LETTERS)


async def begin(tx: Transaction, name: str, kinds: Sequence[NoticeKind] = KINDS) -> UUID:
    """Gather what is queued on paper and have it printed; the same name again is the same mailing.

    A crew's door hangers can be had alone, by their kind.
    """
    await holding.refuse_while_held(tx)
    mailing_id = derived_id("mailing", name)
    if not await runs.start(tx, mailing_id, "mailing", "printing", {"name": name}):
        return mailing_id
    size = (await TOWN.in_force(tx)).policy.bills_per_file
    chunks = []
    for kind in kinds:
        notices = [str(one) for one in await mail.put_in_mailing(tx, mailing_id, kind)]
        chunks += [{"kind": str(kind), "notices": notices[at : at + size]} for at in range(0, len(notices), size)]
    if not chunks:
        raise Refused("No paper notice is queued; there is nothing to mail.")
    await runs.add_chunks(tx, mailing_id, "print", chunks)
    tx.audit("begin", f"mailing {name}", "paper notices gathered", after={"files": len(chunks)})
    return mailing_id


def worker(folder: Path) -> Worker:
    """Prints chunks into a folder. A chunk done twice writes the same file again."""
    return Worker("mailing", "printing", "print", _printer(folder), _printed)


def _printer(folder: Path) -> Work:
    async def print_one(tx: Transaction, run: Run, chunk: Chunk) -> dict[str, Any]:
        kind, name = chunk.spec["kind"], f"{run.spec['name']}-{chunk.spec['kind']}-{chunk.number + 1:03d}"
        style = Style((await TOWN.in_force(tx)).policy, await templates_in_force(tx))
        tellings = await store.to_tell(tx, [UUID(one) for one in chunk.spec["notices"]])
        printed = await asyncio.to_thread(print_chunk, kind, tellings, style)
        if printed is None:
            return {"file": None, "notices": 0}
        await asyncio.to_thread(_write, folder, name, printed)
        tx.session.add(_file(run.id, name, kind, printed))
        await mail.note_printed(tx, printed.notice_ids, name)
        return {"file": name, "notices": printed.notices}

    return print_one


def _write(folder: Path, name: str, printed: Printed) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.pdf").write_bytes(printed.pdf)
    (folder / f"{name}.csv").write_bytes(printed.index_csv)


def _file(mailing_id: UUID, name: str, kind: str, printed: Printed) -> MailingFile:
    return MailingFile(
        id=derived_id("mailing file", name),
        mailing_id=mailing_id,
        name=name,
        kind=kind,
        notices=printed.notices,
        pages=printed.pages,
        amount_due=printed.amount_due,
        pdf_sha256=printed.pdf_sha256,
    )


async def _printed(tx: Transaction, run: Run) -> str:
    return "printed"


async def files(tx: Transaction, name: str) -> tuple[str, Sequence[MailingFile]]:
    """A mailing's state and its files; refuses one that was never begun."""
    mailing_id = derived_id("mailing", name)
    return (await runs.find(tx, mailing_id)).state, await mail.files_of(tx, mailing_id)


async def confirm(tx: Transaction, name: str, mailed_on: date, pieces: int, why: str) -> int:
    """Note that the house mailed it all on a day: only now are its notices sent. The count must tie."""
    run = await runs.locked(tx, derived_id("mailing", name))
    made = await mail.files_of(tx, run.id)
    if not made:
        raise not_found("printed mailing", name)
    expected = sum(one.notices for one in made)
    if pieces != expected:
        raise Refused(f"Mailing {name} has {expected} pieces; the house says {pieces}. Find the difference first.", 422)
    today = await last_begun(tx) or mailed_on
    if mailed_on > today:
        raise Refused(f"{mailed_on} has not come yet: today is {today}. Confirm a mailing when it has left.", 422)
    await runs.move(tx, run, ["printed"], "mailed")
    for one in made:
        one.mailed_on, one.confirmed_by, one.confirmed_why = mailed_on, tx.actor, why
    notices = await mail.mailed(tx, run.id, mailed_on, today)
    for notice in notices:
        marking.tell_sent(tx, notice, today)
    tx.audit("confirm", f"mailing {name}", why, after={"mailed_on": str(mailed_on), "pieces": pieces})
    return len(notices)
