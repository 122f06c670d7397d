"""Moves, the reads they wait for, and new customers to be confirmed."""

from alembic import op

revision = "0002"
down_revision = "0001"

TABLES = """
alter table account
    add column deposit_terms jsonb,
    add column confirmed_on date,
    add column confirmed_by varchar;
create index ix_account_opened on account (opened);
create index ix_account_closed on account (closed) where closed is not null;
create index ix_agreement_service_point_id on agreement (service_point_id) where service_point_id is not null;
create table move (
    id uuid primary key,
    request varchar not null,
    content_hash bytea not null,
    kind varchar not null,
    state varchar not null,
    out_account uuid,
    ends date,
    in_account uuid,
    starts date,
    before jsonb not null,
    attempt integer not null default 0,
    made_by varchar not null,
    made_on date not null,
    why varchar not null
);
create index ix_move_out_account on move (out_account);
create index ix_move_in_account on move (in_account);
create index ix_move_ends on move (ends);
create index move_open on move (made_on) where state = 'open';
create table move_read (
    move_id uuid not null,
    service_point_id uuid not null,
    order_id uuid not null,
    kind varchar not null,
    account_id uuid not null,
    service varchar not null,
    wanted_on date not null,
    state varchar not null,
    read_on date,
    value numeric(20, 6),
    remark varchar not null default '',
    shared boolean not null default false,
    attempt integer not null default 0,
    primary key (move_id, order_id)
);
create index ix_move_read_order_id on move_read (order_id);
create index ix_move_read_service_point_id on move_read (service_point_id);
create table order_outcome (
    order_id uuid primary key,
    content_hash bytea not null,
    kind varchar not null,
    completed_on date
);
"""


def upgrade() -> None:
    """Make them."""
    op.execute(TABLES)
