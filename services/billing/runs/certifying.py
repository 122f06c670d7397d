"""Counting what a run's certificate judges, from agreements, meters, carts, bills and ledger."""

from collections.abc import Sequence
from typing import Any

from chassis.database import Transaction
from chassis.rows import named_rows
from services.billing.bills.inputs import NOT_BILLED
from services.billing.runs.certificate import Certificate, Count, Evidence, Held, Money, ServiceCount, certificate
from services.billing.runs.store import BillingRun

# Agreements with days in the period, of accounts that no other run has billed through it (after a change of cycle)
# and that are not listed among final bills.
_OWED = """
owed as (
    select g.agreement_id, g.account_id, g.service, g.service_point_id, g.attributes, a.number,
        h.account_id is not null as held
    from agreement g join account a on a.id = g.account_id
    left join run_account h on h.run_id = %(run)s and h.account_id = g.account_id and h.state = 'held'
    where a.cycle = %(cycle)s and g.start_date < %(end)s and (g.end_date is null or g.end_date > %(start)s)
        and g.status <> all(%(not_billed)s) and not exists (
            select 1 from bill o where o.account_id = g.account_id and o.run_id <> %(run)s
            and o.through >= %(end)s and o.cancelled_on is null)
        and not exists (
            select 1 from final_bill f where f.account_id = a.id and f.ends <= %(end)s and a.closed is not null)
), bills as (
    select id, account_id, charges, inputs from bill where run_id = %(run)s and cancelled_on is null
)
"""
_COUNTS = """
count(*) as expected, count(*) filter (where billed and not held) as billed, count(*) filter (where held) as held,
coalesce(array_agg(name order by name) filter (where not held and not billed), '{}') as missing
"""
_ACCOUNTS = f"""
select {_COUNTS} from (
    select coalesce(a.number, r.account_id::text) as name, r.state = 'held' as held,
        r.state = 'billed' and b.id is not null as billed
    from run_account r left join account a on a.id = r.account_id
    left join bill b on b.run_id = r.run_id and b.account_id = r.account_id and b.cancelled_on is null
    where r.run_id = %(run)s
) counted
"""
_SERVICES = f"""
with {_OWED}, charged as (
    select b.account_id, k.service from bills b cross join lateral jsonb_object_keys(b.charges) k (service)
)
select service, {_COUNTS} from (
    select distinct o.account_id, o.service, o.number as name, o.held, c.account_id is not null as billed
    from owed o left join charged c on c.account_id = o.account_id and c.service = o.service
) counted group by service order by service
"""
_POINTS = f"""
with {_OWED}, metered as (
    select distinct u.service_point_id from usage u join bills b on b.id = u.billed_on
)
select {_COUNTS} from (
    select o.service_point_id, min(o.number) as name, bool_or(o.held) as held,
        bool_or(m.service_point_id is not null) as billed
    from owed o left join metered m on m.service_point_id = o.service_point_id
    where exists (select 1 from usage u where u.service_point_id = o.service_point_id) group by o.service_point_id
) counted
"""
_CARTS = f"""
with {_OWED}, emptied as (
    select distinct (i ->> 'agreement')::uuid as agreement_id
    from bills b cross join lateral jsonb_array_elements(b.inputs -> 'items') i
)
select {_COUNTS} from (
    select o.number as name, o.held, e.agreement_id is not null as billed
    from owed o left join emptied e on e.agreement_id = o.agreement_id
    where o.attributes ?| array['cart_size', 'cart_count']
) counted
"""
_HELD = """
select coalesce(hold_code, 'unknown') as code, count(*) as accounts from run_account
where run_id = %(run)s and state = 'held' group by 1 order by 1
"""
_MONEY = """
with bills as (
    select id, account_id, charges, document from bill where run_id = %(run)s and cancelled_on is null
), billed as (
    select c.key as service, sum(c.value::numeric) as amount from bills b, jsonb_each_text(b.charges) c group by 1
), lines as (
    select l ->> 'service' as service, sum((l ->> 'amount')::numeric) as amount
    from bills b, json_array_elements(b.document -> 'lines') l group by 1
), posted as (
    select t.service, sum(case when t.item_id is null then -t.amount else t.amount end) as amount
    from bills b join transfer t on t.account_id = b.account_id and t.source_kind = 'bill' and t.source_id = b.id
    group by 1
)
select s.service, coalesce(b.amount, 0) as bills, coalesce(l.amount, 0) as lines, coalesce(p.amount, 0) as ledger
from (select service from billed union select service from lines union select service from posted) s
left join billed b using (service) left join lines l using (service) left join posted p using (service)
order by s.service
"""
_OTHERS = """
select (select count(*) from chunk where run_id = %(run)s and state = 'failed') as failed_chunks, (
    select count(*) from usage u
    where u.cycle = %(cycle)s and u.read_on > %(start)s and u.read_on <= %(end)s and u.billed_on is null
    and not u.void
    and not exists (select 1 from usage n where n.replaces = u.read_id)
    and not exists (
        select 1 from agreement g where g.service_point_id = u.service_point_id
        and g.start_date < greatest(u.read_on, u.previous_on + 1)
        and (g.end_date is null or g.end_date > u.previous_on))
) as unattributed_reads
"""


async def certify(tx: Transaction, run: BillingRun) -> Certificate:
    """Count everything as it stands now, and judge it."""
    [accounts], services = await _ask(tx, run, _ACCOUNTS), await _ask(tx, run, _SERVICES)
    [points], [carts] = await _ask(tx, run, _POINTS), await _ask(tx, run, _CARTS)
    [others] = await _ask(tx, run, _OTHERS)
    evidence = Evidence(
        accounts=Count(**accounts),
        services=[ServiceCount(**row) for row in services],
        service_points=Count(**points),
        carts=Count(**carts),
        held_for=[Held(**row) for row in await _ask(tx, run, _HELD)],
        money=[Money(**row) for row in await _ask(tx, run, _MONEY)],
        **others,
    )
    return certificate(evidence)


async def _ask(tx: Transaction, run: BillingRun, statement: str) -> Sequence[dict[str, Any]]:
    values = {
        "run": run.id,
        "cycle": run.cycle,
        "start": run.period_start,
        "end": run.period_end,
        "not_billed": list(NOT_BILLED),
    }
    return await named_rows(tx, statement, values)
