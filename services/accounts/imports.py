"""How the import files of accounts are kept. Who is affected is announced afterwards, in chunks."""

from uuid import UUID

from chassis.database import Transaction
from chassis.imports import BadRow, ImportFile, Kept, Row
from chassis.town import town_key
from services.accounts import announce, store
from services.accounts.conversion import (
    AccountRow,
    AgreementRow,
    PersonRow,
    PremiseRow,
    account_values,
    agreement_values,
    person_values,
    premise_values,
)

Values = dict[str, object]


async def keep_premises(tx: Transaction, rows: list[Row[PremiseRow]]) -> Kept:
    """Premises, and news of the accounts there."""
    town = await town_key(tx)
    values, repeated = _once([(row.line, premise_values(town, row.value)) for row in rows])
    await store.keep_premises(tx, values)
    await announce.announce_later(tx, await store.accounts_of(tx, premises=_ids(values)))
    return Kept(len(values), 0, repeated)


async def keep_people(tx: Transaction, rows: list[Row[PersonRow]]) -> Kept:
    """People, and news of the accounts they have a role on."""
    town = await town_key(tx)
    values, repeated = _once([(row.line, person_values(town, row.value)) for row in rows])
    await store.keep_people(tx, values)
    await announce.announce_later(tx, await store.accounts_of(tx, people=_ids(values)))
    return Kept(len(values), 0, repeated)


async def keep_accounts(tx: Transaction, rows: list[Row[AccountRow]]) -> Kept:
    """Accounts."""
    town = await town_key(tx)
    values, repeated = _once([(row.line, account_values(town, row.value)) for row in rows])
    await store.keep_accounts(tx, values)
    await announce.announce_later(tx, _ids(values))
    return Kept(len(values), 0, repeated)


async def keep_agreements(tx: Transaction, rows: list[Row[AgreementRow]]) -> Kept:
    """Agreements, whose accounts may come in a later file."""
    town = await town_key(tx)
    values, repeated = _once([(row.line, agreement_values(town, row.value)) for row in rows])
    await store.keep_agreements(tx, values)
    await announce.announce_later(tx, {one["account_id"] for one in values if isinstance(one["account_id"], UUID)})
    return Kept(len(values), 0, repeated)


def _once(rows: list[tuple[int, Values]]) -> tuple[list[Values], list[BadRow]]:
    """Rows with different keys; a key that stands twice in a file refuses its second row."""
    first: dict[object, tuple[int, Values]] = {}
    repeated = []
    for line, values in rows:
        if values["id"] in first:
            repeated.append(BadRow(line=line, reason=f"The same key stands on line {first[values['id']][0]}."))
        else:
            first[values["id"]] = (line, values)
    return [values for _, values in first.values()], repeated


def _ids(values: list[Values]) -> set[UUID]:
    return {one["id"] for one in values if isinstance(one["id"], UUID)}


FILES = (
    ImportFile("premises", PremiseRow, keep_premises),
    ImportFile("people", PersonRow, keep_people),
    ImportFile("accounts", AccountRow, keep_accounts),
    ImportFile("agreements", AgreementRow, keep_agreements),
)
