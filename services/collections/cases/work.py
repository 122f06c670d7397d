"""Every change of a case goes this way: lock, read what is known, ask the pure machine, save and tell."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from chassis.database import Transaction
from chassis.day_work import Sums
from chassis.days import last_begun
from chassis.received import Received
from services.collections.cases import store
from services.collections.cases.known import Known, known, terms
from services.collections.cases.saving import save
from services.collections.cases.telling import Cause
from services.collections.facts.store import lock_accounts
from services.collections.timeline import machine
from services.collections.timeline.case import Case
from services.collections.timeline.effects import Charged, Effect, Listed, Told
from services.collections.timeline.outcome import Outcome
from services.collections.timeline.standing import ZERO, Standing
from services.collections.timeline.terms import Terms

CHUNK = 500
Decide = Callable[[Case, Standing, Terms], tuple[Outcome, str]]


EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)


async def look_again(
    tx: Transaction,
    ids: Collection[UUID],
    causes: Mapping[UUID, Received[Any]] | None = None,
    said_at: datetime | None = None,
) -> None:
    """Hold what was decided of accounts against what is known now. The caller has locked them and kept the fact.

    `said_at` is when the fact was accepted, if not when its message says.
    """
    day = await last_begun(tx)
    if day is None or not ids:
        return
    under = await terms(tx, day)
    moved = [(one, _settled(one, under, causes, said_at)) for one in (await known(tx, sorted(ids), under)).values()]
    await save(tx, under, moved, causes)


async def heard(
    tx: Transaction,
    ids: Collection[UUID],
    causes: Mapping[UUID, Received[Any]],
    said_at: datetime | None = None,
) -> None:
    """Look again at those of a batch's accounts that collections is concerned with: on a billing night, few are."""
    await look_again(tx, await store.concerned(tx, ids), causes, said_at)


def _settled(
    one: Known, under: Terms, causes: Mapping[UUID, Received[Any]] | None, said_at: datetime | None
) -> list[Outcome]:
    if one.case is None:
        return []
    cause = causes.get(one.account_id) if causes else None
    when = said_at or (accepted_at(cause) if cause else None)
    return [machine.settled(one.case, one.standing, under, when)]


def accepted_at(message: Received[Any]) -> datetime:
    """When a message's fact was accepted; one that does not say counts as the earliest."""
    try:
        return datetime.fromisoformat(message.headers["ce_time"].replace("Z", "+00:00"))
    except (KeyError, ValueError):
        return EARLIEST


async def accounts_of_day(tx: Transaction, day: date) -> list[list[str]]:
    """The accounts a day's work looks at, in chunks that all copies share."""
    late = [str(one) for one in await store.accounts_to_look_at(tx)]
    return [late[at : at + CHUNK] for at in range(0, len(late), CHUNK)]


async def do_day(tx: Transaction, day: date, spec: Any) -> Sums:
    """What a day brings these accounts."""
    ids = [UUID(one) for one in spec]
    await lock_accounts(tx, ids)
    under = await terms(tx, day)
    found = (await known(tx, ids, under)).values()
    moved = [(one, machine.day_passed(one.account_id, one.case, one.standing, under)) for one in found]
    await save(tx, under, moved)
    return _sums([effect for _, outcomes in moved for outcome in outcomes for effect in outcome.effects], len(ids))


def _sums(effects: Sequence[Effect], looked_at: int) -> Sums:
    counts = {"accounts looked at": looked_at}
    for name in filter(None, map(_name, effects)):
        counts[name] = counts.get(name, 0) + 1
    fees = [one.amount for one in effects if isinstance(one, Charged)]
    return Sums(counts, {"fees charged": sum(fees, ZERO)} if fees else {})


def _name(effect: Effect) -> str | None:
    match effect:
        case Told(step=step):
            return f"{step} sent".replace("_", " ")
        case Listed(state="proposed"):
            return "shutoffs proposed"
    what = getattr(effect, "what", "")
    if what == "proposed":
        return f"{getattr(effect, 'why', '')} proposed".replace("_", " ")
    return f"cases {what}" if what in ("cured", "lapsed", "resumed") else None


async def decide(tx: Transaction, ids: Collection[UUID], day: date, decision: Decide) -> dict[UUID, str]:
    """A person's decision on accounts, each looked at once more; answers why it was not followed, by account."""
    await lock_accounts(tx, ids)
    under = await terms(tx, day)
    against: dict[UUID, str] = {}
    moved: list[tuple[Known, list[Outcome]]] = []
    for one in (await known(tx, sorted(ids), under)).values():
        if one.case is None:
            against[one.account_id] = "The account has no case."
            continue
        outcome, why = decision(one.case, one.standing, under)
        moved.append((one, [outcome]))
        if why:
            against[one.account_id] = why
    await save(tx, under, moved)
    return against


async def one_by_one(tx: Transaction, day: date, answers: Iterable[tuple[UUID, Cause, Decide]]) -> None:
    """Answers about accounts in the order they came: a later one sees what an earlier one did. All are locked."""
    under = await terms(tx, day)
    for account_id, cause, move in answers:
        one = (await known(tx, [account_id], under))[account_id]
        if one.case:
            await save(tx, under, [(one, [move(one.case, one.standing, under)[0]])], {account_id: cause})
