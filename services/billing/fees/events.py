"""Fees come by message: each posts once, to an account that is known."""

from datetime import timedelta
from typing import Any

from chassis.bulk import insert_new, lock
from chassis.consume import Subscription
from chassis.database import Transaction
from chassis.received import Received
from chassis.town import Town
from contracts.ids import derived_id
from contracts.payments import ChargeAssessed
from contracts.topics import CHARGE_ASSESSED
from services.billing.customers.tables import Account
from services.billing.fees.posting import Fee, post_fee
from services.billing.fees.tables import AssessedCharge
from services.billing.ledger import announce, store
from services.billing.ledger.book import ZERO, Chart, Journal
from services.billing.policy import TOWN, BillingPolicy

Charges = list[Received[ChargeAssessed]]


async def take_charges(tx: Transaction, received: Charges) -> None:
    """Post new fees; let those of unknown accounts wait; keep what can't be posted as dead letters."""
    town = await TOWN.in_force(tx)
    usable = [one for one in received if not _refused(tx, one, town.policy)]
    await lock(tx, Account, {one.event.account_id for one in usable})
    books = await store.load_books(tx, {one.event.account_id for one in usable})
    for one in usable:
        if not books[one.event.account_id].known:
            tx.wait_for(one, "account", one.event.account_id)
    new = await _new(tx, [one for one in usable if books[one.event.account_id].known])
    if not new:
        return
    day = await announce.today(tx, otherwise=max(one.event.business_date for one in new))
    journal = Journal(Chart(town.policy))
    for one in new:
        post_fee(journal, books[one.event.account_id], _fee(one.event, town), day)
    causes = {one.event.account_id: one for one in new}
    await announce.finish(tx, journal, {account: books[account] for account in causes}, day, causes)


def _refused(tx: Transaction, one: Received[ChargeAssessed], policy: BillingPolicy) -> bool:
    charge, reason = one.event, ""
    if charge.amount <= ZERO:
        reason = f"Charge {charge.charge_id} is of {charge.amount}: a fee is more than zero."
    elif charge.service not in policy.ledger.services:
        reason = (
            f'Charge {charge.charge_id} is earned by "{charge.service}", which has no accounts in the town pack. '
            "Add it under billing.ledger.services, then redrive it."
        )
    if reason:
        tx.refuse(one, reason)
    return bool(reason)


async def _new(tx: Transaction, received: Charges) -> Charges:
    arrivals = await insert_new(tx, AssessedCharge, [_row(one) for one in received], "charge_id")
    first: dict[Any, Received[ChargeAssessed]] = {}
    for one in received:
        key = one.event.charge_id
        if arrivals.in_force[key] != one.content_hash:
            tx.refuse(one, f"Charge {key} was posted before with other content. Ask who sent it.")
        elif key in arrivals.new:
            first.setdefault(key, one)
    return sorted(first.values(), key=lambda one: (one.event.account_id, one.event.charge_id))


def _fee(charge: ChargeAssessed, town: Town[BillingPolicy]) -> Fee:
    return Fee(
        kind=str(charge.kind),
        source_kind="fee",
        source_id=charge.charge_id,
        item_id=derived_id("fee", charge.charge_id),
        service=charge.service,
        amount=charge.amount,
        effective=charge.business_date,
        due=town.calendar.rolled(charge.business_date + timedelta(town.policy.due_days)),
    )


def _row(one: Received[ChargeAssessed]) -> dict[str, Any]:
    charge = one.event
    return {
        "charge_id": charge.charge_id,
        "content_hash": one.content_hash,
        "account_id": charge.account_id,
        "kind": str(charge.kind),
        "service": charge.service,
        "amount": charge.amount,
        "about": charge.about,
        "description": charge.description,
        "business_date": charge.business_date,
    }


SUBSCRIPTIONS: tuple[Subscription[Any], ...] = (Subscription(CHARGE_ASSESSED, take_charges),)
