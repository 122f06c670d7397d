"""Everything that the bills of many accounts need, in a handful of statements however many accounts there are."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from chassis.database import Transaction
from services.billing.bills.correcting import Pending, corrections_of, pending_corrections
from services.billing.bills.inputs import NOT_BILLED, Correction, Customer, Read, Span, Terms
from services.billing.bills.winter import LOOK_BACK
from services.billing.usage.store import Month, history

_ACCOUNTS = """
select id, number, autopay, exemptions, (
    select max(b.through) from bill b where b.account_id = a.id and b.cancelled_on is null
) from account a where id = any(%s) order by id
"""
_TERMS = """
select account_id, agreement_id, service, service_point_id, start_date, end_date, attributes::text
from agreement
where account_id = any(%s) and start_date < %s and (end_date is null or end_date > %s) and status <> all(%s)
order by account_id, service, agreement_id
"""
_READS = """
select u.read_id, u.service_point_id, u.meter_number, u.previous_on, u.previous_value, u.read_on, u.read_value,
    u.quantity, u.unit, u.kind, case when u.account_id is not null then 1 else (
        select count(distinct g.account_id) from agreement g
        where g.service_point_id = u.service_point_id and g.start_date < greatest(u.read_on, u.previous_on + 1)
        and (g.end_date is null or g.end_date > u.previous_on)
    ) end, u.account_id
from usage u
where u.service_point_id = any(%s) and u.billed_on is null and u.read_on <= %s and not u.void
    and not exists (select 1 from usage n where n.replaces = u.read_id)
order by u.read_on, u.read_id
"""
_HELD = """
select account_id, period_start, period_end from unbilled_period
where account_id = any(%s) and billed_on is null order by period_start
"""


class Wanted(NamedTuple):
    """What is to be billed: the run's period, and whether months of usage before it are needed."""

    span: Span
    months: bool


async def gather(tx: Transaction, accounts: Sequence[UUID], wanted: Wanted) -> list[Customer]:
    """The accounts with all their bills need, in the order of their ids; one that isn't known yet is left out."""
    held = await _held(tx, accounts)
    earliest = min((span.start for spans in held.values() for span in spans), default=wanted.span.start)
    terms = await _terms(tx, accounts, min(earliest, wanted.span.start), wanted.span.end)
    points = [one.service_point_id for own in terms.values() for one in own if one.service_point_id]
    pending = await pending_corrections(tx)
    reads = _without(await _reads(tx, points, wanted.span.end), pending)
    corrections = await corrections_of(tx, accounts, pending)
    months = await history(tx, points, wanted.span.start - LOOK_BACK, wanted.span.end) if wanted.months else {}
    cursor = await (await tx.driver()).execute(_ACCOUNTS, [list(accounts)])
    return [
        _customer(row, terms[row[0]], reads, [*held[row[0]], wanted.span], months, corrections.get(row[0], ()))
        for row in await cursor.fetchall()
        if row[1] is not None
    ]


def _customer(
    row: tuple[Any, ...],
    terms: Sequence[Terms],
    reads: Mapping[UUID, Sequence[Read]],
    spans: Sequence[Span],
    months: Mapping[UUID, Sequence[Month]],
    corrections: Sequence[Correction],
) -> Customer:
    account_id, number, autopay, exemptions, through = row
    points = [one.service_point_id for one in terms if one.service_point_id]
    return Customer(
        account_id,
        number,
        autopay,
        terms,
        spans,
        [
            read
            for point in dict.fromkeys(points)
            for read in reads.get(point, ())
            if read.account_id is None or read.account_id == account_id
        ],
        _reductions(exemptions, spans[-1].end) if exemptions else (),
        through,
        {point: months[point] for point in points if point in months},
        corrections,
    )


def _without(reads: Mapping[UUID, Sequence[Read]], pending: Sequence[Pending]) -> Mapping[UUID, Sequence[Read]]:
    """Reads without those that correct what was billed: these go to whoever had that bill."""
    correcting = {one.replacement.new_id for one in pending}
    if not correcting:
        return reads
    return {point: [read for read in own if read.read_id not in correcting] for point, own in reads.items()}


def _reductions(exemptions: Sequence[Mapping[str, Any]], day: date) -> tuple[str, ...]:
    """The kinds of exemption in force on the read-through day; each is a flag that tariffs ask for by name."""
    return tuple(
        one["kind"] for one in exemptions if one.get("until") is None or date.fromisoformat(one["until"]) >= day
    )


async def _held(tx: Transaction, accounts: Sequence[UUID]) -> dict[UUID, list[Span]]:
    cursor = await (await tx.driver()).execute(_HELD, [list(accounts)])
    spans: dict[UUID, list[Span]] = defaultdict(list)
    for account, start, end in await cursor.fetchall():
        spans[account].append(Span(start, end))
    return spans


async def _terms(tx: Transaction, accounts: Sequence[UUID], start: date, end: date) -> dict[UUID, list[Terms]]:
    cursor = await (await tx.driver()).execute(_TERMS, [list(accounts), end, start, list(NOT_BILLED)])
    terms: dict[UUID, list[Terms]] = defaultdict(list)
    for account, agreement, service, point, first, last, attributes in await cursor.fetchall():
        terms[account].append(Terms(agreement, service, point, first, last, _attributes(attributes)))
    return terms


@lru_cache(maxsize=4096)
def _attributes(text: str) -> Mapping[str, str]:
    """Attributes as the agreement has them; a town's accounts share a few sets of them."""
    attributes: Mapping[str, str] = json.loads(text)
    return attributes


async def _reads(tx: Transaction, points: Sequence[UUID], through: date) -> dict[UUID, list[Read]]:
    """Awaiting reads by service point, read day by read day."""
    cursor = await (await tx.driver()).execute(_READS, [list(points), through])
    reads: dict[UUID, list[Read]] = defaultdict(list)
    for row in await cursor.fetchall():
        read = Read(*row)
        reads[read.service_point_id].append(read)
    return reads
