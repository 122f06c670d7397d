"""A case from proposed to reminded to cured. Locks, loads, asks the rule, saves, tells."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from chassis.database import Transaction
from chassis.day_work import Sums
from chassis.days import last_begun
from chassis.received import Received
from contracts.billing import OwedItem
from contracts.delinquency import AccountDelinquent, CollectionStatusChanged, Step
from contracts.delinquency import Hold as HoldTold
from contracts.ids import derived_id
from contracts.topics import ACCOUNT_DELINQUENT, COLLECTION_STATUS_CHANGED
from services.collections import rules, store
from services.collections.policy import TOWN
from services.collections.tables import Case

PROPOSED = "proposed"
CHUNK = 500


async def late_accounts(tx: Transaction, day: date) -> list[list[str]]:
    """Accounts to look at on a day, in chunks that all copies share."""
    policy = (await TOWN.in_force(tx)).policy.reminder
    late = [str(one) for one in await store.late_accounts(tx, day, policy.after_days, policy.minimum)]
    return [late[at : at + CHUNK] for at in range(0, len(late), CHUNK)]


async def propose(tx: Transaction, day: date, spec: Any) -> Sums:
    """Open a case for each account the rule says is to be reminded. Nothing is sent until a person approves."""
    ids = [UUID(one) for one in spec]
    policy = (await TOWN.in_force(tx)).policy.reminder
    await store.lock_accounts(tx, ids)
    already = await store.open_cases(tx, ids)
    proposed = [
        Case(
            id=derived_id("case", account, day), account_id=account, step=PROPOSED, opened=day, amount=standing.past_due
        )
        for account, standing in (await store.standings(tx, ids, day)).items()
        if account not in already and not rules.why_not(standing, policy, day)
    ]
    tx.session.add_all(proposed)
    return Sums({"accounts looked at": len(ids), "reminders proposed": len(proposed)})


async def approve(tx: Transaction, case_ids: Collection[UUID], day: date) -> dict[UUID, str]:
    """Remind the accounts of proposed cases, each looked at once more; answers why the others were not, by account."""
    policy = (await TOWN.in_force(tx)).policy.reminder
    cases = [one for one in await store.cases_by_id(tx, case_ids) if one.step == PROPOSED and one.closed is None]
    ids = [one.account_id for one in cases]
    await store.lock_accounts(tx, ids)
    standings = await store.standings(tx, ids, day)
    balances = await store.balances(tx, ids)
    left_out: dict[UUID, str] = {}
    for case in cases:
        against = rules.why_not(standings[case.account_id], policy, day)
        if against:
            left_out[case.account_id] = against
            case.closed = day
            continue
        case.step, case.amount = str(Step.REMINDER), standings[case.account_id].past_due
        case.deadline = rules.deadline(policy, day)
        items = tuple(OwedItem.model_validate(item) for item in balances[case.account_id].items)
        tx.publish(ACCOUNT_DELINQUENT, _reminder(case, items, day))
        await tell(tx, case, day)
    return left_out


async def cure(tx: Transaction, ids: Collection[UUID], causes: dict[UUID, Received[Any]]) -> None:
    """Close the cases of accounts with nothing past due; those that were told of are told to be over."""
    day = await last_begun(tx)
    cases = await store.open_cases(tx, ids)
    if not cases or day is None:
        return
    standings = await store.standings(tx, list(cases), day)
    for account, case in cases.items():
        if account in standings and rules.cured(standings[account]):
            case.closed = day
            if case.step != PROPOSED:
                case.step = str(Step.CURED)
                await tell(tx, case, day, causes.get(account))


async def tell(tx: Transaction, case: Case, day: date, cause: Received[Any] | None = None) -> None:
    """Publish how a case stands, under its next version."""
    case.version = await store.next_status_version(tx, case.account_id)
    await _publish_status(tx, case, day, cause)


async def publish_again(tx: Transaction, after: UUID | None, limit: int) -> UUID | None:
    """Send the newest status of the next accounts again, with the versions they have."""
    cases = await store.cases_after(tx, after, limit)
    for case in cases:
        await _publish_status(tx, case, await last_begun(tx) or case.opened)
    return cases[-1].account_id if cases else None


async def _publish_status(tx: Transaction, case: Case, day: date, cause: Received[Any] | None = None) -> None:
    holds: Sequence[Any] = (await store.holds_in_force(tx, [case.account_id], day)).get(case.account_id, [])
    event = CollectionStatusChanged(
        account_id=case.account_id,
        version=case.version,
        case_id=case.id,
        step=Step(case.step),
        holds=tuple(HoldTold(kind=one.kind, set_by=one.set_by, until=one.until) for one in holds),
        business_date=day,
    )
    tx.publish(COLLECTION_STATUS_CHANGED, event, cause)


def _reminder(case: Case, items: tuple[OwedItem, ...], day: date) -> AccountDelinquent:
    assert case.deadline is not None
    return AccountDelinquent(
        case_id=case.id,
        account_id=case.account_id,
        step=Step.REMINDER,
        past_due_items=items,
        amount_to_pay=case.amount,
        deadline=case.deadline,
        to_stop=f"Pay ${case.amount:,.2f} by {case.deadline:%B %-d, %Y}, or call us about a payment arrangement.",
        business_date=day,
    )
