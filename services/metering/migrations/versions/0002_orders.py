"""Work orders, what is known of payments when a crew is sent, and which service points are shut off."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_ORDERS = """
create table work_order (
    id uuid primary key,
    content_hash bytea not null,
    account_id uuid not null,
    service_point_id uuid not null references service_point,
    service text not null,
    kind text not null,
    state text not null,
    wanted_on date not null,
    last_day date,
    payments_through integer,
    about uuid,
    reason text not null,
    instructions text not null,
    requested_on date not null,
    given_on date,
    given_value numeric,
    given_kind text,
    crew text not null default '',
    dispatched_on date,
    back_cause text,
    back_reason text,
    cause text,
    ended_why text,
    ended_on date,
    done_on date,
    done_at timestamptz,
    withdrawn boolean not null default false,
    remark text not null default '',
    value numeric,
    read_kind text,
    read_id uuid,
    question text,
    check ((state = 'called_back') <= (back_cause is not null)),
    check ((state = 'cancelled') = (cause is not null)),
    check ((state = 'completed') = (done_at is not null)),
    check (state not in ('dispatched', 'called_back') or (crew <> '' and dispatched_on is not null))
) with (fillfactor = 60);
create index work_order_open on work_order (wanted_on) where state not in ('completed', 'cancelled');
create index work_order_account on work_order (account_id) where state not in ('completed', 'cancelled');
create index work_order_point on work_order (service_point_id);
create index work_order_crew on work_order (crew, dispatched_on);
create index work_order_question on work_order (id) where question is not null;
create index work_order_expired on work_order (id) where cause = 'expired';
create table withdrawn_order (order_id uuid primary key, reason text not null);
create table paid_through (account_id uuid primary key, payment_seq integer not null default 0);
create table pending_payment (
    pending_id uuid primary key,
    account_id uuid not null,
    expires date,
    over boolean not null
);
create index pending_payment_live on pending_payment (account_id) where not over;
create table shut_off (service_point_id uuid primary key, since date not null, order_id uuid not null);
"""


def upgrade() -> None:
    """Create them."""
    op.execute(_ORDERS)
