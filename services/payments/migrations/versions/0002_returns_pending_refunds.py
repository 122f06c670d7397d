"""Money that comes back, money that is on its way, and money that goes out."""

from alembic import op

revision = "0002"
down_revision = "0001"

TABLES = """
alter table account
    add column cash_only boolean not null default false,
    add column cash_only_until date;
alter table tender
    add column pending_id uuid,
    add column returned_on date;
create table payment_return (
    payment_id uuid primary key,
    return_id uuid not null,
    account_id uuid,
    account_number varchar not null,
    amount numeric(14, 2) not null,
    channel varchar not null,
    kind varchar not null,
    code varchar not null,
    reason varchar not null,
    returned_on date not null,
    fee numeric(14, 2) not null,
    business_date date not null
);
create index ix_payment_return_account_id on payment_return (account_id);
create index ix_payment_return_business_date on payment_return (business_date);
create table pending (
    pending_id uuid primary key,
    content_hash bytea not null,
    source varchar not null,
    source_key varchar not null,
    account_number varchar not null,
    account_id uuid,
    amount numeric(14, 2) not null,
    channel varchar not null,
    expires date not null,
    state varchar not null,
    reason varchar not null,
    business_date date not null
);
create index pending_live on pending (expires) where state = 'pending';
create index pending_without_account on pending (account_number) where state = 'pending' and account_id is null;
create index ix_pending_business_date on pending (business_date);
create table refund (
    refund_id uuid primary key,
    content_hash bytea not null,
    account_id uuid not null,
    amount numeric(14, 2) not null,
    reason varchar not null,
    bill_id uuid,
    due_on date not null,
    asked_by varchar not null,
    state varchar not null,
    approved_by varchar,
    voucher varchar,
    voucher_file varchar,
    method varchar,
    reference varchar,
    paid_on date,
    closed_on date
);
create index refund_open on refund (due_on) where state in ('due', 'approved');
create index ix_refund_account_id on refund (account_id);
create table voucher_file (
    name varchar primary key,
    made_by varchar not null,
    made_on date not null,
    vouchers integer not null,
    amount numeric(14, 2) not null,
    content bytea not null
);
"""


def upgrade() -> None:
    """Make them."""
    op.execute(TABLES)
