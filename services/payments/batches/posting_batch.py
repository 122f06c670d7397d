"""Posting a counter batch: all of it or nothing, once."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from uuid import UUID

from chassis.database import Transaction
from chassis.days import today
from chassis.imports import BadRow, parse
from chassis.refusal import Refused
from contracts.ids import derived_id
from services.payments import posting, store
from services.payments.batches.rules import BatchRow, money, out_of_balance
from services.payments.policy import TOWN
from services.payments.returns.cash_only import refused_checks
from services.payments.tables import Batch
from services.payments.taking import fault


@dataclass(frozen=True)
class BatchFile:
    """A batch as it was handed in: its name, its CSV, and what was counted in the drawer by tender."""

    name: str
    body: bytes
    counted: Mapping[str, Decimal]

    @property
    def id(self) -> UUID:
        """A batch's id follows from its name, so the same batch can't be posted twice."""
        return derived_id("batch", self.name)


@dataclass(frozen=True)
class Posted:
    """What posting a batch came to."""

    batch: Batch
    repeated: bool
    suspense: int


async def post_batch(tx: Transaction, file: BatchFile) -> Posted:
    """Post a balanced batch. The same file again changes nothing; another file under its name is refused."""
    file_hash = sha256(file.body).digest()
    known = await store.find_batch(tx, file.id)
    if known and known.file_hash != file_hash:
        raise Refused(f"Batch {file.name} was posted with other content. Give this one another name.")
    if known:
        return Posted(known, repeated=True, suspense=0)
    rows = _rows(file)
    town, day = await TOWN.in_force(tx), await today(tx)
    monies = [money(file.name, row, town.zone) for row in rows]
    faults = [fault(one, town.policy, day, town.zone) for one in monies]
    faults += (await refused_checks(tx, monies, day)).values()
    _refuse_bad(file.name, [BadRow(line=0, reason=one) for one in faults if one])
    recorded = await posting.record(tx, town, day, [(one, None) for one in monies], file.id)
    batch = Batch(
        id=file.id,
        name=file.name,
        cashier=tx.actor,
        posting_date=day,
        file_hash=file_hash,
        tenders=len(rows),
        amount=sum((row.amount for row in rows), Decimal(0)),
    )
    tx.session.add(batch)
    tx.audit("post", f"batch {file.name}", "balanced", after={"tenders": len(rows), "amount": str(batch.amount)})
    return Posted(batch, repeated=False, suspense=len(recorded.suspense))


def _rows(file: BatchFile) -> list[BatchRow]:
    good, bad = parse(file.body.decode("utf-8-sig", errors="replace"), BatchRow)
    lines: dict[str, int] = {}
    for row in good:
        first = lines.setdefault(row.value.reference, row.line)
        if first != row.line:
            bad.append(BadRow(line=row.line, reason=f"Reference {row.value.reference} stands on line {first} too."))
    _refuse_bad(file.name, bad)
    rows = [row.value for row in good]
    difference = out_of_balance(rows, file.counted)
    if difference:
        raise Refused(f"Batch {file.name} does not balance: {'; '.join(difference)}. Nothing was posted.", 422)
    return rows


def _refuse_bad(name: str, bad: list[BadRow]) -> None:
    if bad:
        told = "; ".join(f"line {one.line}: {one.reason}" if one.line else one.reason for one in bad[:20])
        raise Refused(f"Nothing of batch {name} was posted; mend these rows and send it again: {told}", 422)
