"""The one place where bills are priced: for the preview, for the issue, and for the proof years later."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from hashlib import blake2b
from uuid import UUID

from services.billing.bills.corrections import correcting_lines
from services.billing.bills.inputs import Correction, Customer, Hold, Item
from services.billing.bills.periods import items_of
from services.billing.bills.pricing import priced
from services.billing.tariffs import CompiledTariffs, Line, PricingError
from services.billing.tariffs.units import UnknownUnitError

_ZERO = Decimal(0)
PackTariffs = Mapping[str, CompiledTariffs]
"""Tariffs by the hash of their pack: that of the run, and those of corrected bills."""


@dataclass(frozen=True, slots=True)
class Made:
    """An account's charges: what was priced, under which pack, and the lines it came to, in printed order."""

    pack_hash: str
    items: tuple[Item, ...]
    corrections: tuple[Correction, ...]
    lines: tuple[Line, ...]
    by_service: Mapping[str, Decimal] = field(init=False)
    """Dollars by service; a service that costs nothing is there with zero."""
    total: Decimal = field(init=False)
    """Dollars."""

    def __post_init__(self) -> None:
        amounts = {item.service: _ZERO for item in self.items}
        for line in self.lines:
            amounts[line.service] = amounts.get(line.service, _ZERO) + line.amount
        object.__setattr__(self, "by_service", amounts)
        object.__setattr__(self, "total", sum(amounts.values(), _ZERO))

    @property
    def reads(self) -> list[UUID]:
        """The reads that are charged for, each once."""
        own = [read for item in self.items for read in item.reads]
        return list(dict.fromkeys(own + [read for one in self.corrections for read in one.reads]))

    @property
    def lines_hash(self) -> bytes:
        """Equal for equal lines: what was approved is what is issued."""
        lines = [f"{one.service}|{one.code}|{one.quantity}|{one.amount}|{one.tariff_version}" for one in self.lines]
        return blake2b("\n".join(lines).encode(), digest_size=16).digest()


def make(customer: Customer, tariffs: PackTariffs, pack_hash: str, bill_date: date) -> Made:
    """An account's charges. Raises Hold with the reason why there can be none."""
    try:
        items = items_of(customer, tariffs[pack_hash], bill_date)
        made = make_again(items, customer.corrections, tariffs, pack_hash)
    except (PricingError, UnknownUnitError) as error:
        raise Hold("price", str(error)) from None
    if not made.items and not made.corrections:
        raise Hold("nothing_to_bill", "None of the account's services has days in the period that are not billed yet.")
    return made


def make_again(items: Sequence[Item], corrections: Sequence[Correction], tariffs: PackTariffs, pack_hash: str) -> Made:
    """The charges of stored inputs."""
    lines = priced(tariffs[pack_hash], items)
    for correction in corrections:
        lines += correcting_lines(correction, tariffs[correction.pack_hash])
    return Made(pack_hash, tuple(items), tuple(corrections), tuple(lines))
