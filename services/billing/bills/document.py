"""The bill as everybody else sees it: charges, reads and usage with what was owed before.

Events are built without being validated again: what goes in was validated when it came, and a night makes many.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from contracts.billing import BilledRead, BillIssued, BillKind, BillLine, MonthlyUsage
from contracts.metering import ReadKind
from services.billing.bills.inputs import Customer, Read
from services.billing.bills.making import Made
from services.billing.bills.trusted import trusted
from services.billing.tariffs import Line
from services.billing.usage.store import KEPT_MONTHS, Month

ZERO = Decimal(0)

_QUANTITY = Decimal("0.000001")
_RATE = Decimal("0.00000001")


class Standing(Protocol):
    """What was owed before this bill, in dollars."""

    @property
    def previous_balance(self) -> Decimal: ...
    @property
    def payments(self) -> Decimal: ...
    @property
    def adjustments(self) -> Decimal: ...
    @property
    def past_due(self) -> Decimal: ...
    @property
    def owed(self) -> Decimal: ...


@dataclass(frozen=True, slots=True)
class Heading:
    """What the bills of a run have in common."""

    run_id: UUID
    cycle: str
    bill_date: date
    due_date: date
    through: date
    pack_hash: str
    business_date: date


def bill_issued(
    heading: Heading, bill_id: UUID, number: str, customer: Customer, made: Made, before: Standing
) -> BillIssued:
    """The event of one bill."""
    current = made.total
    start, end = _period(made, heading)
    return trusted(
        BillIssued,
        {
            "bill_id": bill_id,
            "number": number,
            "account_id": customer.account_id,
            "account_number": customer.number,
            "kind": _kind(customer, made, heading),
            "cycle": heading.cycle,
            "run_id": heading.run_id,
            "bill_date": heading.bill_date,
            "due_date": heading.due_date,
            "period_start": start,
            "period_end": end,
            "previous_balance": before.previous_balance,
            "payments": before.payments,
            "adjustments": before.adjustments,
            "current_charges": current,
            "amount_due": before.owed + current,
            "past_due": before.past_due,
            "lines": bill_lines(made.lines),
            "reads": tuple(_reads(customer, made)),
            "usage_history": tuple(_pictured(customer, start)),
            "autopay": customer.autopay,
            "pack_hash": heading.pack_hash,
            "replaces": None,
            "deposits_applied": ZERO,
            "refund": ZERO,
            "moved_to": None,
            "business_date": heading.business_date,
        },
    )


def _kind(customer: Customer, made: Made, heading: Heading) -> BillKind:
    if not made.items:
        return BillKind.CORRECTED
    return BillKind.FINAL if is_final(customer, heading.through) else BillKind.REGULAR


def is_final(customer: Customer, through: date) -> bool:
    """Whether nothing will be billed after this."""
    return all(terms.end is not None and terms.end <= through for terms in customer.terms)


def bill_lines(lines: Sequence[Line]) -> tuple[BillLine, ...]:
    """Priced lines as they are published."""
    return tuple([_line(line) for line in lines])


def _line(line: Line) -> BillLine:
    return trusted(
        BillLine,
        {
            "service": line.service,
            "code": line.code,
            "description": line.description,
            "quantity": None if line.quantity is None else _within(line.quantity, _QUANTITY),
            "unit": line.unit,
            "rate": None if line.rate is None else _within(line.rate, _RATE),
            "amount": line.amount,
            "rule": line.rule,
            "tariff_version": line.tariff_version,
        },
    )


def _within(value: Decimal, places: Decimal) -> Decimal:
    """The value with no more places than its contract has; one with fewer is left as it is."""
    exponent, least = value.as_tuple().exponent, places.as_tuple().exponent
    return value if exponent >= least else value.quantize(places)  # type: ignore[operator]


def _period(made: Made, heading: Heading) -> tuple[date, date]:
    items = made.items or (made.corrections and (made.corrections[0].now or made.corrections[0].then))
    if not items:
        return heading.through, heading.through
    return min(item.period.start for item in items), max(item.period.end for item in items)


def _reads(customer: Customer, made: Made) -> Iterator[BilledRead]:
    charged = {read: item.service for item in reversed(made.items) for read in item.reads}
    charged |= {read: item.service for item in made.items if item.service == "water" for read in item.reads}
    for read in customer.reads:
        service = charged.get(read.read_id)
        if service is not None:
            yield _billed_read(service, read)


def _billed_read(service: str, read: Read) -> BilledRead:
    return trusted(
        BilledRead,
        {
            "service": service,
            "meter_number": read.meter_number,
            "previous_date": read.previous_on,
            "previous_value": read.previous_value,
            "current_date": read.read_on,
            "current_value": read.read_value,
            "quantity": read.quantity,
            "unit": read.unit,
            "kind": ReadKind.ESTIMATED if read.kind == "prorated" else ReadKind(read.kind),
        },
    )


def _pictured(customer: Customer, start: date) -> Iterator[MonthlyUsage]:
    """The months before the bill, as far as this customer was served: not what the one before them used."""
    begins: dict[UUID, date] = {}
    for read in customer.reads:
        begins.setdefault(read.service_point_id, read.previous_on)
    for terms in customer.terms:
        point = terms.service_point_id
        if point is not None and point in customer.months:
            until = begins.get(point, start)
            own = [month for month in customer.months[point] if terms.start < month.period_end <= until]
            yield from (_month(month) for month in own[-KEPT_MONTHS:] if month.service == terms.service)


def _month(month: Month) -> MonthlyUsage:
    return trusted(
        MonthlyUsage,
        {
            "service": month.service,
            "period_end": month.period_end,
            "quantity": month.quantity,
            "unit": month.unit,
            "estimated": month.estimated,
        },
    )
