"""Work orders as those meet them who ask for them, give them to crews and do them."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import httpx

from contracts.base import Event
from contracts.orders import (
    OrderKind,
    ServiceOrderCancelled,
    ServiceOrderCompleted,
    ServiceOrderRequested,
    ServiceOrderWithdrawn,
)
from contracts.payments import Channel, PaymentFailed, PaymentPending, PaymentReceived, Purpose, TenderKind
from contracts.topics import (
    PAYMENT_FAILED,
    PAYMENT_PENDING,
    PAYMENT_RECEIVED,
    SERVICE_ORDER_CANCELLED,
    SERVICE_ORDER_COMPLETED,
    SERVICE_ORDER_REQUESTED,
    SERVICE_ORDER_WITHDRAWN,
    Topic,
)
from tests.metering.conversion import House, houses
from tests.metering.cycle import Cycle
from tests.metering.running import DAY, Metering


@dataclass
class Crews:
    """One cycle's houses and accounts, and a crew of its own."""

    metering: Metering
    cycle: Cycle
    crew: str
    houses: list[House]
    accounts: dict[House, UUID]

    @classmethod
    async def begin(cls, cycle: Cycle, count: int = 3) -> "Crews":
        """Houses whose meters showed 10,000 gallons a month ago and use 4,000."""
        town = await cycle.of(*houses(count, cycle.name))
        return cls(cycle.metering, cycle, f"North {cycle.name}", town, {house: uuid4() for house in town})

    def request(self, kind: OrderKind, place: int = 0, **changes: Any) -> ServiceOrderRequested:
        """An order for one of the houses."""
        house = self.houses[place]
        cut = kind is OrderKind.DISCONNECT
        usual: dict[str, Any] = {
            "order_id": uuid4(),
            "account_id": self.accounts[house],
            "service_point_id": house.id,
            "service": "water",
            "kind": kind,
            "wanted_on": DAY,
            "last_day": DAY if cut else None,
            "payments_through": 7 if cut else None,
            "about": uuid4(),
            "reason": "past due" if cut else "moving out",
            "instructions": "The pit is behind the shed.",
            "business_date": DAY,
        }
        return ServiceOrderRequested(**(usual | changes))

    async def asked(self, kind: OrderKind, place: int = 0, **changes: Any) -> ServiceOrderRequested:
        """An order that was heard of."""
        request = self.request(kind, place, **changes)
        await self.metering.publish(SERVICE_ORDER_REQUESTED, request)
        return request

    async def sent(self, kind: OrderKind, place: int = 0, **changes: Any) -> ServiceOrderRequested:
        """An order that the crew is out for."""
        request = await self.asked(kind, place, **changes)
        assert (await self.dispatch(request))["left_off"] == []
        return request

    async def dispatch(self, *requests: ServiceOrderRequested) -> Any:
        """Send the crew out; answers what it got and what not."""
        body = {"crew": self.crew, "orders": [str(one.order_id) for one in requests]}
        return await self.metering.post("/orders/dispatch", body)

    async def withdraw(self, request: ServiceOrderRequested, reason: str = "paid in full") -> None:
        """Whoever asked takes it back."""
        event = ServiceOrderWithdrawn(
            order_id=request.order_id, account_id=request.account_id, reason=reason, business_date=DAY
        )
        await self.metering.publish(SERVICE_ORDER_WITHDRAWN, event)

    async def pay(self, place: int = 0, seq: int = 8, pending: UUID | None = None) -> None:
        """A payment comes."""
        payment = PaymentReceived(
            payment_id=uuid4(), account_id=self.accounts[self.houses[place]], payment_seq=seq, amount="50.00",
            purpose=Purpose.BALANCE, channel=Channel.ONLINE, tender=TenderKind.CARD, effective_date=DAY,
            posting_date=DAY, pending_id=pending, business_date=DAY,
        )  # fmt: skip
        await self.metering.publish(PAYMENT_RECEIVED, payment)

    async def promise(self, place: int = 0, expires: date = DAY) -> UUID:
        """A payment is on its way."""
        event = PaymentPending(
            pending_id=uuid4(), account_id=self.accounts[self.houses[place]], amount="50.00", channel=Channel.ONLINE,
            expires=expires, business_date=DAY,
        )  # fmt: skip
        await self.metering.publish(PAYMENT_PENDING, event)
        return event.pending_id

    async def fail(self, pending: UUID, place: int = 0) -> None:
        """It will not come."""
        account = self.accounts[self.houses[place]]
        event = PaymentFailed(pending_id=pending, account_id=account, reason="no funds", business_date=DAY)
        await self.metering.publish(PAYMENT_FAILED, event)

    async def report(self, request: ServiceOrderRequested, **body: Any) -> httpx.Response:
        """The crew reports."""
        return await self.metering.as_("field").post(f"/orders/{request.order_id}/complete", json=body)

    async def shown(self, request: ServiceOrderRequested) -> Any:
        """The order as the desk sees it."""
        return await self.metering.get(f"/orders/{request.order_id}")

    async def completed(self, request: ServiceOrderRequested) -> list[ServiceOrderCompleted]:
        """What was told of its completion."""
        return await self._told(SERVICE_ORDER_COMPLETED, request)

    async def cancelled(self, request: ServiceOrderRequested) -> list[ServiceOrderCancelled]:
        """What was told of its cancellation."""
        return await self._told(SERVICE_ORDER_CANCELLED, request)

    async def _told(self, topic: Topic[Any], request: ServiceOrderRequested) -> list[Any]:
        told: list[Event] = await self.metering.published(topic)
        return [one for one in told if getattr(one, "order_id", None) == request.order_id]
