"""The proof that a bill says what its stored inputs come to: made again, and compared letter by letter."""

from decimal import Decimal

from pydantic import BaseModel

from chassis.database import Transaction
from contracts.billing import BillIssued
from services.billing.bills.document import bill_lines
from services.billing.bills.making import make_again
from services.billing.bills.rates import tariffs_of
from services.billing.bills.store import StoredBill
from services.billing.bills.written import read


class Difference(BaseModel):
    """Where the bill made again reads otherwise."""

    field: str
    issued: str
    again: str


class Rederived(BaseModel):
    """Whether a bill made again from its stored inputs is the bill that was issued, byte for byte."""

    number: str
    pack_hash: str
    identical: bool
    current_charges: Decimal
    differences: list[Difference]


async def rederive(tx: Transaction, bill: StoredBill) -> Rederived:
    """Price a bill's stored inputs under the pack it was priced by, and compare."""
    items, corrections = read(bill.inputs, bill.bill_date)
    hashes = {bill.pack_hash, *(one.pack_hash for one in corrections)}
    made = make_again(items, corrections, {one: await tariffs_of(tx, one) for one in hashes}, bill.pack_hash)
    issued = BillIssued.model_validate_json(bill.document)
    again = issued.model_copy(
        update={
            "lines": bill_lines(made.lines),
            "current_charges": made.total,
            "amount_due": issued.previous_balance
            - issued.payments
            + issued.adjustments
            + made.total
            - issued.deposits_applied,
        }
    )
    identical = again.model_dump_json() == bill.document
    return Rederived(
        number=bill.number,
        pack_hash=bill.pack_hash,
        identical=identical,
        current_charges=made.total,
        differences=[] if identical else _differences(issued, again),
    )


def _differences(issued: BillIssued, again: BillIssued) -> list[Difference]:
    before, after = issued.model_dump(mode="json"), again.model_dump(mode="json")
    return [
        Difference(field=field, issued=str(before[field]), again=str(after[field]))
        for field in before
        if before[field] != after[field]
    ]
