"""What the office asks of accounts."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, PlainSerializer, StringConstraints

from chassis.auth import allow
from chassis.imports import import_routes
from chassis.web import Tx
from services.accounts import announce, imports, store
from services.accounts.conversion import Email
from services.accounts.moves import api as moves
from services.accounts.tables import Account, Agreement

router = APIRouter(tags=["accounts"])
READERS = ("clerk", "specialist", "coordinator", "cashier", "auditor")
CLERKS = ("clerk", "specialist", "coordinator")
Amount = Annotated[Decimal, PlainSerializer(str, return_type=str)]


class AgreementShown(BaseModel):
    """A service of an account; `end` is the first day not served."""

    service: str
    start: date
    end: date | None
    status: str
    attributes: dict[str, str]


class AccountShown(BaseModel):
    """An account as a clerk sees it. Balance and step are what billing and collections last said."""

    id: UUID
    number: str
    cycle: str | None
    opened: date | None
    closed: date | None
    ebill: bool
    autopay: bool
    level_pay: bool
    agreements: list[AgreementShown]
    owed: Amount | None = None
    past_due: Amount | None = None
    balance_as_of: date | None = None
    collection_step: str | None = None
    deposit_terms: dict[str, str] | None = None
    confirmed_on: date | None = None
    confirmed_by: str | None = None


class Enrollment(BaseModel):
    """Which programs an account takes part in; what is left out stays. `why` is kept for the auditor."""

    ebill: bool | None = None
    autopay: bool | None = None
    level_pay: bool | None = None
    why: Annotated[str, StringConstraints(min_length=3)]


class ContactChange(BaseModel):
    """New ways to reach the responsible person; what is left out stays. `why` is kept for the auditor."""

    email: Email = None
    phone: str | None = None
    language: Literal["en", "es"] | None = None
    why: Annotated[str, StringConstraints(min_length=3)]


@router.get("/accounts/new", dependencies=[allow(*READERS)])
async def new_accounts(tx: Tx, since: date, unconfirmed: bool = False) -> list[AccountShown]:
    """Every account opened since a day, or those not confirmed yet, with services and rates to confirm or correct."""
    accounts = [one for one in await store.opened_since(tx, since) if not (unconfirmed and one.confirmed_on)]
    agreements = await store.agreements_of(tx, {one.id for one in accounts})
    return [_shown(one, agreements.get(one.id, [])) for one in accounts]


@router.get("/accounts/incomplete", dependencies=[allow(*READERS, "it")])
async def incomplete_accounts(tx: Tx) -> list[dict[str, Any]]:
    """Accounts nobody can be told of yet, with what they lack."""
    return await store.incomplete(tx)


@router.get("/accounts/{number}", dependencies=[allow(*READERS)])
async def show_account(tx: Tx, number: str) -> AccountShown:
    """One account; looking at it is noted."""
    account = await store.find(tx, number)
    agreements = await store.agreements_of(tx, {account.id})
    balance, status = await store.standing(tx, account.id)
    tx.audit("look", f"account {number}", "shown to the caller")
    shown = _shown(account, agreements.get(account.id, []))
    if balance:
        shown.owed, shown.past_due, shown.balance_as_of = balance.owed, balance.past_due, balance.as_of
    shown.collection_step = status.step if status else None
    return shown


@router.patch("/accounts/{number}/enrollment", dependencies=[allow(*CLERKS)])
async def change_enrollment(tx: Tx, number: str, change: Enrollment) -> AccountShown:
    """Put an account into, or take it out of, e-bill, autopay and level pay."""
    account = await store.find(tx, number)
    before = account.model_dump(include={"ebill", "autopay", "level_pay"})
    for name, value in change.model_dump(exclude={"why"}, exclude_none=True).items():
        setattr(account, name, value)
    tx.audit("enroll", f"account {number}", change.why, before, account.model_dump(include=set(before)))
    await tx.session.flush()
    await announce.announce(tx, {account.id})
    return await show_account(tx, number)


@router.patch("/accounts/{number}/contact", dependencies=[allow(*CLERKS)])
async def change_contact(tx: Tx, number: str, change: ContactChange) -> AccountShown:
    """Change how the responsible person of an account is reached; every account of that person is told of."""
    account = await store.find(tx, number)
    person = await store.responsible_person(tx, account)
    values = change.model_dump(exclude={"why"}, exclude_none=True)
    before = person.model_dump(include=set(values))
    for name, value in values.items():
        setattr(person, name, value)
    tx.audit("contact", f"account {number}", change.why, before, values)
    await tx.session.flush()
    await announce.announce(tx, await store.accounts_of(tx, people=[person.id]))
    return await show_account(tx, number)


_OF_THE_ACCOUNT = {
    *("id", "number", "cycle", "opened", "closed", "ebill", "autopay", "level_pay"),
    *("deposit_terms", "confirmed_on", "confirmed_by"),
}


def _shown(account: Account, agreements: list[Agreement]) -> AccountShown:
    return AccountShown(
        **account.model_dump(include=_OF_THE_ACCOUNT),
        agreements=[
            AgreementShown(
                service=one.service,
                start=one.start_date,
                end=one.end_date,
                status=one.status,
                attributes=one.attributes,
            )
            for one in agreements
        ],
    )


ROUTERS = (router, moves.router, import_routes(imports.FILES, "coordinator", "it"))
