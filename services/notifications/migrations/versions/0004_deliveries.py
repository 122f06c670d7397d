"""Deliveries: to whom, in what role, with what proof; what went wrong on the way; whom to welcome."""

from alembic import op

revision = "0004"
down_revision = "0003"

TABLES = """
alter table contact add column responsible uuid;
update contact set responsible = (
    select cast(one ->> 'person_id' as uuid) from jsonb_array_elements(contact -> 'contacts') one
    order by one ->> 'role' = 'responsible' desc limit 1
) where contact is not null and jsonb_typeof(contact) = 'object';
alter table account add column opened date, add column newcomer jsonb;
create index ix_account_opened on account (opened);
alter table notice
    add column person_id uuid,
    add column role varchar not null default 'responsible',
    add column is_copy boolean not null default false,
    add column instead_of uuid,
    add column receipt varchar,
    add column sent_at timestamptz,
    add column ended_on date,
    add column file varchar;
update notice set person_id = contact.responsible from contact where contact.account_id = notice.account_id;
update notice set state = 'cancelled', reason = 'The person was erased.'
    where state in ('queued', 'sending') and person_id is null;
create index ix_notice_ended_on on notice (ended_on);
alter table mailing_file add column confirmed_by varchar, add column confirmed_why varchar;
create table notice_event (
    id bigint generated always as identity primary key,
    notice_id uuid not null,
    at timestamptz not null default now(),
    day date,
    what varchar not null,
    detail varchar not null
);
create index ix_notice_event_notice_id on notice_event (notice_id);
"""


def upgrade() -> None:
    """What was queued before goes to the responsible person, as it would have."""
    op.execute(TABLES)
