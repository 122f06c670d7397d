"""The tables of the first release."""

from alembic import op

from chassis import schema

revision = "0001"
down_revision = None

TABLES = """
create table contact (
    account_id uuid primary key,
    version integer not null default 0,
    number varchar,
    ebill boolean not null default false,
    contact jsonb
);
create table service_point (
    service_point_id uuid primary key,
    account_id uuid not null,
    version integer not null
);
create table notice (
    notice_id uuid primary key,
    content_hash bytea not null,
    kind varchar not null,
    about uuid not null,
    account_id uuid not null,
    channel varchar not null,
    state varchar not null,
    source bytea not null,
    trace varchar not null,
    business_date date not null,
    attempts integer not null default 0,
    claimed_until timestamptz,
    not_before timestamptz,
    message_id varchar,
    reason varchar,
    sent_date date,
    mailing_id uuid
);
create index ix_notice_about on notice (about);
create index ix_notice_account_id on notice (account_id);
create index ix_notice_mailing_id on notice (mailing_id);
create index notice_to_do on notice (channel, state, notice_id) where state in ('queued', 'sending');
create table taken_back (about uuid primary key);
create table mailing_file (
    id uuid primary key,
    mailing_id uuid not null,
    name varchar not null,
    kind varchar not null,
    notices integer not null,
    pages integer not null,
    amount_due numeric(14, 2) not null,
    pdf_sha256 varchar not null,
    mailed_on date
);
create index ix_mailing_file_mailing_id on mailing_file (mailing_id);
"""


def upgrade() -> None:
    """Make them, beside the chassis's own."""
    op.execute(schema.V1)
    op.execute(TABLES)
