"""The tables of the first release."""

from alembic import op

from chassis import schema

revision = "0001"
down_revision = None

TABLES = """
create table premise (
    id uuid primary key,
    line1 varchar not null,
    line2 varchar not null,
    city varchar not null,
    state varchar not null,
    zip_code varchar not null,
    parcel varchar not null,
    inside_city boolean not null
);
create table person (
    id uuid primary key,
    name varchar not null,
    email varchar,
    phone varchar,
    line1 varchar not null,
    line2 varchar not null,
    city varchar not null,
    state varchar not null,
    zip_code varchar not null,
    language varchar not null
);
create table account (
    id uuid primary key,
    number varchar unique,
    premise_id uuid,
    responsible_id uuid,
    co_responsible_id uuid,
    owner_id uuid,
    cycle varchar,
    opened date,
    closed date,
    ebill boolean not null default false,
    autopay boolean not null default false,
    level_pay boolean not null default false,
    version integer not null default 0,
    contact_version integer not null default 0,
    told_hash bytea,
    contact_told_hash bytea
);
create index ix_account_premise_id on account (premise_id);
create index ix_account_responsible_id on account (responsible_id);
create table agreement (
    id uuid primary key,
    account_id uuid not null,
    service varchar not null,
    service_point_id uuid,
    start_date date not null,
    end_date date,
    status varchar not null,
    attributes jsonb not null
);
create index ix_agreement_account_id on agreement (account_id);
create table balance (
    account_id uuid primary key,
    version integer not null,
    owed numeric(14, 2) not null,
    past_due numeric(14, 2) not null,
    credit numeric(14, 2) not null,
    next_due_date date,
    as_of date not null
);
create table collection_status (
    account_id uuid primary key,
    version integer not null,
    step varchar not null,
    holds jsonb not null,
    as_of date not null
);
"""


def upgrade() -> None:
    """Make them, beside the chassis's own."""
    op.execute(schema.V1)
    op.execute(TABLES)
