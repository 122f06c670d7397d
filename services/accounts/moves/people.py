"""The customer of a move: known or new, and where their mail goes afterwards."""

from typing import Any

from chassis.database import Transaction
from chassis.town import Town
from contracts.ids import derived_id
from services.accounts import store as accounts
from services.accounts.moves import store
from services.accounts.moves.asking import id_of
from services.accounts.moves.shapes import Address, NewPerson, Who
from services.accounts.policy import AccountsPolicy
from services.accounts.tables import Account, Person, Premise

MAILING = ("line1", "line2", "city", "state", "zip_code")


async def customer(tx: Transaction, town: Town[AccountsPolicy], who: Who, request: str, premise: Premise) -> Person:
    """Who comes: found, or entered as someone new."""
    if who.account:
        return await accounts.responsible_person(tx, await accounts.find(tx, who.account))
    if who.person:
        return await store.person(tx, id_of(town, "person", who.person))
    assert who.new is not None, "someone comes"
    person = _person(who.new, request, premise)
    tx.session.add(person)
    return person


def _person(new: NewPerson, request: str, premise: Premise) -> Person:
    return Person(
        id=derived_id("person", request),
        name=new.name,
        email=new.email,
        phone=new.phone,
        language=new.language,
        **(_address(new.address) if new.address else _mailing(premise)),
    )


async def forward(
    tx: Transaction, account: Account, forwarding: Address | None, new_home: Premise | None
) -> dict[str, Any] | None:
    """Send a customer's mail after them; answers where it went before, if that changed.

    In a transfer, mail that went to the old home goes to the new one; mail that goes elsewhere stays as it is.
    """
    if account.responsible_id is None:
        return None
    person = await store.person(tx, account.responsible_id)
    before = _mailing(person)
    new = _address(forwarding) if forwarding else None
    if new_home and account.premise_id and before == _mailing(await store.hold_premise(tx, account.premise_id)):
        new = _mailing(new_home)
    if new is None or new == before:
        return None
    set_mailing(person, new)
    return before


def set_mailing(person: Person, mailing: dict[str, Any]) -> None:
    """Where a person's mail goes from now on."""
    for name, value in mailing.items():
        setattr(person, name, value)


def _mailing(place: Person | Premise) -> dict[str, Any]:
    return {name: getattr(place, name) for name in MAILING}


def _address(given: Address) -> dict[str, Any]:
    return {
        "line1": given.line1,
        "line2": given.line2,
        "city": given.city,
        "state": given.state,
        "zip_code": given.zip,
    }
