"""What others are told of a case: the customer's letters, fees, orders, and how the account stands."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from chassis.database import Transaction
from chassis.received import Received
from contracts.billing import OwedItem
from contracts.delinquency import AccountDelinquent, Arrangement, CollectionStatusChanged, Hold, Installment, Step
from contracts.ids import derived_id
from contracts.orders import OrderKind, ServiceOrderRequested, ServiceOrderWithdrawn
from contracts.payments import ChargeAssessed, ChargeKind
from contracts.topics import (
    ACCOUNT_DELINQUENT,
    CHARGE_ASSESSED,
    COLLECTION_STATUS_CHANGED,
    SERVICE_ORDER_REQUESTED,
    SERVICE_ORDER_WITHDRAWN,
)
from services.collections.arrangements.rules import State
from services.collections.cases.known import Known
from services.collections.timeline import standing
from services.collections.timeline.case import Case
from services.collections.timeline.effects import Charged, Effect, Requested, Told, Withdrawn
from services.collections.timeline.terms import Terms

NAMES = {
    ChargeKind.DOOR_HANGER: "Door hanger",
    ChargeKind.DISCONNECT: "Disconnection for non-payment",
    ChargeKind.RESTORE: "Restoration of service",
    ChargeKind.AFTER_HOURS: "Restoration after hours",
}
Cause = Received[Any] | None


@dataclass(frozen=True)
class Voice:
    """Publishes in a transaction, under the terms of its day."""

    tx: Transaction
    terms: Terms

    def effect(self, case: Case, effect: Effect, cause: Cause) -> None:
        """Tell what a move brought about; what only the office keeps is told to nobody."""
        match effect:
            case Told():
                self.tx.publish(ACCOUNT_DELINQUENT, self._step(case, effect), cause)
            case Charged():
                self.tx.publish(CHARGE_ASSESSED, self._charge(case, effect), cause)
            case Requested():
                self.tx.publish(SERVICE_ORDER_REQUESTED, self._order(case, effect), cause)
            case Withdrawn(order=order, reason=reason):
                back = ServiceOrderWithdrawn(
                    order_id=order.id, account_id=case.account_id, reason=reason, business_date=self.terms.day
                )
                self.tx.publish(SERVICE_ORDER_WITHDRAWN, back, cause)

    def _step(self, case: Case, told: Told) -> AccountDelinquent:
        shutoff = self.terms.policy.shutoff if told.step == Step.SHUTOFF_NOTICE else None
        fee = shutoff.restore.fee if shutoff else None
        return AccountDelinquent(
            case_id=case.id,
            account_id=case.account_id,
            step=told.step,
            past_due_items=tuple(
                OwedItem(item_id=one.id, kind=one.kind, amount=one.amount, due_date=one.due, bill_id=one.bill_id)
                for one in told.items
            ),
            amount_to_pay=told.amount,
            deadline=told.deadline,
            to_stop=to_stop(told),
            earliest_shutoff=told.earliest,
            restore_fee=fee,
            services=shutoff.services if shutoff else (),
            business_date=self.terms.day,
        )

    def _charge(self, case: Case, charged: Charged) -> ChargeAssessed:
        return ChargeAssessed(
            charge_id=derived_id("charge", case.id, charged.kind, charged.about),
            account_id=case.account_id,
            kind=charged.kind,
            service=self.terms.policy.fees_earned_by,
            amount=charged.amount,
            about=case.id,
            description=NAMES.get(charged.kind, str(charged.kind)),
            business_date=self.terms.day,
        )

    def _order(self, case: Case, requested: Requested) -> ServiceOrderRequested:
        order, off = requested.order, requested.order.kind == OrderKind.DISCONNECT
        return ServiceOrderRequested(
            order_id=order.id,
            account_id=case.account_id,
            service_point_id=order.service_point_id,
            service=order.service,
            kind=order.kind,
            wanted_on=order.asked_on,
            last_day=order.asked_on if off else None,
            payments_through=order.payments_through if off else None,
            about=case.id,
            reason=requested.reason,
            instructions="The customer asked for it after hours." if case.after_hours and not off else "",
            business_date=self.terms.day,
        )

    def status(self, known: Known, case: Case | None, cause: Cause) -> dict[str, Any] | None:
        """Tell how an account stands, if it stands otherwise than what was told last; answers what was told."""
        event = status_of(known, case, self.terms.day)
        if event is None or (known.told is not None and _same(known.told, event)):
            return None
        self.tx.publish(COLLECTION_STATUS_CHANGED, event, cause)
        return event.model_dump(mode="json")


def to_stop(told: Told) -> str:
    """What would end it, in a sentence for the customer."""
    by = f"Pay ${told.amount:,.2f} by {told.deadline:%B %-d, %Y}"
    if told.step == Step.SHUTOFF_NOTICE:
        return f"{by} to keep your service on, or call us before then about a payment arrangement."
    return f"{by}, or call us about a payment arrangement."


def status_of(known: Known, case: Case | None, day: date) -> CollectionStatusChanged | None:
    """How an account stands, under its next version; None while there is nothing that others need to know.

    An account without a case can have a hold or an arrangement: nothing is pursued, and its step says so.
    """
    step, stands = case.step if case else None, known.standing
    kept = known.agreed if known.agreed_state == State.KEPT else None
    holds = tuple(map(_hold, stands.holds))
    if stands.pending_until:
        holds += (Hold(kind="pending_payment", set_by="payments", until=stands.pending_until),)
    if step is None and known.told is None and not stands.holds and kept is None:
        return None
    return CollectionStatusChanged(
        account_id=known.account_id,
        version=known.status_version + 1,
        case_id=case.id if case else derived_id("no case", known.account_id),
        step=step or Step.CURED,
        holds=holds,
        arrangement=_arrangement(known) if kept else None,
        off_since=case.off_since if case else None,
        business_date=day,
    )


def _hold(one: standing.Hold) -> Hold:
    return Hold(kind=one.kind, set_by=one.set_by, until=one.until, items=tuple(sorted(one.items or ())))


def _arrangement(known: Known) -> Arrangement:
    assert known.agreed is not None
    parts = tuple(Installment(due=one.due, amount=one.amount) for one in known.agreed.installments)
    return Arrangement(
        arrangement_id=known.agreed.id, installments=parts, covers=tuple(sorted(known.agreed.covers, key=str))
    )


def _same(told: dict[str, Any], event: CollectionStatusChanged) -> bool:
    """Whether it says what was said last, but for version and day."""
    apart = {"version", "business_date"}
    last = CollectionStatusChanged.model_validate(told)
    return last.model_dump(exclude=apart) == event.model_dump(exclude=apart)
