"""The tables of the chassis, the customers and the ledger."""

from alembic import op

from chassis.schema import V1

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_CUSTOMERS = """
create table account (
    id uuid primary key,
    version integer not null default -1,
    number text,
    status text,
    cycle text,
    opened date,
    closed date,
    premise_id uuid,
    autopay boolean not null default false,
    level_pay boolean not null default false,
    exemptions jsonb not null default '[]',
    balance_version integer not null default 0,
    announced_on date,
    payments_through integer not null default 0,
    last_amount_due numeric(14, 2) not null default 0,
    payments_since numeric(14, 2) not null default 0,
    adjustments_since numeric(14, 2) not null default 0,
    last_bill_id uuid
) with (fillfactor = 70);
create index account_number on account (number);
create index account_cycle on account (cycle, id);
create table agreement (
    agreement_id uuid primary key,
    account_id uuid not null references account,
    service text not null,
    service_point_id uuid,
    start_date date not null,
    end_date date,
    status text not null,
    attributes jsonb not null default '{}'
);
create index agreement_account on agreement (account_id);
create index agreement_point on agreement (service_point_id);
"""

_LEDGER = """
create table gl_account (
    fund text not null,
    code text not null,
    role text not null,
    name text not null,
    primary key (fund, code)
);
create table transfer (
    id uuid primary key,
    group_id uuid not null,
    account_id uuid,
    item_id uuid,
    debit text not null,
    credit text not null,
    fund text not null,
    service text,
    amount numeric(14, 2) not null check (amount > 0),
    effective_date date not null,
    fiscal_period text not null,
    source_kind text not null,
    source_id uuid not null,
    business_date date not null,
    posted_at timestamptz not null default now(),
    check (debit <> credit)
);
create index transfer_account on transfer (account_id);
create index transfer_day on transfer using brin (business_date) with (autosummarize = on);
create view posting as
    select id, group_id, account_id, item_id, fund, debit as code, service, amount, effective_date, fiscal_period,
        source_kind, source_id, business_date from transfer
    union all
    select id, group_id, account_id, item_id, fund, credit, service, -amount, effective_date, fiscal_period,
        source_kind, source_id, business_date from transfer;
create table open_item (
    item_id uuid primary key,
    account_id uuid not null,
    bill_id uuid,
    service text not null,
    kind text not null,
    fund text not null,
    receivable text not null,
    billed_date date not null,
    due_date date not null,
    amount numeric(14, 2) not null check (amount > 0),
    remaining numeric(14, 2) not null check (remaining between 0 and amount),
    reversed boolean not null default false
);
create index open_item_open on open_item (account_id) where remaining > 0;
create index open_item_due on open_item using brin (due_date) with (autosummarize = on);
create table credit (
    source_id uuid not null,
    fund text not null,
    source_kind text not null,
    account_id uuid not null,
    code text not null,
    since date not null,
    remaining numeric(14, 2) not null check (remaining >= 0),
    primary key (source_id, fund)
);
create index credit_open on credit (account_id) where remaining > 0;
create table allocation (
    id uuid primary key,
    account_id uuid not null,
    source_kind text not null,
    source_id uuid not null,
    item_id uuid not null,
    amount numeric(14, 2) not null check (amount <> 0),
    business_date date not null
);
create index allocation_account on allocation (account_id);
create table payment (
    payment_id uuid primary key,
    content_hash bytea not null,
    account_id uuid not null,
    payment_seq integer not null,
    amount numeric(14, 2) not null check (amount > 0),
    purpose text not null,
    bill_id uuid,
    channel text not null,
    effective_date date not null,
    posting_date date not null,
    business_date date not null
);
create index payment_account on payment (account_id, payment_seq);
create table bill_posting (
    bill_id uuid primary key,
    account_id uuid not null,
    bill_before uuid,
    previous_balance numeric(14, 2) not null,
    payments numeric(14, 2) not null,
    adjustments numeric(14, 2) not null,
    amount_due numeric(14, 2) not null,
    reversed_on date
);
create table deposit (
    deposit_id uuid primary key,
    content_hash bytea not null,
    account_id uuid not null,
    service text,
    fund text not null,
    code text not null,
    amount numeric(14, 2) not null check (amount > 0),
    paid_on date not null,
    source_kind text not null
);
create index deposit_account on deposit (account_id);
create table opening_item (
    item_id uuid primary key,
    content_hash bytea not null,
    account_id uuid not null,
    service text not null,
    kind text not null,
    amount numeric(14, 2) not null check (amount <> 0),
    billed_date date not null,
    due_date date not null
);
create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'The ledger is append only: % on % is refused. Post a correction instead.', tg_op, tg_table_name;
end
$$;
create trigger transfer_append_only before update or delete or truncate on transfer
    for each statement execute function refuse_change();
create trigger allocation_append_only before update or delete or truncate on allocation
    for each statement execute function refuse_change();
create trigger gl_account_append_only before update or delete or truncate on gl_account
    for each statement execute function refuse_change();
"""


def upgrade() -> None:
    """Create them."""
    op.execute(V1)
    op.execute(_CUSTOMERS)
    op.execute(_LEDGER)
