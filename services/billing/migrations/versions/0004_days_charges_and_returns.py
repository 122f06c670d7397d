"""The tables of the business day's barrier, of late charges and fees, and of payments that came back."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_DAYS = """
create table day_done (
    day date not null,
    service text not null,
    counts jsonb not null,
    money jsonb not null,
    done_at timestamptz not null default now(),
    primary key (day, service)
);
"""

_CHARGES = """
create table assessed_charge (
    charge_id uuid primary key,
    content_hash bytea not null,
    account_id uuid not null,
    kind text not null,
    service text not null,
    amount numeric(14, 2) not null check (amount > 0),
    about uuid not null,
    description text not null,
    business_date date not null
);
create table late_charge (
    charge_id uuid primary key,
    account_id uuid not null,
    debt_id uuid not null,
    number integer not null,
    revision integer not null default 0,
    free_through date not null,
    base numeric(14, 2) not null,
    amount numeric(14, 2) not null,
    service text not null,
    state text not null check (state in ('proposed', 'posted', 'reversed', 'dropped', 'waived')),
    proposed_on date not null,
    decided_on date,
    decided_by text,
    why text not null default '',
    held text not null default '',
    pack_hash text not null,
    unique (debt_id, number)
) with (fillfactor = 80);
create index late_charge_account on late_charge (account_id);
create index late_charge_proposed on late_charge (proposed_on, charge_id) where state = 'proposed';
"""

_HOLDS = """
create table pending_payment (
    pending_id uuid primary key,
    content_hash bytea not null,
    account_id uuid not null,
    amount numeric(14, 2) not null,
    expires date not null
);
create index pending_payment_account on pending_payment (account_id);
create table pending_ended (
    pending_id uuid primary key
);
create table collection_status (
    account_id uuid primary key,
    version integer not null,
    step text not null,
    holds jsonb not null,
    covers jsonb not null
);
"""

_RETURNS = """
create table payment_return (
    return_id uuid primary key,
    content_hash bytea not null,
    payment_id uuid not null unique,
    account_id uuid not null,
    amount numeric(14, 2) not null check (amount > 0),
    kind text not null,
    returned_on date not null,
    business_date date not null
);
create index payment_return_account on payment_return (account_id);
"""


def upgrade() -> None:
    """Create them."""
    op.execute(_DAYS)
    op.execute(_CHARGES)
    op.execute(_HOLDS)
    op.execute(_RETURNS)
