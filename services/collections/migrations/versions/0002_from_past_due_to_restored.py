"""Steps of the timeline, shutoff lists and orders, arrangements, and what collections hears of payments and notices."""

from alembic import op

revision = "0002"
down_revision = "0001"

TABLES = """
alter table account add responsible uuid, add points jsonb, add told jsonb;
alter table balance
    add owed numeric(14, 2) not null default 0,
    add set_aside numeric(14, 2) not null default 0;
alter table payment
    add amount numeric(14, 2) not null default 0,
    add effective date,
    add counts boolean not null default true;
create table payment_return (
    return_id uuid primary key,
    content_hash bytea not null,
    payment_id uuid not null,
    account_id uuid not null,
    payment_seq integer not null
);
create index ix_payment_return_payment_id on payment_return (payment_id);
create table pending (
    pending_id uuid primary key,
    account_id uuid not null,
    content_hash bytea,
    expires date,
    settled boolean not null default false
);
create index ix_pending_account_id on pending (account_id) where not settled;
create table delivery (
    notice_id uuid not null,
    channel varchar not null,
    case_id uuid not null,
    kind varchar not null,
    person_id uuid not null,
    sent_on date,
    failed boolean not null default false,
    reason varchar not null default '',
    primary key (notice_id, channel)
);
create index ix_delivery_case_id on delivery (case_id);
alter table delinquency
    alter step drop not null,
    add opened_through integer not null default 0,
    add letter varchar,
    add taken_on date,
    add proposed varchar,
    add proposed_on date,
    add shutoff_notice jsonb,
    add listed_on date,
    add off_since date,
    add off_amount numeric(14, 2) not null default 0,
    add free boolean not null default false,
    add charged boolean not null default false,
    add restore_charged boolean not null default false,
    add after_hours boolean not null default false,
    add returned boolean not null default false,
    add ended varchar not null default '';
update delinquency set step = null, proposed = 'reminder', proposed_on = opened where step = 'proposed';
update delinquency set letter = 'reminder', taken_on = opened where step is not null;
update delinquency set ended = case when step = 'cured' then 'cured' else 'left_out' end where closed is not null;
alter table delinquency drop version, drop notice;
create index delinquency_proposed on delinquency (proposed) where closed is null and proposed is not null;
create index delinquency_listed on delinquency (listed_on) where listed_on is not null;
create table service_order (
    id uuid primary key,
    case_id uuid not null,
    account_id uuid not null,
    kind varchar not null,
    service_point_id uuid not null,
    service varchar not null,
    asked_on date not null,
    payments_through integer not null,
    state varchar not null,
    undoes uuid,
    completed_at timestamptz
);
create index ix_service_order_case_id on service_order (case_id);
create index service_order_open on service_order (account_id) where state in ('requested', 'withdrawn');
create table shutoff_list (
    day date not null,
    account_id uuid not null,
    case_id uuid not null,
    state varchar not null,
    amount numeric(14, 2) not null,
    why varchar not null default '',
    primary key (day, account_id)
);
create table shutoff_stop (
    id uuid primary key,
    name varchar not null,
    first date not null,
    last date not null,
    why varchar not null,
    set_by varchar not null,
    lifted date
);
alter table hold add items jsonb;
create table arrangement (
    id uuid primary key,
    account_id uuid not null,
    made_on date not null,
    made_by varchar not null,
    why varchar not null,
    installments jsonb not null,
    covers jsonb not null,
    from_seq integer not null,
    state varchar not null,
    since date not null
);
create index ix_arrangement_account_id on arrangement (account_id);
create unique index arrangement_one_kept on arrangement (account_id) where state = 'kept';
create table history (
    id bigint generated always as identity primary key,
    account_id uuid not null,
    case_id uuid not null,
    day date not null,
    at timestamptz not null default now(),
    what varchar not null,
    why varchar not null,
    actor varchar not null
);
create index ix_history_account_id on history (account_id);
"""


def upgrade() -> None:
    """Existing cases keep their step: proposed reminders stay proposed."""
    op.execute(TABLES)
