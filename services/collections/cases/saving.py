"""Saving what cases became, set by set: cases, orders, list rows, history, and what was told."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import text

from chassis.bulk import copy_columns, upsert
from chassis.database import Transaction
from services.collections.cases.known import Known
from services.collections.cases.rows import order_row, row_of
from services.collections.cases.tables import CaseRow, OrderRow
from services.collections.cases.telling import Cause, Voice
from services.collections.facts.tables import Account
from services.collections.shutoffs.tables import ListRow
from services.collections.timeline.effects import Charged, Effect, Listed, Noted, Requested, Told, Withdrawn
from services.collections.timeline.outcome import Outcome
from services.collections.timeline.terms import Terms

_HISTORY = ("account_id", "case_id", "day", "what", "why", "actor")


@dataclass
class _Rows:
    """What is to be written, gathered over all accounts."""

    cases: list[dict[str, Any]] = field(default_factory=list)
    orders: list[dict[str, Any]] = field(default_factory=list)
    lists: dict[tuple[Any, UUID], dict[str, Any]] = field(default_factory=dict)
    history: list[tuple[Any, ...]] = field(default_factory=list)
    told: list[dict[str, Any]] = field(default_factory=list)


async def save(
    tx: Transaction,
    under: Terms,
    moved: Sequence[tuple[Known, Sequence[Outcome]]],
    causes: Mapping[UUID, Cause] | None = None,
) -> None:
    """Write what accounts' cases became and tell it. Of several cases of one account, the last is the one in force."""
    rows, voice = _Rows(), Voice(tx, under)
    for known, outcomes in moved:
        cause = (causes or {}).get(known.account_id)
        for outcome in outcomes:
            _gather(rows, known, outcome, tx, under)
            for effect in outcome.effects:
                voice.effect(outcome.case, effect, cause)
        told = voice.status(known, outcomes[-1].case if outcomes else known.case, cause)
        if told:
            rows.told.append({"id": known.account_id, "status_version": told["version"], "told": told})
    await _write(tx, rows)
    await _keep_arrangements(tx, under, [known for known, _ in moved])


def _gather(rows: _Rows, known: Known, outcome: Outcome, tx: Transaction, under: Terms) -> None:
    case, before = outcome.case, known.case if known.case and known.case.id == outcome.case.id else None
    if case != before:
        rows.cases.append(row_of(case))
        kept = set(before.orders) if before else set()
        rows.orders += [order_row(case, one) for one in case.orders if one not in kept]
    for effect in outcome.effects:
        what, why = _in_words(effect)
        rows.history.append((case.account_id, case.id, under.day, what, why, tx.actor))
        if isinstance(effect, Listed):
            row = {
                "day": effect.day, "account_id": case.account_id, "case_id": case.id, "state": effect.state,
                "amount": effect.amount, "why": effect.why,
            }  # fmt: skip
            rows.lists[(effect.day, case.account_id)] = row


def _in_words(effect: Effect) -> tuple[str, str]:
    match effect:
        case Told(step=step, amount=amount, deadline=deadline):
            return f"told: {step}", f"{amount} by {deadline}"
        case Charged(kind=kind, amount=amount):
            return f"charged: {kind}", str(amount)
        case Requested(order=order, reason=reason):
            return f"ordered: {order.kind}", reason
        case Withdrawn(order=order, reason=reason):
            return f"withdrawn: {order.kind}", reason
        case Listed(state=state, day=day, why=why):
            return f"shutoff list of {day}: {state}", why
        case Noted(what=what, why=why):
            return what, why


async def _write(tx: Transaction, rows: _Rows) -> None:
    # An account has one open case: what closes one is written before what opens another.
    await upsert(tx, CaseRow, [row for row in rows.cases if row["closed"] is not None], ["id"])
    await upsert(tx, CaseRow, [row for row in rows.cases if row["closed"] is None], ["id"])
    await upsert(tx, OrderRow, rows.orders, ["id"])
    await upsert(tx, ListRow, list(rows.lists.values()), ["day", "account_id"])
    await upsert(tx, Account, rows.told, ["id"])
    if rows.history:
        await copy_columns(tx, "history", _HISTORY, rows.history)


async def _keep_arrangements(tx: Transaction, under: Terms, all_known: Iterable[Known]) -> None:
    """Whether an arrangement is kept follows from payments; it is noted so that lists are one query."""
    for known in all_known:
        if known.agreed and known.agreed_state and known.kept_state != known.agreed_state:
            await tx.execute(
                text("update arrangement set state = :state, since = :since where id = :id"),
                {"state": str(known.agreed_state), "since": known.agreed_since or under.day, "id": known.agreed.id},
            )
