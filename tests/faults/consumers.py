"""What each consumer is told again, and which of its books must then be the same."""

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI

from chassis.settings import Settings
from contracts.topics import ACCOUNT_CHANGED, BUSINESS_DAY_DONE, BUSINESS_DAY_STARTED, PAYMENT_RECEIVED, READ_POSTED
from services.accounts import app as accounts
from services.billing import app as billing
from services.collections import app as collections
from services.metering import app as metering
from services.notifications import app as notifications
from services.notifications.settings import NotificationsSettings
from services.payments import app as payments
from services.payments.settings import PaymentsSettings
from tests.faults.books import (
    BALANCES_KNOWN,
    BILLING,
    CASES,
    CHARGES,
    CUSTOMERS,
    OWED,
    READS,
    Books,
    Findings,
    Section,
    read_books,
)
from tests.faults.month import MAILED, PAID, READ_AND_BILLED, VENDOR, Script, apply_pack, begin_day, bill, import_into
from tests.faults.replay import Copy, Elsewhere, Records, read_by

WEBHOOK_SECRETS = {VENDOR: "whsec_" + "A" * 43 + "="}

# What of a consumer's books follows from messages alone: not what people decided there, nor in which state mail is.
TOLD_PAYMENTS = Section(
    "tenders from the vendor's topic",
    "payments",
    "select payment_id, source, source_key, account_number, account_id, state, amount, channel, tender, purpose, payer,"
    " effective_date from tender where source like 'vendor:%' and substr(source_key, 9, 2) <> '90'",
)
TOLD_NOTICES = Section(
    "notices to be sent", "notifications", "select notice_id, kind, about, account_id, channel from notice"
)
KNOWN_ACCOUNTS = Section("accounts that payments knows", "payments", "select id, number, status from account")


def told_again(
    elsewhere: Elsewhere, script: Script, records: Records, books: Callable[[tuple[Section, ...]], Books]
) -> Findings:
    """Tell every consumer everything again; `books` answers sections of the town that the messages come from."""
    findings = Findings()
    for again in (_billing, _billing_paid_before, _payments, _notifications, _collections, _accounts, _metering):
        again(elsewhere, script, records, books, findings)
    return findings


Known = Callable[[tuple[Section, ...]], Books]


def _compare(copy: Copy, sections: tuple[Section, ...], known: Known, findings: Findings) -> None:
    found = read_books({copy.service: copy.database}, sections)
    findings.same_books(known(sections), found)
    said = copy.office.get(copy.service, "/settled")
    findings.check(not said["waiting_facts"], f"{copy.prefix} left {said['waiting_facts']} facts waiting.")


def _of(service: str, sections: tuple[Section, ...]) -> tuple[Section, ...]:
    return tuple(one for one in sections if one.service == service)


def _billing(elsewhere: Elsewhere, script: Script, records: Records, known: Known, findings: Findings) -> None:
    """Reads and accounts in any order, then the bills, then payments in any order: the same books to the letter."""
    with elsewhere.copy("billing", lambda given: billing.build(Settings(**given))) as copy:
        _begin(copy, script)
        copy.told({one.name: records[one.name] for one in (ACCOUNT_CHANGED, READ_POSTED)})
        bill(copy.office, [which for which, _ in script.rounds])
        copy.told({BUSINESS_DAY_DONE.name: records[BUSINESS_DAY_DONE.name]})
        begin_day(copy.office, PAID)
        copy.told({PAYMENT_RECEIVED.name: records[PAYMENT_RECEIVED.name]})
        begin_day(copy.office, MAILED)
        copy.office.settle(["billing"])
        _compare(copy, BILLING, known, findings)


def _billing_paid_before(
    elsewhere: Elsewhere, script: Script, records: Records, known: Known, findings: Findings
) -> None:
    """Payments that come before anything else: the same charges, and the same is owed in the end."""
    with elsewhere.copy("billing", lambda given: billing.build(Settings(**given)), "billing-late") as copy:
        _begin(copy, script)
        copy.told(read_by("billing", records))
        bill(copy.office, [which for which, _ in script.rounds])
        copy.office.settle(["billing"])
        _compare(copy, (CHARGES, OWED), known, findings)


def _begin(copy: Copy, script: Script) -> None:
    apply_pack(copy.office, copy.service)
    begin_day(copy.office, READ_AND_BILLED)
    import_into(copy.office, script, copy.service)


def _payments(elsewhere: Elsewhere, script: Script, records: Records, known: Known, findings: Findings) -> None:
    def build(given: dict[str, Any]) -> FastAPI:
        return payments.build(PaymentsSettings(**given, webhook_secrets=WEBHOOK_SECRETS))

    with elsewhere.copy("payments", build) as copy:
        apply_pack(copy.office, copy.service)
        copy.told({BUSINESS_DAY_STARTED.name: records[BUSINESS_DAY_STARTED.name]})
        copy.told(read_by("payments", records, but=[BUSINESS_DAY_STARTED]))
        _compare(copy, (TOLD_PAYMENTS, KNOWN_ACCOUNTS, *_of("payments", BALANCES_KNOWN)), known, findings)


def _notifications(elsewhere: Elsewhere, script: Script, records: Records, known: Known, findings: Findings) -> None:
    def build(given: dict[str, Any]) -> FastAPI:
        return notifications.build(NotificationsSettings(**given, smtp_host="127.0.0.1", smtp_port=elsewhere.smtp_port))

    with elsewhere.copy("notifications", build) as copy:
        apply_pack(copy.office, copy.service)
        copy.told(read_by("notifications", records))
        _compare(copy, (TOLD_NOTICES, *_of("notifications", CUSTOMERS)), known, findings)


def _collections(elsewhere: Elsewhere, script: Script, records: Records, known: Known, findings: Findings) -> None:
    with elsewhere.copy("collections", lambda given: collections.build(Settings(**given))) as copy:
        apply_pack(copy.office, copy.service)
        copy.told(read_by("collections", records))
        sections = (*_of("collections", BALANCES_KNOWN), *(one for one in CASES if one.name.startswith("payments")))
        _compare(copy, sections, known, findings)


def _accounts(elsewhere: Elsewhere, script: Script, records: Records, known: Known, findings: Findings) -> None:
    with elsewhere.copy("accounts", lambda given: accounts.build(Settings(**given))) as copy:
        copy.told(read_by("accounts", records))
        _compare(copy, (*_of("accounts", BALANCES_KNOWN), *_of("accounts", CASES)), known, findings)


def _metering(elsewhere: Elsewhere, script: Script, records: Records, known: Known, findings: Findings) -> None:
    with elsewhere.copy("metering", lambda given: metering.build(Settings(**given))) as copy:
        copy.told(read_by("metering", records))
        _compare(copy, tuple(one for one in READS if one.name == "occupants"), known, findings)
