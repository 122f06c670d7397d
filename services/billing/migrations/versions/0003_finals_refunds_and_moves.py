"""The tables of final bills and refunds, and what tells whose a part of the usage is after a move."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_CHANGED = """
alter table account add column responsible_person_id uuid;
create index account_person on account (responsible_person_id) where responsible_person_id is not null;
create index account_closed on account (closed) where closed is not null;
alter table deposit add column released numeric(14, 2) not null default 0 check (released between 0 and amount);
alter table usage
    add column account_id uuid,
    add column part_of uuid,
    add column void boolean not null default false;
create index usage_part on usage (part_of) where part_of is not null;
"""

_FINALS = """
create table final_bill (
    account_id uuid not null,
    ends date not null,
    state text not null check (state in ('waiting', 'held', 'proposed', 'billed')),
    code text,
    reason text,
    total numeric(14, 2),
    lines_hash bytea,
    since date not null,
    decided_by text,
    bill_id uuid,
    primary key (account_id, ends)
);
create index final_bill_open on final_bill (state, ends) where state <> 'billed';
"""

_REFUNDS = """
create table refund (
    refund_id uuid primary key,
    account_id uuid not null,
    amount numeric(14, 2) not null check (amount > 0),
    reason text not null,
    bill_id uuid,
    why text not null,
    asked_by text not null,
    state text not null check (state in ('due', 'paid', 'cancelled')),
    business_date date not null,
    settled_on date,
    reference text
);
create index refund_account on refund (account_id);
create index refund_due on refund (business_date) where state = 'due';
create table refund_part (
    refund_id uuid not null references refund,
    fund text not null,
    code text not null,
    amount numeric(14, 2) not null check (amount > 0),
    primary key (refund_id, fund)
);
"""

_MOVES = """
create table span_change (
    account_id uuid not null,
    version integer not null,
    since date not null,
    settled_on uuid,
    primary key (account_id, version)
);
create index span_change_open on span_change (account_id) where settled_on is null;
"""


def upgrade() -> None:
    """Create them."""
    op.execute(_CHANGED)
    op.execute(_FINALS)
    op.execute(_REFUNDS)
    op.execute(_MOVES)
