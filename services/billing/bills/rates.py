"""The tariffs of the packs that bills are priced under."""

from collections.abc import Iterable

from chassis import townstore
from chassis.database import Transaction
from services.billing.bills.inputs import Customer
from services.billing.tariffs import CompiledTariffs, compile_tariffs, load_tariffs

_compiled: dict[str, CompiledTariffs] = {}
"""Packs are immutable and few: each is compiled once in a process."""


async def tariffs_of(tx: Transaction, pack_hash: str) -> CompiledTariffs:
    """What prices bills under a pack that was applied."""
    if pack_hash not in _compiled:
        tariffs, mistakes = load_tariffs(await townstore.load(tx, pack_hash))
        if tariffs is None:
            raise ValueError(f"the pack {pack_hash[:12]} was applied with mistakes: {mistakes[0]}")
        _compiled[pack_hash] = compile_tariffs(tariffs)
    return _compiled[pack_hash]


async def tariffs_for(tx: Transaction, pack_hash: str, customers: Iterable[Customer]) -> dict[str, CompiledTariffs]:
    """The tariffs of a run's pack, and of the packs of the bills that its bills correct."""
    hashes = {pack_hash} | {one.pack_hash for customer in customers for one in customer.corrections}
    return {one: await tariffs_of(tx, one) for one in hashes}
