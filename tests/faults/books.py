"""What a town has in its books once all is settled, in a form in which two towns can be compared.

A section is one question to one service's database; its answer is kept as a multiset of rows. Left out are only
what may differ between two honest runs: ids drawn from the clock, times of the clock, versions (which count how often
something was said) and places in Kafka.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import psycopg
from sqlalchemy import make_url

Row = tuple[str, ...]


@dataclass(frozen=True)
class Section:
    """A part of the books: what it is called, whose it is, and the question that answers its rows."""

    name: str
    service: str
    query: str


@dataclass(frozen=True)
class Books:
    """Sections by name, each a multiset of rows."""

    sections: Mapping[str, Counter[Row]]

    @property
    def rows(self) -> int:
        """How many rows there are in all."""
        return sum(count.total() for count in self.sections.values())


@dataclass
class Findings:
    """What was compared, and what was wrong, a sentence each."""

    compared: int = 0
    wrong: list[str] = field(default_factory=list)

    def check(self, holds: bool, sentence: str) -> None:
        """Something that must be so."""
        self.compared += 1
        if not holds:
            self.wrong.append(sentence)

    def equal(self, name: str, expected: Counter[Row], found: Counter[Row]) -> None:
        """Two multisets that must be the same."""
        self.compared += expected.total()
        self.wrong += [f"{name}: missing {_told(row, count)}" for row, count in sorted((expected - found).items())]
        self.wrong += [f"{name}: too much {_told(row, count)}" for row, count in sorted((found - expected).items())]

    def same_books(self, expected: Books, found: Books) -> None:
        """Every section of the expected books, and none besides."""
        for name in expected.sections.keys() | found.sections.keys():
            self.equal(name, expected.sections.get(name, Counter()), found.sections.get(name, Counter()))


def _told(row: Row, count: int) -> str:
    return f"{count} x ({', '.join(cell if len(cell) < 400 else cell[:400] + '...' for cell in row)})"


def read_books(databases: Mapping[str, str], sections: Collection[Section]) -> Books:
    """Ask each section's database; `databases` are SQLAlchemy addresses by service."""
    return Books({one.name: rows(databases[one.service], one.query) for one in sections})


def rows(database: str, query: str) -> Counter[Row]:
    """The rows of one question, every cell as text."""
    address = make_url(database).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address) as connection:
        return Counter(tuple(map(str, row)) for row in connection.execute(query.encode()))


_PLACE = r"(\m[\w.-]+/[0-9]+/[0-9]+)"
"""Topic, partition and offset, where a sentence names a message by them."""


def _without_place(column: str) -> str:
    return f"regexp_replace({column}, '{_PLACE}', 'at its place')"


BILLS = Section(
    "bills",
    "billing",
    "select number, account_number, kind, bill_date, due_date, period_start, period_end, through, current_charges,"
    " amount_due, charges, inputs, document, pack_hash, cancelled_on from bill",
)
CHARGES = Section(
    "charges",
    "billing",
    "select number, account_number, kind, period_start, period_end, current_charges, charges, inputs,"
    " document::jsonb -> 'lines' from bill where cancelled_on is null",
)
OWED = Section(
    "owed",
    "billing",
    "select number, payments_through, last_amount_due - payments_since + adjustments_since from account",
)
LEDGER = (
    Section(
        "transfers",
        "billing",
        "select account_id, item_id, debit, credit, fund, service, amount, effective_date, fiscal_period, source_kind,"
        " source_id, business_date from transfer",
    ),
    Section(
        "open items",
        "billing",
        "select item_id, account_id, bill_id, service, kind, fund, receivable, billed_date, due_date, amount,"
        " remaining, reversed from open_item",
    ),
    Section(
        "credits", "billing", "select source_id, fund, source_kind, account_id, code, since, remaining from credit"
    ),
    Section(
        "allocations",
        "billing",
        "select account_id, source_kind, source_id, item_id, amount, business_date from allocation",
    ),
    Section("payments posted", "billing", "select * from payment"),
    Section("deposits", "billing", "select * from deposit"),
    Section("bills posted", "billing", "select * from bill_posting"),
    Section(
        "statements",
        "billing",
        "select number, payments_through, last_amount_due, payments_since, adjustments_since, last_bill_id"
        " from account",
    ),
)
BILLING = (
    BILLS,
    *LEDGER,
    Section(
        "runs",
        "billing",
        "select r.state, b.cycle, b.period_start, b.period_end, b.attempt, b.bill_date, b.due_date, b.approved_by,"
        " b.business_date, b.certificate from billing_run b join run r using (id)",
    ),
    Section(
        "run accounts",
        "billing",
        "select run_id, account_id, ordinal, services, state, hold_code, hold_reason, total, exceptions"
        " from run_account",
    ),
    Section(
        "usage", "billing", "select read_id, service_point_id, read_on, quantity, unit, kind, billed_on from usage"
    ),
)
TENDERS = Section(
    "tenders",
    "payments",
    "select payment_id, source, source_key, account_number, account_id, payment_seq, state, amount, channel, tender,"
    " purpose, payer, effective_date, posting_date, batch_id from tender",
)
TOLD_VENDORS = Section(
    "what vendors were told",
    "payments",
    f"select distinct vendor, vendor_payment_id, outcome, {_without_place('reason')}, payment_id, amount, business_date"
    " from intake_outcome",
)
PAYMENTS = (
    TENDERS,
    TOLD_VENDORS,
    Section("batches", "payments", "select name, cashier, posting_date, tenders, amount from batch"),
)
BALANCES_KNOWN = (
    Section(
        "balances that payments knows",
        "payments",
        "select account_id, owed, due_now, past_due, credit, next_due_date, payments_through, as_of from balance",
    ),
    Section(
        "balances that collections knows",
        "collections",
        "select account_id, past_due, oldest_due, items, payments_through, as_of from balance",
    ),
    Section(
        "balances that accounts knows",
        "accounts",
        "select account_id, owed, past_due, credit, next_due_date, as_of from balance",
    ),
)
CASES = (
    Section(
        "cases",
        "collections",
        "select id, account_id, step, opened, opened_through, letter, taken_on, deadline, amount, proposed,"
        " proposed_on, shutoff_notice, listed_on, off_since, off_amount, free, charged, restore_charged, after_hours,"
        " returned, closed, ended from delinquency",
    ),
    Section(
        "payments that collections knows", "collections", "select payment_id, account_id, payment_seq from payment"
    ),
    Section("steps that accounts knows", "accounts", "select account_id, step, holds, as_of from collection_status"),
)
NOTICES = Section(
    "notices",
    "notifications",
    "select notice_id, kind, about, account_id, channel, state, business_date, message_id, reason, sent_date,"
    " person_id, role, is_copy, instead_of, ended_on, file from notice",
)
TELLING = (
    NOTICES,
    Section(
        "mailing files", "notifications", "select name, kind, notices, pages, amount_due, mailed_on from mailing_file"
    ),
)
READS = (
    Section(
        "reads",
        "metering",
        "select id, service_point_id, route, state, previous_on, previous_value, usual, value, read_on, kind, code,"
        " leak, findings, quantity, decided_by, why, replaces, posted_on from read",
    ),
    Section("last reads", "metering", "select service_point_id, read_id, read_on, value, kind, carried from last_read"),
    Section("usage history", "metering", "select * from usage_history"),
    Section(
        "occupants",
        "metering",
        "select agreement_id, service_point_id, account_id, number, start, until, status from occupant",
    ),
)
CUSTOMERS = (
    Section("agreements that billing knows", "billing", "select * from agreement"),
    Section("accounts that payments knows", "payments", "select id, number, status, last_seq from account"),
    Section("contacts", "notifications", "select account_id, number, ebill, contact - 'version' from contact"),
)
DAYS = tuple(
    Section(f"days of {service}", service, "select day from business_day")
    for service in ("accounts", "metering", "billing", "payments", "collections", "notifications")
)
DEAD_LETTERS = tuple(
    Section(
        f"dead letters of {service}",
        service,
        f"select distinct substring(topic from '[A-Z].*'), convert_from(value, 'UTF8'), {_without_place('reason')}"
        " from dead_letter",
    )
    for service in ("accounts", "metering", "billing", "payments", "collections", "notifications")
)
OF_THE_MONTH = (
    *BILLING, *PAYMENTS, *BALANCES_KNOWN, *CASES, *TELLING, *READS, *CUSTOMERS, *DAYS, *DEAD_LETTERS,
)  # fmt: skip

GAPS = {
    "payments": "select account_number, count(*), min(payment_seq), max(payment_seq) from tender where state = 'posted'"
    " group by 1 having min(payment_seq) <> 1 or max(payment_seq) <> count(*)"
    " or count(distinct payment_seq) <> count(*)",
    "billing": "select account_id, count(*), min(payment_seq), max(payment_seq) from payment group by 1"
    " having min(payment_seq) <> 1 or max(payment_seq) <> count(*) or count(distinct payment_seq) <> count(*)",
}
"""Accounts whose payments are not numbered 1, 2, 3 without a gap."""
