"""The routes of the ledger."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response

from chassis import days
from chassis.auth import allow
from chassis.imports import import_routes
from chassis.refusal import Refused, not_found
from chassis.web import Tx
from contracts.billing import BalanceChanged
from services.billing.customers import store as customers
from services.billing.ledger import announce, reports, store
from services.billing.ledger.imports import FILES
from services.billing.ledger.shown import AccountLedger, JournalLine, Receivables, TrialBalance, Verdict
from services.billing.ledger.verify import verify

router = APIRouter(tags=["ledger"])
OFFICE = ("clerk", "specialist", "coordinator", "cashier", "auditor", "service")
BOOKS = ("specialist", "coordinator", "auditor", "it", "service")


@router.get("/accounts/{number}/balance", dependencies=[allow(*OFFICE)])
async def show_balance(tx: Tx, number: str) -> BalanceChanged:
    """What an account owes on the business day."""
    account_id = await _account(tx, number)
    (book,) = (await store.load_books(tx, [account_id])).values()
    return announce.balance(book, await days.today(tx))


@router.get("/accounts/{number}/ledger", dependencies=[allow(*OFFICE)])
async def show_account(tx: Tx, number: str) -> AccountLedger:
    """An account's items, movements and allocations."""
    return await reports.account_ledger(tx, await _account(tx, number))


@router.get("/ledger/trial-balance", dependencies=[allow(*BOOKS)])
async def show_trial_balance(tx: Tx, as_of: date | None = None) -> TrialBalance:
    """All that was posted, up to a day, by fund and account."""
    return await reports.trial_balance(tx, as_of)


@router.get("/ledger/verify", dependencies=[allow(*BOOKS)])
async def verify_ledger(tx: Tx) -> Verdict:
    """Whether the books agree: `ok`, and a sentence for each law that is broken."""
    return await verify(tx)


@router.get("/ledger/journal", dependencies=[allow(*BOOKS)], response_model=list[JournalLine])
async def show_journal(
    tx: Tx,
    first: Annotated[date, Query(alias="from")],
    last: Annotated[date, Query(alias="to")],
    format: Literal["json", "csv"] = "json",
) -> list[JournalLine] | Response:
    """What each day posted to each account of the general ledger, for the town's finance software."""
    if last < first:
        raise Refused(f"The span ends ({last}) before it begins ({first}). Turn `from` and `to` around.", 422)
    lines = await reports.journal(tx, first, last)
    if format == "csv":
        return Response(reports.journal_csv(lines), media_type="text/csv; charset=utf-8")
    return lines


@router.get("/receivables", dependencies=[allow(*BOOKS)])
async def show_receivables(tx: Tx) -> Receivables:
    """What customers owe on the business day, by service and age."""
    return await reports.receivables(tx, await days.today(tx))


async def _account(tx: Tx, number: str) -> UUID:
    account_id = await customers.id_of(tx, number)
    if account_id is None:
        raise not_found("account", number)
    return account_id


ROUTERS = (router, import_routes(FILES, "coordinator", "it", "service"))
