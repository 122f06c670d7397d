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
    status varchar,
    last_seq integer not null default 0
);
create index ix_account_number on account (number);
create table tender (
    payment_id uuid primary key,
    content_hash bytea not null,
    source varchar not null,
    source_key varchar not null,
    batch_id uuid,
    account_number varchar not null,
    account_id uuid,
    payment_seq integer,
    state varchar not null,
    amount numeric(14, 2) not null,
    channel varchar not null,
    tender varchar not null,
    purpose varchar not null,
    payer varchar not null,
    effective_date date not null,
    posting_date date not null,
    taken_at timestamptz not null,
    unique (account_id, payment_seq)
);
create index ix_tender_batch_id on tender (batch_id);
create index ix_tender_account_id on tender (account_id);
create index ix_tender_account_number on tender (account_number);
create index ix_tender_posting_date on tender (posting_date);
create index tender_suspense on tender (account_number) where state = 'suspense';
create table intake_outcome (
    outcome_id uuid primary key,
    content_hash bytea not null,
    vendor varchar not null,
    vendor_payment_id varchar,
    message varchar not null,
    outcome varchar not null,
    reason varchar not null,
    payment_id uuid,
    amount numeric(20, 8),
    business_date date not null
);
create index ix_intake_outcome_vendor on intake_outcome (vendor);
create table batch (
    id uuid primary key,
    name varchar not null,
    cashier varchar not null,
    posting_date date not null,
    file_hash bytea not null,
    tenders integer not null,
    amount numeric(14, 2) not null
);
create table balance (
    account_id uuid primary key,
    version integer not null,
    owed numeric(14, 2) not null,
    due_now numeric(14, 2) not null,
    past_due numeric(14, 2) not null,
    credit numeric(14, 2) not null,
    next_due_date date,
    payments_through integer not null,
    as_of date not null
);
"""


def upgrade() -> None:
    """Make them, beside the chassis's own."""
    op.execute(schema.V1)
    op.execute(TABLES)
