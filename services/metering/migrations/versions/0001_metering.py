"""The tables of the chassis and of metering."""

from alembic import op

from chassis.schema import V1

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_METERING = """
create table service_point (
    id uuid primary key,
    key text not null unique,
    premise_id uuid not null,
    premise text not null,
    service text not null,
    cycle text not null,
    route text not null,
    sequence integer not null,
    address text not null,
    retired_on date,
    content_hash bytea not null
);
create index service_point_walk on service_point (route, sequence);
create index service_point_cycle on service_point (cycle, id);
create table meter (
    id uuid primary key,
    service_point_id uuid not null references service_point,
    number text not null,
    register_number text not null,
    size text not null,
    dials integer not null,
    decimals integer not null,
    unit text not null,
    multiplier numeric not null check (multiplier > 0),
    installed date not null,
    removed date,
    check (0 <= decimals and decimals < dials and dials <= 10)
);
create unique index meter_in_place on meter (service_point_id) where removed is null;
create table route (name text primary key, cycle text not null);
create table last_read (
    service_point_id uuid primary key,
    read_id uuid,
    read_on date not null,
    value numeric not null check (value >= 0),
    kind text not null,
    carried numeric not null default 0,
    content_hash bytea not null default ''
);
create table usage_history (
    service_point_id uuid not null,
    period_end date not null,
    service text not null,
    quantity numeric not null,
    unit text not null,
    estimated boolean not null,
    read_id uuid,
    primary key (service_point_id, period_end)
);
create table occupant (
    agreement_id uuid primary key,
    service_point_id uuid not null,
    account_id uuid not null,
    number text not null,
    start date not null,
    until date,
    status text not null
);
create index occupant_point on occupant (service_point_id);
create index occupant_account on occupant (account_id);
create table account (account_id uuid primary key, version integer not null);
create table reading (
    id uuid primary key,
    cycle text not null,
    read_on date not null,
    window_from date not null,
    window_to date not null,
    state text not null,
    pack_hash text not null,
    started_by text not null,
    closed_by text,
    business_date date not null,
    check (window_from <= read_on and read_on <= window_to),
    unique (cycle, read_on)
);
create unique index reading_open on reading (cycle) where state <> 'closed';
create table read (
    id uuid primary key,
    reading_id uuid references reading,
    service_point_id uuid not null references service_point,
    meter_id uuid not null references meter,
    route text not null,
    sequence integer not null,
    state text not null,
    previous_read_id uuid,
    previous_on date,
    previous_value numeric,
    previous_kind text,
    carried numeric not null default 0,
    usual numeric,
    high numeric not null,
    low numeric,
    estimated_before integer not null default 0,
    value numeric,
    read_on date,
    kind text,
    code text not null default '',
    leak boolean not null default false,
    findings jsonb not null default '[]',
    quantity numeric check (quantity >= 0),
    decided_by text,
    decided_at timestamptz,
    why text,
    replaces uuid references read,
    posted_on date,
    check (state not in ('accepted', 'posted') or (value is not null and read_on is not null and quantity is not null))
) with (fillfactor = 60);
create unique index read_once on read (reading_id, service_point_id) where replaces is null;
create unique index read_replaced_once on read (replaces) where replaces is not null;
create index read_walk on read (reading_id, route, sequence);
create index read_point on read (service_point_id);
create index read_after on read (previous_read_id) where previous_read_id is not null;
create table route_file (
    reading_id uuid not null references reading,
    sha256 text not null,
    format text not null,
    loaded_by text not null,
    report jsonb not null,
    primary key (reading_id, sha256)
);
"""


def upgrade() -> None:
    """Create them."""
    op.execute(V1)
    op.execute(_METERING)
