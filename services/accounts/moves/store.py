"""Every query about moves."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select

from chassis.bulk import Arrivals, Row, among, insert_new, lock
from chassis.database import Transaction
from chassis.refusal import not_found
from services.accounts.moves.rules import AWAITED, OPEN, READ, Span
from services.accounts.moves.tables import Move, MoveRead, OrderOutcome
from services.accounts.tables import Account, Agreement, Balance, Person, Premise


async def find(tx: Transaction, move_id: UUID) -> Move:
    """One move, locked; refuses one that isn't there."""
    found = await tx.session.get(Move, move_id, with_for_update=True)
    if found is None:
        raise not_found("move", move_id)
    return found


async def hold_request(tx: Transaction, request: str) -> None:
    """Let the same request that comes twice at once be made one after the other."""
    await tx.execute(text("select pg_advisory_xact_lock(hashtext(:request))"), {"request": f"move {request}"})


async def made(tx: Transaction, move_id: UUID) -> Move | None:
    """A move, if this request was made before."""
    return await tx.session.get(Move, move_id)


async def hold_premise(tx: Transaction, premise_id: UUID) -> Premise:
    """A premise, where nobody else moves until this transaction ends; refuses one that isn't there."""
    found = await tx.session.get(Premise, premise_id, with_for_update={"key_share": True})
    if found is None:
        raise not_found("premise", premise_id)
    return found


async def hold_numbers(tx: Transaction) -> None:
    """Let new accounts be numbered one after the other."""
    await tx.execute(text("select pg_advisory_xact_lock(hashtext('account numbers'))"))


async def next_number(tx: Transaction) -> str:
    """One more than the highest account number that is a number."""
    highest = await tx.execute(text("select max(number::numeric) from account where number ~ '^[0-9]{1,15}$'"))
    return str(int(highest.scalar_one() or 10000) + 1)


async def number_taken(tx: Transaction, number: str) -> bool:
    """Whether an account has this number."""
    return (await tx.session.exec(select(Account.id).where(Account.number == number))).first() is not None


async def lock_accounts(tx: Transaction, ids: Collection[UUID]) -> None:
    """Let no one else change these accounts until this transaction ends; one that is new is begun."""
    await lock(tx, Account, ids)


async def lock_known(tx: Transaction, ids: Collection[UUID]) -> None:
    """Lock the accounts among these that are known."""
    query = select(Account.id).where(among(col(Account.id), ids)).order_by(col(Account.id))
    await tx.session.exec(query.with_for_update(key_share=True))


async def account(tx: Transaction, account_id: UUID) -> Account:
    """An account that is locked, as it stands now."""
    await tx.session.flush()
    return await tx.session.get_one(Account, account_id, populate_existing=True)


async def accounts_at(tx: Transaction, premise_id: UUID) -> list[UUID]:
    """All accounts that are or were at a premise."""
    return list((await tx.session.exec(select(Account.id).where(Account.premise_id == premise_id))).all())


async def spans(tx: Transaction, account_ids: Collection[UUID]) -> list[Span]:
    """The services of these accounts, by start."""
    query = (
        select(Agreement, Account.number)
        .join(Account, col(Account.id) == col(Agreement.account_id))
        .where(among(col(Agreement.account_id), account_ids))
        .order_by(col(Agreement.start_date), col(Agreement.service))
    )
    return [_span(one, number or "") for one, number in await tx.session.exec(query)]


def _span(one: Agreement, number: str) -> Span:
    return Span(
        agreement_id=one.id,
        account_id=one.account_id,
        number=number,
        service=one.service,
        service_point_id=one.service_point_id,
        start=one.start_date,
        end=one.end_date,
        attributes=one.attributes,
        status=one.status,
    )


async def agreements(tx: Transaction, ids: Collection[UUID]) -> list[Agreement]:
    """Agreements by id."""
    return list((await tx.session.exec(select(Agreement).where(among(col(Agreement.id), ids)))).all())


async def agreements_at(tx: Transaction, account_id: UUID, service_point_id: UUID) -> list[Agreement]:
    """What an account has at a service point."""
    query = select(Agreement).where(Agreement.account_id == account_id, Agreement.service_point_id == service_point_id)
    return list((await tx.session.exec(query)).all())


async def last_account(tx: Transaction, premise_id: UUID) -> Account | None:
    """The account that was last opened at a premise, for its cycle and owner."""
    query = select(Account).where(Account.premise_id == premise_id, col(Account.number).is_not(None))
    return (await tx.session.exec(query.order_by(col(Account.opened).desc(), col(Account.id)).limit(1))).first()


async def person(tx: Transaction, person_id: UUID) -> Person:
    """A person; refuses one that isn't there."""
    found = await tx.session.get(Person, person_id)
    if found is None:
        raise not_found("person", person_id)
    return found


async def others_of(tx: Transaction, person_id: UUID | None, but: Collection[UUID]) -> list[tuple[Account, Balance]]:
    """What billing last said of the other accounts that a person answers for, if it said anything."""
    query = (
        select(Account, Balance)
        .join(Balance, col(Balance.account_id) == col(Account.id))
        .where(Account.responsible_id == person_id, col(Account.id).not_in(but))
        .order_by(col(Account.number))
    )
    return [(one, balance) for one, balance in await tx.session.exec(query)]


async def balances(tx: Transaction, account_ids: Collection[UUID]) -> dict[UUID, Balance]:
    """What billing last said of these accounts."""
    found = await tx.session.exec(select(Balance).where(among(col(Balance.account_id), account_ids)))
    return {one.account_id: one for one in found}


async def reads_of(tx: Transaction, move_ids: Collection[UUID]) -> dict[UUID, list[MoveRead]]:
    """The reads that moves wait or waited for, by move."""
    query = select(MoveRead).where(among(col(MoveRead.move_id), move_ids)).order_by(col(MoveRead.wanted_on))
    found: dict[UUID, list[MoveRead]] = {}
    for one in await tx.session.exec(query.order_by(col(MoveRead.service), col(MoveRead.order_id))):
        found.setdefault(one.move_id, []).append(one)
    return found


async def final_reads(tx: Transaction, points: Collection[UUID], on: date) -> dict[UUID, MoveRead]:
    """Final reads of these meters for this day that an earlier move asked for, and that were or may yet be read."""
    query = select(MoveRead).where(
        among(col(MoveRead.service_point_id), points),
        MoveRead.kind == "final_read",
        MoveRead.wanted_on == on,
        col(MoveRead.state).in_((AWAITED, READ)),
    )
    return {one.service_point_id: one for one in await tx.session.exec(query)}


async def reads_by_order(tx: Transaction, order_ids: Collection[UUID]) -> list[MoveRead]:
    """What waits for these orders, locked with its moves."""
    found = (await tx.session.exec(select(MoveRead).where(among(col(MoveRead.order_id), order_ids)))).all()
    moves = sorted({one.move_id for one in found})
    await tx.session.exec(select(Move).where(among(col(Move.id), moves)).order_by(col(Move.id)).with_for_update())
    return list(found)


async def moves(tx: Transaction, move_ids: Collection[UUID]) -> list[Move]:
    """Moves by id."""
    return list((await tx.session.exec(select(Move).where(among(col(Move.id), move_ids)))).all())


async def waiting(tx: Transaction) -> list[Move]:
    """Moves that wait for a read, oldest first."""
    query = select(Move).where(Move.state == OPEN).order_by(col(Move.made_on), col(Move.id))
    return list((await tx.session.exec(query.limit(1000))).all())


async def ended_on(tx: Transaction, day: date) -> list[Account]:
    """The accounts whose last day served was the one before this."""
    return list(
        (await tx.session.exec(select(Account).where(Account.closed == day).order_by(col(Account.number)))).all()
    )


async def of_account(tx: Transaction, account_id: UUID) -> list[Move]:
    """The moves of an account, newest first."""
    query = select(Move).where((col(Move.out_account) == account_id) | (col(Move.in_account) == account_id))
    return list((await tx.session.exec(query.order_by(col(Move.made_on).desc(), col(Move.id)))).all())


async def insert_outcomes(tx: Transaction, rows: Sequence[Row]) -> Arrivals:
    """Keep order outcomes that are new: each takes effect once."""
    return await insert_new(tx, OrderOutcome, rows, "order_id")


async def numbers(tx: Transaction, ids: Collection[UUID]) -> dict[UUID, str]:
    """Account numbers by id."""
    query = select(Account.id, Account.number).where(among(col(Account.id), ids))
    return {one: number for one, number in (await tx.session.exec(query)).all() if number}


async def closing(tx: Transaction, after: date | None, day: date) -> list[str]:
    """Accounts whose first day not served came after one day and has come now."""
    rows = await tx.execute(
        text("select id from account where closed <= :day and (cast(:after as date) is null or closed > :after)"),
        {"after": after, "day": day},
    )
    return sorted(str(one) for one in rows.scalars())


async def premises_like(tx: Transaction, words: str) -> list[dict[str, Any]]:
    """Premises by a part of their address, with who is or was last there and since or until when."""
    rows = await tx.execute(
        text(
            "select p.id as premise_id, p.line1, p.line2, p.city, a.number as account_number, a.opened, a.closed"
            " from premise p left join lateral (select number, opened, closed from account a where a.premise_id = p.id"
            " and number is not null order by opened desc limit 1) a on true"
            " where p.line1 || ' ' || p.line2 ilike :words order by p.line1, p.line2 limit 50"
        ),
        {"words": f"%{words}%"},
    )
    return [dict(row) for row in rows.mappings()]


async def vacant_premises(tx: Transaction, day: date) -> list[dict[str, Any]]:
    """Premises where an account ended and nobody is served on a day or later, the longest vacancy first."""
    rows = await tx.execute(
        text(
            "select p.id as premise_id, p.line1, p.line2, p.city, a.number as last_account, a.closed as since"
            " from premise p join lateral (select number, closed from account a where a.premise_id = p.id"
            " and closed > opened order by closed desc limit 1) a on true"
            " where a.closed <= :day and not exists (select 1 from account b where b.premise_id = p.id"
            " and b.number is not null and (b.closed is null or b.closed > :day)) order by a.closed, p.line1 limit 1000"
        ),
        {"day": day},
    )
    return [dict(row) for row in rows.mappings()]


async def people_like(tx: Transaction, words: str) -> list[dict[str, Any]]:
    """People by a part of their name, with the accounts they answer for."""
    rows = await tx.execute(
        text(
            "select p.id as person_id, p.name, p.phone, coalesce(array_agg(a.number order by a.number)"
            " filter (where a.number is not null), '{}') as accounts from person p"
            " left join account a on a.responsible_id = p.id where p.name ilike :words"
            " group by p.id, p.name, p.phone order by p.name limit 50"
        ),
        {"words": f"%{words}%"},
    )
    return [dict(row) for row in rows.mappings()]
