"""Who was served where and when, so that a note about usage finds whom it concerns, whichever topic came first."""

from alembic import op

revision = "0002"
down_revision = "0001"

TABLES = """
drop table service_point;
create table service_point (
    service_point_id uuid primary key,
    known boolean not null default false
);
create table account (
    account_id uuid primary key,
    version integer not null
);
create table occupant (
    agreement_id uuid primary key,
    service_point_id uuid not null,
    account_id uuid not null,
    start date not null,
    until date
);
create index ix_occupant_service_point_id on occupant (service_point_id);
create index ix_occupant_account_id on occupant (account_id);
"""


def upgrade() -> None:
    """Begin anew: accounts tells its snapshots again on request."""
    op.execute(TABLES)
