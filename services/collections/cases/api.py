"""Steps that wait for a person, accounts by step, and an account's cases with everything that happened to it."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from chassis.auth import allow
from chassis.database import Transaction
from chassis.days import today
from chassis.refusal import Refused
from chassis.web import Reason, Tx, Why
from contracts.delinquency import Step
from services.collections.cases import store, work
from services.collections.cases.known import known, terms
from services.collections.cases.saving import save
from services.collections.cases.tables import CaseRow
from services.collections.facts import store as facts
from services.collections.facts.tables import NoticeDelivery
from services.collections.shapes import DECIDERS, READERS, Amount, Chosen, Decided, Named
from services.collections.timeline import letters, machine
from services.collections.timeline.case import Case
from services.collections.timeline.outcome import Outcome
from services.collections.timeline.standing import Standing
from services.collections.timeline.terms import Terms

router = APIRouter(tags=["cases"])
Letter = Literal["reminder", "status_letter", "door_hanger", "shutoff_notice"]


class NoticeShown(BaseModel):
    """What became of a notice."""

    kind: str
    channel: str
    sent_on: date | None
    failed: bool
    reason: str


class CaseShown(BaseModel):
    """A case: its step, what was past due, until when payment is asked, what waits for a person, and its notices."""

    case_id: UUID
    account_number: str
    step: str | None
    proposed: str | None
    opened: date
    taken_on: date | None
    amount: Amount
    deadline: date | None
    listed_on: date | None
    off_since: date | None
    closed: date | None
    ended: str
    notices: list[NoticeShown] = []


class HappenedShown(BaseModel):
    """Something that happened to an account, and who or what brought it about."""

    day: date
    at: datetime
    case_id: UUID
    what: str
    why: str
    actor: str


class Approval(BaseModel):
    """Which proposed reminders to send (all, unless `cases` names some), and why."""

    cases: list[UUID] | None = None
    why: Why


class Reminded(BaseModel):
    """How many were reminded, and why others were not, by account number."""

    reminded: int
    left_out: dict[str, str]


@router.get("/steps/{step}/proposed", dependencies=[allow(*READERS)])
async def proposed(tx: Tx, step: Letter) -> list[CaseShown]:
    """What waits for approval, the largest first."""
    return [_shown(case, number) for case, number in await store.proposed(tx, step)]


@router.post("/steps/{step}/approve", dependencies=[allow(*DECIDERS)])
async def approve(tx: Tx, step: Letter, chosen: Chosen) -> Decided:
    """Take a proposed step; each account is looked at once more, and one that has paid is left out."""
    waiting = {number: case.account_id for case, number in await store.proposed(tx, step)}
    return await _decide(tx, step, "approve", _chosen(waiting, chosen.accounts), chosen.why)


@router.post("/steps/{step}/decline", dependencies=[allow(*DECIDERS)])
async def decline(tx: Tx, step: Letter, chosen: Named) -> Decided:
    """Don't take a proposed step today; the next day's work looks again. To stop longer, set a hold."""
    waiting = {number: case.account_id for case, number in await store.proposed(tx, step)}
    return await _decide(tx, step, "decline", _chosen(waiting, chosen.accounts), chosen.why)


@router.get("/reminders/proposed", dependencies=[allow(*READERS)])
async def proposed_reminders(tx: Tx) -> list[CaseShown]:
    """The reminders to look through, the largest first."""
    return await proposed(tx, "reminder")


@router.post("/reminders/approve", dependencies=[allow(*DECIDERS)])
async def approve_reminders(tx: Tx, approval: Approval) -> Reminded:
    """Send reminders; each account is looked at once more, and one that has paid is left out."""
    found = await store.proposed(tx, Step.REMINDER)
    chosen = {number: case.account_id for case, number in found if approval.cases is None or case.id in approval.cases}
    decided = await _decide(tx, "reminder", "approve", chosen, approval.why)
    return Reminded(reminded=decided.done, left_out=decided.left_out)


@router.get("/cases", dependencies=[allow(*READERS)])
async def list_cases(tx: Tx, step: Step) -> list[CaseShown]:
    """Open cases at a step, the largest first."""
    return [_shown(case, number) for case, number in await store.at_step(tx, step)]


@router.get("/notices/unserved", dependencies=[allow(*READERS)])
async def unserved(tx: Tx) -> list[CaseShown]:
    """Cases whose shutoff notice is not served: on its way, or it did not arrive. Nobody there is shut off."""
    found = await store.unserved(tx)
    deliveries = await facts.deliveries(tx, [case.id for case, _ in found])
    return [_shown(case, number, [one for one in deliveries if one.case_id == case.id]) for case, number in found]


@router.get("/accounts/{number}/cases", dependencies=[allow(*READERS)])
async def cases_of(tx: Tx, number: str) -> list[CaseShown]:
    """An account's cases, the newest first, each with what became of its notices."""
    account = await facts.find_account(tx, number)
    found = await store.cases_of(tx, account.id)
    deliveries = await facts.deliveries(tx, [one.id for one in found])
    return [_shown(case, number, [one for one in deliveries if one.case_id == case.id]) for case in found]


@router.get("/accounts/{number}/history", dependencies=[allow(*READERS)])
async def history(tx: Tx, number: str) -> list[HappenedShown]:
    """Every step of an account, the oldest first: told, listed, ordered, withdrawn, charged, and why."""
    account = await facts.find_account(tx, number)
    return [HappenedShown(**one.model_dump()) for one in await store.history_of(tx, account.id)]


@router.post("/accounts/{number}/notice-again", dependencies=[allow(*DECIDERS)])
async def notice_again(tx: Tx, number: str, reason: Reason) -> CaseShown:
    """Give the shutoff notice once more, as a new case: its days begin again."""
    account, day = await facts.find_account(tx, number), await today(tx)
    await facts.lock_accounts(tx, {account.id})
    under = await terms(tx, day)
    found = (await known(tx, [account.id], under))[account.id]
    case = found.case
    if case is None or case.closed or case.letter != Step.SHUTOFF_NOTICE or case.off or case.under_way:
        raise Refused(f"Account {number} has no shutoff notice that could be given again.")
    both = letters.given_again(case, found.standing, under, reason.why) if case.opened < day else None
    if both is None:
        raise Refused(f"It can't be given today: {found.standing.against(_minimum(under)) or 'try tomorrow'}")
    await save(tx, under, [(found, both)])
    tx.audit("notice again", f"account {number}", reason.why)
    return _shown((await store.cases_of(tx, account.id))[0], number)


def _minimum(under: Terms) -> Amount:
    letter = under.letter(Step.SHUTOFF_NOTICE)
    assert letter is not None
    return letter.minimum


def _chosen(waiting: dict[str, UUID], named: Collection[str] | None) -> dict[str, UUID]:
    """The accounts a person names among those that wait; one that does not wait is refused by name."""
    if named is None:
        return waiting
    missing = sorted(set(named) - set(waiting))
    if missing:
        raise Refused(f"Not on the list: {', '.join(missing)}. Read the list again.")
    return {number: waiting[number] for number in named}


async def _decide(
    tx: Transaction, step: str, what: Literal["approve", "decline"], chosen: dict[str, UUID], why: str
) -> Decided:
    def approving(case: Case, standing: Standing, under: Terms) -> tuple[Outcome, str]:
        if case.proposed != step:
            return Outcome(case), "It is not proposed any more."
        return machine.step_approved(case, standing, under)

    def declining(case: Case, standing: Standing, under: Terms) -> tuple[Outcome, str]:
        return letters.left_out(case, under.day, why) if case.proposed == step else Outcome(case), ""

    move = approving if what == "approve" else declining
    against = await work.decide(tx, chosen.values(), await today(tx), move)
    left_out = {number: against[account] for number, account in chosen.items() if account in against}
    for number in chosen:
        tx.audit(f"{what} {step}", f"account {number}", why, after={"left out": left_out.get(number, "")})
    return Decided(done=len(chosen) - len(left_out), left_out=left_out)


def _shown(case: CaseRow, number: str, notices: Collection[NoticeDelivery] = ()) -> CaseShown:
    return CaseShown(
        case_id=case.id,
        account_number=number,
        **case.model_dump(include=set(CaseShown.model_fields) - {"case_id", "account_number", "notices"}),
        notices=[NoticeShown(**one.model_dump(include=set(NoticeShown.model_fields))) for one in notices],
    )
