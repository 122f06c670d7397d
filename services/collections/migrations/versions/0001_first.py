"""The tables of the first release."""

from alembic import op

from chassis import schema

revision = "0001"
down_revision = None

TABLES = """
create table account (
    id uuid primary key,
    version integer not null default 0,
    number varchar,
    status_version integer not null default 0
);
create index ix_account_number on account (number);
create table balance (
    account_id uuid primary key,
    version integer not null,
    past_due numeric(14, 2) not null,
    oldest_due date,
    items jsonb not null,
    payments_through integer not null,
    as_of date not null
);
create index balance_past_due on balance (oldest_due) where past_due > 0;
create table payment (
    payment_id uuid primary key,
    content_hash bytea not null,
    account_id uuid not null,
    payment_seq integer not null
);
create index ix_payment_account_id on payment (account_id);
create table delinquency (
    id uuid primary key,
    account_id uuid not null,
    step varchar not null,
    opened date not null,
    amount numeric(14, 2) not null,
    deadline date,
    closed date,
    version integer not null default 0,
    notice varchar
);
create index ix_delinquency_account_id on delinquency (account_id);
create unique index delinquency_one_open on delinquency (account_id) where closed is null;
create table hold (
    id uuid primary key,
    account_id uuid not null,
    kind varchar not null,
    set_by varchar not null,
    why varchar not null,
    since date not null,
    until date,
    lifted date
);
create index ix_hold_account_id on hold (account_id);
"""


def upgrade() -> None:
    """Make them, beside the chassis's own."""
    op.execute(schema.V1)
    op.execute(TABLES)
