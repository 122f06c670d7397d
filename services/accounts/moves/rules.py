"""What a move does to the spans of those who leave and those who come (pure)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TypeVar
from uuid import UUID

from services.accounts.policy import Moves

OPEN, DONE, CANCELLED = "open", "done", "cancelled"
AWAITED, READ, NOT_READ = "awaited", "read", "not_read"
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Span:
    """A service of an account for days; `end` is the first day not served."""

    agreement_id: UUID
    account_id: UUID
    number: str
    service: str
    service_point_id: UUID | None
    start: date
    end: date | None
    attributes: Mapping[str, str] = field(default_factory=dict)
    status: str = "active"


@dataclass(frozen=True)
class Service:
    """A service as a new customer is to have it."""

    service: str
    service_point_id: UUID | None
    attributes: Mapping[str, str]


Metered = TypeVar("Metered", Span, Service)


@dataclass(frozen=True)
class Wanted:
    """Work to be asked for: for whom, where, and of which kind (final_read, start_read, restore)."""

    account_id: UUID
    service_point_id: UUID
    service: str
    kind: str
    on: date


def misdated(policy: Moves, first_day: date, today: date, *, coordinator: bool) -> str:
    """Why a move can't be dated so, in a sentence; empty when it can. `first_day` is the first day of the new state."""
    if first_day > today + timedelta(policy.ahead_days):
        return (
            f"{first_day:%Y-%m-%d} is more than {policy.ahead_days} days after today, {today:%Y-%m-%d}."
            " Enter the move when its day is nearer."
        )
    if first_day < today - timedelta(policy.back_days) and not coordinator:
        return (
            f"{first_day:%Y-%m-%d} is more than {policy.back_days} days before today, {today:%Y-%m-%d}."
            " Have a coordinator enter this move."
        )
    return ""


def ending(spans: Sequence[Span], ends: date) -> list[Span]:
    """The spans of an account that a move ends: those that last beyond its last day."""
    return [one for one in spans if one.end is None or one.end > ends]


def why_not_out(number: str, spans: Sequence[Span], ends: date) -> str:
    """Why an account can't leave so, in a sentence; empty when it can."""
    over = ending(spans, ends)
    last_day = ends - DAY
    if not over:
        ended = max([one.end for one in spans if one.end], default=None)
        since = f" since {ended:%Y-%m-%d}" if ended else ""
        return f"Account {number} is not served any more{since}."
    late = min((one for one in over if one.start > last_day), key=lambda one: one.start, default=None)
    if late:
        return (
            f"The {late.service} of account {number} began on {late.start:%Y-%m-%d}; it can't have ended with"
            f" {last_day:%Y-%m-%d}."
        )
    return ""


def why_not_in(
    premise: Sequence[Span], starts: date, leaving: UUID | None, ends: date | None, until: date | None = None
) -> str:
    """Why nobody can be at a premise from a day on, or up to `until`, in a sentence; empty when they can.

    `premise` are all spans there; those of `leaving` count as ended on `ends`.
    """
    for one in sorted(premise, key=lambda span: span.start):
        if until and one.start >= until:
            continue
        end = ends if one.account_id == leaving and ends and (one.end is None or one.end > ends) else one.end
        if end is not None and end <= max(starts, one.start):
            continue
        through = f"through {end - DAY:%Y-%m-%d}" if end else "with no end"
        return (
            f"Account {one.number} has the {one.service} there from {one.start:%Y-%m-%d} {through}, so nobody else can"
            f" begin on {starts:%Y-%m-%d}. Move {one.number} out first, or in the same step."
        )
    return ""


def taken_over(premise: Sequence[Span]) -> list[Service]:
    """The services that were last at a premise, as the next customer takes them over."""
    newest: dict[tuple[str, UUID | None], Span] = {}
    for one in sorted(premise, key=lambda span: span.start):
        newest[(one.service, one.service_point_id)] = one
    last = max([one.end or date.max for one in newest.values()], default=None)
    return [
        Service(one.service, one.service_point_id, one.attributes)
        for one in newest.values()
        if (one.end or date.max) == last
    ]


def finals(spans: Sequence[Span], ends: date) -> list[Wanted]:
    """The final reads of the spans that end: one for each meter."""
    return [
        Wanted(one.account_id, one.service_point_id, one.service, "final_read", ends)
        for one in _one_each(spans)
        if one.service_point_id
    ]


def starting(account_id: UUID, services: Sequence[Service], starts: date, read_then: Collection[UUID]) -> list[Wanted]:
    """The start reads of a new customer: none for a meter whose final read falls on the same day (`read_then`)."""
    return [
        Wanted(account_id, one.service_point_id, one.service, "start_read", starts)
        for one in _one_each(services)
        if one.service_point_id and one.service_point_id not in read_then
    ]


def restoring(account_id: UUID, services: Sequence[Service], premise: Sequence[Span], starts: date) -> list[Wanted]:
    """Water that was shut off for who was there last is turned on for who comes, who owes nothing for it."""
    last = {one.service_point_id: one.status for one in sorted(premise, key=lambda span: span.start)}
    return [
        Wanted(account_id, one.service_point_id, one.service, "restore", starts)
        for one in _one_each(services)
        if one.service_point_id and last.get(one.service_point_id) == "off_for_non_payment"
    ]


def _one_each(metered: Sequence[Metered]) -> list[Metered]:
    """Two services that one meter measures have one read."""
    first: dict[UUID, Metered] = {}
    for one in metered:
        if one.service_point_id:
            first.setdefault(one.service_point_id, one)
    return list(first.values())


def kind_of(out: bool, into: bool, same_customer: bool) -> str:
    """What a move is called."""
    if out and into:
        return "transfer" if same_customer else "turnover"
    return "move_out" if out else "move_in"


def state_of(reads: Collection[str]) -> str:
    """A move is done when none of its reads is missing."""
    return DONE if all(one == READ for one in reads) else OPEN


def why_not_cancelled(state: str, first_day: date, reads: Collection[str], today: date) -> str:
    """Why a move can't be taken back, in a sentence: once its day has come and its meters are read it may be billed."""
    if state == CANCELLED:
        return "The move is cancelled already."
    if first_day <= today and state_of(reads) == DONE:
        return (
            f"The move's day, {first_day:%Y-%m-%d}, has come and its reads are in, so a final bill may have gone out."
            " Cancel that bill in billing first; then a coordinator can cancel the move, saying so (billed_why)."
        )
    return ""
