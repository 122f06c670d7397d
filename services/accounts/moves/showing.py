"""Moves as the office sees them, with what a clerk should know besides."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from chassis.database import Transaction
from services.accounts import store as accounts
from services.accounts.moves import store
from services.accounts.moves.shapes import FinalAccount, MoveShown, OtherAccount, ReadShown
from services.accounts.moves.tables import Move, MoveRead
from services.accounts.tables import Account, Balance


async def shown(tx: Transaction, moves: Collection[Move]) -> list[MoveShown]:
    """Moves with their account numbers and reads."""
    await tx.session.flush()
    reads = await store.reads_of(tx, {one.id for one in moves})
    numbers = await store.numbers(tx, {one for move in moves for one in (move.out_account, move.in_account) if one})
    return [_shown(one, numbers, reads.get(one.id, [])) for one in moves]


def _shown(move: Move, numbers: dict[UUID, str], reads: Collection[MoveRead]) -> MoveShown:
    kept = move.model_dump(include={"request", "kind", "state", "ends", "starts", "made_on"})
    return MoveShown(
        **kept,
        move_id=move.id,
        out_account=numbers.get(move.out_account) if move.out_account else None,
        in_account=numbers.get(move.in_account) if move.in_account else None,
        reads=[_read(one) for one in reads],
    )


def _read(one: MoveRead) -> ReadShown:
    return ReadShown.model_validate(one.model_dump(include=set(ReadShown.model_fields)))


async def warnings(tx: Transaction, move: Move) -> list[str]:
    """What the customers of a move owe here and elsewhere: said to the clerk, and no reason to refuse."""
    told = []
    balances = await store.balances(tx, {one for one in (move.out_account,) if one})
    for account_id in (move.out_account, move.in_account):
        if account_id is None:
            continue
        account = await store.account(tx, account_id)
        balance = balances.get(account_id)
        if balance and balance.owed > 0:
            told.append(f"Account {account.number} owes {balance.owed} before its final bill.")
        for other in [one for one in await others(tx, account, move) if one.owed > 0]:
            told.append(
                f"Account {other.account_number} of the same customer owes {other.owed} (past due {other.past_due})."
            )
    return list(dict.fromkeys(told))


async def others(tx: Transaction, account: Account, move: Move | None = None) -> list[OtherAccount]:
    """A customer's other accounts, by billing's last word."""
    but = {account.id} | ({one for one in (move.out_account, move.in_account) if one} if move else set())
    return [
        OtherAccount(account_number=one.number or "", owed=balance.owed, past_due=balance.past_due)
        for one, balance in await store.others_of(tx, account.responsible_id, but)
    ]


async def finals(tx: Transaction, day: date) -> list[FinalAccount]:
    """The accounts that ended with a day, each with its customer's other accounts."""
    ended = await store.ended_on(tx, day)
    balances = await store.balances(tx, {one.id for one in ended})
    return [await _final(tx, one, balances.get(one.id)) for one in ended]


async def _final(tx: Transaction, account: Account, balance: Balance | None) -> FinalAccount:
    moves = [one for one in await store.of_account(tx, account.id) if one.out_account == account.id]
    reads = (await store.reads_of(tx, {one.id for one in moves[:1]})).values()
    person = await accounts.responsible_person(tx, account) if account.responsible_id else None
    return FinalAccount(
        account_number=account.number or "",
        closed=account.closed or date.max,
        name=person.name if person else None,
        owed=balance.owed if balance else None,
        credit=balance.credit if balance else None,
        reads=[_read(one) for rows in reads for one in rows],
        other_accounts=await others(tx, account),
    )
