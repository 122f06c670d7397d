"""Usage follows the agreements: when whose a day was changes, the reads of that day change hands, billed or not.

A read that falls to several accounts is void, and rows of its parts stand for it. Where a bill charged it, that
account's part `replaces` it, so the account's next bill corrects it; the others' parts await their bills.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from hashlib import blake2b
from typing import Any, NamedTuple
from uuid import UUID

from psycopg.rows import class_row

from chassis.bulk import copy_in, lock
from chassis.database import Transaction
from contracts.ids import derived_id
from services.billing.customers.tables import Account
from services.billing.policy import TOWN
from services.billing.usage.parting import Claim, Stretch, Two, at_final_reads, claims_of, divided
from services.billing.usage.tables import Usage

LONGEST = timedelta(15)
"""How much further back than a change a final read may be that counts for it."""
PRORATED = "prorated"
"""The kind, to billing, of usage that was divided by days; on the bill it is an estimate."""
Owner = UUID | None

_ROOTS = """
with recursive live as (
    select u.* from usage u
    where u.service_point_id = any(%(points)s) and u.read_on > %(since)s and u.part_of is null
        and not exists (select 1 from usage n where n.replaces = u.read_id and n.part_of is null)
), chain as (
    select read_id as root, read_id as id, replaces, billed_on, 0 as depth from live
    union all
    select c.root, o.read_id, o.replaces, o.billed_on, c.depth + 1 from chain c join usage o on o.read_id = c.replaces
)
select l.read_id, l.service_point_id, l.meter_number, l.cycle, l.previous_on, l.previous_value, l.read_on,
    l.read_value, l.quantity, l.unit, l.kind, l.flags, l.business_date, l.void, l.account_id,
    (select array_agg(c.id) from chain c where c.root = l.read_id) as lineage, b.id as billed_id, b.account_id as payer
from live l left join lateral (
    select c.id, bill.account_id from chain c join bill on bill.id = c.billed_on
    where c.root = l.read_id order by c.depth limit 1
) b on true
order by l.read_on, l.read_id
"""
_PARTS = """
select u.read_id, u.part_of, u.account_id, u.previous_on, u.read_on, u.quantity, u.replaces, u.billed_on is not null
from usage u
where u.service_point_id = any(%s) and u.part_of is not null
    and not exists (select 1 from usage n where n.replaces = u.read_id)
"""
_CLAIMS = """
select service_point_id, account_id, start_date, end_date from agreement where service_point_id = any(%s)
"""


class Root(NamedTuple):
    """A read as metering posted it, the newest of its line, and the bill that charged the line last."""

    read_id: UUID
    service_point_id: UUID
    meter_number: str
    cycle: str
    previous_on: date
    previous_value: Decimal
    read_on: date
    read_value: Decimal
    quantity: Decimal
    unit: str
    kind: str
    flags: list[str]
    business_date: date
    void: bool
    account_id: UUID | None
    lineage: list[UUID]
    billed_id: UUID | None
    payer: UUID | None


class Head(NamedTuple):
    """The newest row that stands for an account's part of a read."""

    read_id: UUID
    part_of: UUID | None
    account_id: Owner
    previous_on: date
    read_on: date
    quantity: Decimal
    replaces: UUID | None
    billed: bool

    @property
    def stands(self) -> bool:
        """Whether there is anything of it: what went to others whole, and was corrected so, is on no bill."""
        return self.previous_on < self.read_on or not self.billed


async def customers_of(tx: Transaction, points: Collection[UUID]) -> set[UUID]:
    """Whoever has or had these service points: all are locked before usage changes hands among them."""
    cursor = await (await tx.driver()).execute(
        "select distinct account_id from agreement where service_point_id = any(%s)", [list(points)]
    )
    return {account for (account,) in await cursor.fetchall()}


async def reassign(tx: Transaction, points: Collection[UUID], since: date) -> None:
    """Give each read of these service points after a day to whoever has its days now. Their accounts are locked."""
    roots = await _roots(tx, points, since - LONGEST) if points else []
    if not roots:
        return
    within = (await _within_days(tx)) if any(root.kind == "final" for root in roots) else 0
    heads = await _heads(tx, points)
    claims = await _claims(tx, points)
    finals = {(root.service_point_id, root.read_on) for root in roots if root.kind == "final"}
    change = _Change()
    for root in roots:
        point = root.service_point_id
        own = at_final_reads(claims[point], sorted(day for at, day in finals if at == point), within)
        _follow(change, root, own, [one for part in root.lineage for one in heads.get(part, ())], claims[point])
    await change.save(tx)


async def reassign_reads(tx: Transaction, reads: Collection[UUID]) -> None:
    """The same for reads that just came, those of them that are not plainly one account's."""
    cursor = await (await tx.driver()).execute(_CHANGED_HANDS, [list(reads)])
    rows = await cursor.fetchall()
    if rows:
        points = {point for point, _ in rows}
        await lock(tx, Account, await customers_of(tx, points))
        await reassign(tx, points, min(day for _, day in rows) - LONGEST)


# Read while nobody changes hands in a town of ten thousand meters, this asks one index for each read.
_CHANGED_HANDS = """
select u.service_point_id, u.previous_on from usage u
where u.read_id = any(%s) and (
    exists (
        select 1 from agreement g where g.service_point_id = u.service_point_id
        and (g.start_date > u.previous_on and g.start_date < u.read_on
            or g.end_date > u.previous_on - 15 and g.end_date < u.read_on + 15)
    ) or exists (
        select 1 from usage p where p.part_of is not null and p.service_point_id = u.service_point_id
        and p.read_on > u.previous_on and p.previous_on < u.read_on
    )
)
"""


class _Change:
    """What is to be written."""

    def __init__(self) -> None:
        self.new: list[dict[str, Any]] = []
        self.dropped: list[UUID] = []
        self.void: list[UUID] = []
        self.owners: dict[UUID, UUID | None] = {}

    async def save(self, tx: Transaction) -> None:
        driver = await tx.driver()
        if self.dropped:
            await driver.execute("delete from usage where read_id = any(%s) and billed_on is null", [self.dropped])
        if self.void:
            await driver.execute("update usage set void = true where read_id = any(%s)", [self.void])
        if self.owners:
            await driver.execute(
                "update usage u set account_id = v.account_id from unnest(%s::uuid[], %s::uuid[]) as v"
                " (read_id, account_id) where u.read_id = v.read_id",
                [list(self.owners), list(self.owners.values())],
            )
        await copy_in(tx, Usage, self.new)


def _follow(
    change: _Change, root: Root, claims: Sequence[Claim], parts: Sequence[Head], known: Sequence[Claim]
) -> None:
    whole = Stretch(None, root.previous_on, root.read_on, root.previous_value, root.read_value, root.quantity)
    try:
        wanted = {one.account_id: one for one in _joined(divided(whole, claims))}
    except Two:
        return  # The agreements are wrong: whoever bills it holds both and says so.
    owner = next(iter(wanted))
    if len(wanted) == 1 and not parts and root.payer in (None, owner):
        if root.account_id != owner and (root.account_id or _seem_several(root, known)):
            change.owners[root.read_id] = owner
        return
    heads = {one.account_id: one for one in sorted(parts, key=lambda one: one.stands)}
    if root.payer and root.payer not in heads and root.billed_id:
        heads[root.payer] = Head(
            root.billed_id, None, root.payer, root.previous_on, root.read_on, root.quantity, None, True
        )
    if not root.void:
        change.void.append(root.read_id)
    for account in dict.fromkeys((*wanted, *heads)):
        _replace(change, root, account, heads.get(account), wanted.get(account), claims)


def _joined(parts: Iterable[Stretch]) -> list[Stretch]:
    """One part for each account: who left and came back between two readings has one of both stays."""
    joined: dict[Owner, Stretch] = {}
    for one in parts:
        known = joined.get(one.account_id)
        joined[one.account_id] = one if known is None else known._replace(
            read_on=one.read_on, read_value=one.read_value, quantity=known.quantity + one.quantity
        )  # fmt: skip
    return list(joined.values())


def _seem_several(root: Root, claims: Iterable[Claim]) -> bool:
    """Whether the agreements by themselves give the read to several, until a final read near their ends is seen."""
    last = max(root.read_on, root.previous_on + timedelta(1))
    accounts = {
        one.account_id for one in claims if one.start < last and (one.end is None or one.end > root.previous_on)
    }
    return len(accounts) > 1


def _replace(
    change: _Change, root: Root, account: Owner, head: Head | None, part: Stretch | None, claims: Sequence[Claim]
) -> None:
    stays = part or _nothing(root, account, claims)
    if head is not None and head.part_of == root.read_id and _same(head, stays):
        return
    replaces = _replaced(head)
    if head is not None and not head.billed:
        change.dropped.append(head.read_id)
    if part is not None or replaces is not None:
        change.new.append(_row(root, account, stays, replaces))


def _replaced(head: Head | None) -> UUID | None:
    """The billed row that a new part corrects, if there is one; else the part awaits a bill of its own."""
    if head is None or not head.stands:
        return None
    return head.read_id if head.billed else head.replaces


def _nothing(root: Root, account: Owner, claims: Sequence[Claim]) -> Stretch:
    """No usage, at the end of the read at which the account is: what is left of a part that went to others."""
    later = any(one.account_id == account and one.start >= root.read_on for one in claims)
    day, value = (root.read_on, root.read_value) if later else (root.previous_on, root.previous_value)
    return Stretch(account, day, day, value, value, Decimal(0))


def _same(head: Head, part: Stretch) -> bool:
    return (head.previous_on, head.read_on, head.quantity) == (part.previous_on, part.read_on, part.quantity)


def _row(root: Root, account: Owner, part: Stretch, replaces: UUID | None) -> dict[str, Any]:
    whole = (part.previous_on, part.read_on) == (root.previous_on, root.read_on)
    key = derived_id("part", root.read_id, account, part.previous_on, part.read_on, part.quantity, replaces)
    return {
        "read_id": key,
        "content_hash": blake2b(key.bytes, digest_size=16).digest(),
        "service_point_id": root.service_point_id,
        "meter_number": root.meter_number,
        "cycle": root.cycle,
        "previous_on": part.previous_on,
        "previous_value": part.previous_value,
        "read_on": part.read_on,
        "read_value": part.read_value,
        "quantity": part.quantity,
        "unit": root.unit,
        "kind": root.kind if whole else PRORATED,
        "flags": root.flags if whole else [*root.flags, PRORATED],
        "replaces": replaces,
        "business_date": root.business_date,
        "billed_on": None,
        "account_id": account,
        "part_of": root.read_id,
    }


async def _roots(tx: Transaction, points: Collection[UUID], since: date) -> list[Root]:
    driver = await tx.driver()
    async with driver.cursor(row_factory=class_row(Root)) as cursor:
        await cursor.execute(_ROOTS, {"points": list(points), "since": since})
        return await cursor.fetchall()


async def _heads(tx: Transaction, points: Collection[UUID]) -> Mapping[UUID, list[Head]]:
    cursor = await (await tx.driver()).execute(_PARTS, [list(points)])
    heads: dict[UUID, list[Head]] = defaultdict(list)
    for row in await cursor.fetchall():
        heads[row[1]].append(Head(*row))
    return heads


async def _claims(tx: Transaction, points: Collection[UUID]) -> Mapping[UUID, list[Claim]]:
    cursor = await (await tx.driver()).execute(_CLAIMS, [list(points)])
    agreements: dict[UUID, list[tuple[UUID, date, date | None]]] = defaultdict(list)
    for point, *one in await cursor.fetchall():
        agreements[point].append((one[0], one[1], one[2]))
    return defaultdict(list, {point: claims_of(own) for point, own in agreements.items()})


async def _within_days(tx: Transaction) -> int:
    finals = (await TOWN.in_force(tx)).policy.finals
    return finals.read_within_days if finals else 0
