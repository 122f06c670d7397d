"""The tables of usage, bills and billing runs."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# Room is left in pages so that marking a read billed, or an account's state in a run, touches no index.
_USAGE = """
create table usage (
    read_id uuid primary key,
    content_hash bytea not null,
    service_point_id uuid not null,
    meter_number text not null,
    cycle text not null,
    previous_on date not null,
    previous_value numeric(21, 6) not null,
    read_on date not null,
    read_value numeric(21, 6) not null,
    quantity numeric(21, 6) not null,
    unit text not null,
    kind text not null,
    flags jsonb not null,
    replaces uuid,
    business_date date not null,
    billed_on uuid
) with (fillfactor = 80);
create index usage_point on usage (service_point_id, read_on);
create index usage_replaces on usage (replaces) where replaces is not null;
create table usage_history (
    service_point_id uuid not null,
    service text not null,
    period_end date not null,
    quantity numeric(21, 6) not null,
    unit text not null,
    estimated boolean not null,
    primary key (service_point_id, service, period_end)
);
"""

# A bill's document is kept as it went out, so its column is json and not jsonb, which would write it anew.
_BILLS = """
create table bill (
    id uuid primary key,
    number text not null unique,
    account_id uuid not null,
    account_number text not null,
    run_id uuid not null,
    cycle text not null,
    kind text not null,
    bill_date date not null,
    due_date date not null,
    period_start date not null,
    period_end date not null,
    through date not null,
    current_charges numeric(14, 2) not null,
    amount_due numeric(14, 2) not null,
    charges jsonb not null,
    inputs jsonb not null,
    document json not null,
    pack_hash text not null,
    cancelled_on date,
    cancel_reason text
);
create index bill_account on bill (account_id, through);
create index bill_run on bill (run_id);
"""

_RUNS = """
create table billing_run (
    id uuid primary key references run,
    cycle text not null,
    period_start date not null,
    period_end date not null,
    attempt integer not null,
    bill_date date not null,
    due_date date not null,
    pack_hash text not null,
    business_date date not null,
    approved_by text,
    certificate jsonb,
    unique (cycle, period_end, attempt),
    check (period_start < period_end)
);
create table run_account (
    run_id uuid not null,
    account_id uuid not null,
    ordinal integer not null,
    services jsonb not null,
    state text not null check (state in ('expected', 'billed', 'held', 'cancelled')),
    hold_code text,
    hold_reason text,
    total numeric(14, 2),
    lines_hash bytea,
    exceptions jsonb,
    primary key (run_id, account_id)
) with (fillfactor = 60);
create index run_account_ordinal on run_account (run_id, ordinal);
create table unbilled_period (
    account_id uuid not null,
    run_id uuid not null,
    period_start date not null,
    period_end date not null,
    reason text not null,
    billed_on uuid,
    primary key (account_id, run_id)
);
"""


def upgrade() -> None:
    """Create them."""
    op.execute(_USAGE)
    op.execute(_BILLS)
    op.execute(_RUNS)
