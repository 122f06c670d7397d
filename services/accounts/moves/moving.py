"""A move in one step: spans end and begin, the account closes or opens, reads are asked for, the others are told."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from typing import Any
from uuid import UUID

from chassis.database import Transaction
from chassis.days import today
from chassis.refusal import Refused
from chassis.town import Town
from contracts.ids import derived_id, thing_id
from services.accounts import announce
from services.accounts import store as accounts
from services.accounts.moves import asking, rules, store
from services.accounts.moves.asking import id_of
from services.accounts.moves.people import customer, forward
from services.accounts.moves.rules import DAY, OPEN, Service, Span
from services.accounts.moves.shapes import MoveGiven, MoveIn, MoveOut, ServiceGiven
from services.accounts.moves.tables import Move, MoveRead
from services.accounts.policy import TOWN, AccountsPolicy
from services.accounts.tables import Account, Agreement, Premise


@dataclass(frozen=True)
class Leaving:
    """Who leaves, with all they had, and the first day they are not served."""

    account: Account
    spans: Sequence[Span]
    ends: date


@dataclass(frozen=True)
class Coming:
    """Who comes, to what, and the first day they are served."""

    account: Account
    premise: Premise
    services: Sequence[Service]
    starts: date
    before: Sequence[Span]
    """What others have or had there."""


@dataclass(frozen=True)
class Made:
    """A move as recorded; `repeated` when the same request was made before and nothing changed."""

    move: Move
    repeated: bool = False


async def make(tx: Transaction, given: MoveGiven, *, coordinator: bool) -> Made:
    """Do a move, all of it or nothing; refuses what can't be with a sentence."""
    await store.hold_request(tx, given.request)
    before = await store.made(tx, derived_id("move", given.request))
    content = blake2b(given.model_dump_json().encode(), digest_size=16).digest()
    if before and before.content_hash != content:
        raise Refused(f"Request {given.request} was another move before. Give this one a name of its own.")
    if before:
        return Made(before, repeated=True)
    town, day = await TOWN.in_force(tx), await today(tx)
    leaving, coming = await _parties(tx, town, given)
    _check_days(town, leaving, coming, day, coordinator=coordinator)
    move = _begin(tx, given, leaving, coming, content, day)
    told = await _leave(tx, move, leaving, given.leaving, coming) if leaving else set()
    told |= _come(tx, move, coming) if coming else set()
    rows = await _ask(tx, town, move, given, leaving, coming)
    asking.settle(move, rows)
    await tx.session.flush()
    await announce.announce(tx, told)
    return Made(move)


async def _parties(
    tx: Transaction, town: Town[AccountsPolicy], given: MoveGiven
) -> tuple[Leaving | None, Coming | None]:
    """Both parties, locked: premises first, then accounts, each in order."""
    out, into = given.leaving, given.coming
    left = await accounts.find(tx, out.account) if out else None
    premise_id = id_of(town, "premise", into.premise) if into else None
    if out and into and left and left.premise_id != premise_id and not given.transfer:
        raise Refused("A move out and a move in of one step are at one premise. Who goes to another one: a transfer.")
    held = {one for one in (premise_id, left.premise_id if left else None) if one}
    premises = {one: await store.hold_premise(tx, one) for one in sorted(held)}
    there = set(await store.accounts_at(tx, premise_id)) if premise_id else set()
    number = await _number(tx, into) if into else ""
    new = {thing_id(town.key, "account", number)} if into else set()
    await store.lock_accounts(tx, there | new | ({left.id} if left else set()))
    leaving = await _leaving(tx, left, out) if left and out else None
    if not into or not premise_id:
        return leaving, None
    return leaving, await _coming(tx, town, into, given.request, premises[premise_id], number, there, leaving)


async def _leaving(tx: Transaction, left: Account, out: MoveOut) -> Leaving:
    spans, ends = await store.spans(tx, [left.id]), out.last_day + DAY
    wrong = rules.why_not_out(out.account, spans, ends)
    if wrong:
        raise Refused(wrong)
    return Leaving(await store.account(tx, left.id), spans, ends)


async def _coming(
    tx: Transaction,
    town: Town[AccountsPolicy],
    into: MoveIn,
    request: str,
    premise: Premise,
    number: str,
    there: Collection[UUID],
    leaving: Leaving | None,
) -> Coming:
    spans = await store.spans(tx, there)
    left = leaving.account.id if leaving else None
    wrong = rules.why_not_in(spans, into.first_day, left, leaving.ends if leaving else None)
    if wrong:
        raise Refused(wrong)
    services = _services(town, into.services) if into.services else rules.taken_over(spans)
    if not services:
        raise Refused("Nobody was served at this premise yet: say which services it is to have.", 422)
    person = await customer(tx, town, into.who, request, premise)
    account = await store.account(tx, thing_id(town.key, "account", number))
    last = await store.last_account(tx, premise.id)
    account.number, account.premise_id, account.responsible_id = number, premise.id, person.id
    account.owner_id, account.cycle = last.owner_id if last else None, into.cycle or (last.cycle if last else None)
    account.opened, account.ebill, account.deposit_terms = into.first_day, into.ebill, _deposit(into)
    if account.cycle is None:
        raise Refused("Nobody was billed at this premise yet: say in which cycle it is to be.", 422)
    return Coming(account, premise, services, into.first_day, spans)


async def _number(tx: Transaction, into: MoveIn) -> str:
    await store.hold_numbers(tx)
    if into.account_number is None:
        return await store.next_number(tx)
    if await store.number_taken(tx, into.account_number):
        raise Refused(f"There is an account {into.account_number} already. A new customer has a new number.")
    return into.account_number


def _services(town: Town[AccountsPolicy], given: Sequence[ServiceGiven]) -> list[Service]:
    return [
        Service(
            one.service, id_of(town, "service_point", one.service_point) if one.service_point else None, one.attributes
        )
        for one in given
    ]


def _deposit(into: MoveIn) -> dict[str, Any] | None:
    return {service: f"{amount:.2f}" for service, amount in into.deposit.items()} or None


def _check_days(
    town: Town[AccountsPolicy], leaving: Leaving | None, coming: Coming | None, day: date, *, coordinator: bool
) -> None:
    days = [one for one in (leaving and leaving.ends, coming and coming.starts) if one]
    for one in days:
        wrong = rules.misdated(town.policy.moves, one, day, coordinator=coordinator)
        if wrong:
            raise Refused(wrong)


def _begin(
    tx: Transaction, given: MoveGiven, leaving: Leaving | None, coming: Coming | None, content: bytes, day: date
) -> Move:
    move = Move(
        id=derived_id("move", given.request),
        request=given.request,
        content_hash=content,
        kind=rules.kind_of(leaving is not None, coming is not None, given.transfer is not None),
        state=OPEN,
        out_account=leaving.account.id if leaving else None,
        ends=leaving.ends if leaving else None,
        in_account=coming.account.id if coming else None,
        starts=coming.starts if coming else None,
        before={},
        made_by=tx.actor,
        made_on=day,
        why=given.why,
    )
    tx.session.add(move)
    return move


async def _leave(
    tx: Transaction, move: Move, leaving: Leaving, out: MoveOut | None, coming: Coming | None
) -> set[UUID]:
    """End the leaving account; answers whose snapshots may change."""
    over = rules.ending(leaving.spans, leaving.ends)
    ended = {str(one.agreement_id): one.end.isoformat() if one.end else None for one in over}
    closed = leaving.account.closed
    await end_spans(tx, ended.keys(), leaving.ends)
    leaving.account.closed = leaving.ends
    new_home = coming.premise if coming and coming.account.responsible_id == leaving.account.responsible_id else None
    mailing = await forward(tx, leaving.account, out.forwarding if out else None, new_home)
    move.before = {"ended": ended, "closed": closed.isoformat() if closed else None, "mailing": mailing}
    people = [leaving.account.responsible_id] if mailing and leaving.account.responsible_id else []
    return {leaving.account.id} | await accounts.accounts_of(tx, people=people)


async def end_spans(tx: Transaction, ids: Collection[str], ends: date) -> None:
    """End agreements on a day."""
    for one in await store.agreements(tx, [UUID(one) for one in ids]):
        one.end_date = ends


def _come(tx: Transaction, move: Move, coming: Coming) -> set[UUID]:
    """Begin the new account's services; answers whose snapshots may change."""
    begun = [_agreement(move, coming, one) for one in coming.services]
    tx.session.add_all(begun)
    move.before = {**move.before, "begun": [str(one.id) for one in begun]}
    return {coming.account.id}


def _agreement(move: Move, coming: Coming, service: Service) -> Agreement:
    return Agreement(
        id=derived_id("agreement", move.id, service.service, service.service_point_id or ""),
        account_id=coming.account.id,
        service=service.service,
        service_point_id=service.service_point_id,
        start_date=coming.starts,
        end_date=None,
        status="active",
        attributes=dict(service.attributes),
    )


async def _ask(
    tx: Transaction,
    town: Town[AccountsPolicy],
    move: Move,
    given: MoveGiven,
    leaving: Leaving | None,
    coming: Coming | None,
) -> list[MoveRead]:
    """The reads of both parties; a meter that is read for who leaves is not read again that day for who comes."""
    wanted = rules.finals(rules.ending(leaving.spans, leaving.ends), leaving.ends) if leaving else []
    if not coming:
        return await asking.ask(tx, town, move, wanted, given.reads)
    meters = [one.service_point_id for one in coming.services if one.service_point_id]
    now = {one.service_point_id for one in wanted if one.on == coming.starts}
    earlier = await store.final_reads(tx, meters, coming.starts)
    starts = rules.starting(coming.account.id, coming.services, coming.starts, now | earlier.keys())
    shared = await asking.share(tx, move, list(earlier.values()))
    off = rules.restoring(coming.account.id, coming.services, coming.before, coming.starts)
    return [*shared, *await asking.ask(tx, town, move, [*wanted, *starts, *off], given.reads)]
