"""What a person decides about a read, and what becomes of it. Pure."""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from services.metering.policy import Finding, MeteringPolicy
from services.metering.readings.expected import UNDECIDED, Expected
from services.metering.review import estimate
from services.metering.tables import ReadState
from services.metering.usage import usage_between


class Decision(StrEnum):
    """What can be decided."""

    ACCEPT = "accept"
    ACCEPT_AS_ROLLOVER = "accept_as_rollover"
    REREAD = "reread"
    ESTIMATE = "estimate"
    EXCUSE = "excuse"


class NotPossibleError(Exception):
    """A decision that makes no sense for a read; the text says why and what to do instead."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a decision depends on besides the read: the reading's planned day and the town's rules."""

    read_on: date
    policy: MeteringPolicy


def decided(decision: Decision, read: Expected, why: str, under: Circumstances) -> Expected:
    """The read after a decision. Raises NotPossibleError when it can't be decided so."""
    _refuse_settled(decision, read)
    match decision:
        case Decision.ACCEPT:
            return _accepted(read, why)
        case Decision.ACCEPT_AS_ROLLOVER:
            return _rolled_over(read, why)
        case Decision.REREAD:
            return replace(read, state=ReadState.REREAD, why=why)
        case Decision.ESTIMATE:
            return _estimated(read, why, under)
        case Decision.EXCUSE:
            return replace(read, state=ReadState.EXCUSED, value=None, quantity=None, why=why)


def _refuse_settled(decision: Decision, read: Expected) -> None:
    # Until it is posted, a decision may still be taken back by having the meter read again.
    taken_back = decision is Decision.REREAD and read.state in (ReadState.ACCEPTED, ReadState.EXCUSED)
    if read.state not in UNDECIDED and not taken_back:
        raise NotPossibleError(f"{_named(read)} is {read.state} already; {_instead(read)}.")


def _instead(read: Expected) -> str:
    return "correct it instead" if read.state is ReadState.POSTED else "have it reread to decide again"


def _named(read: Expected) -> str:
    return f"The read of service point {read.service_point}"


def _accepted(read: Expected, why: str) -> Expected:
    if read.value is None:
        raise NotPossibleError(f"{_named(read)} has no reading to accept; have it reread, estimate or excuse it.")
    if Finding.NEGATIVE in read.findings:
        raise NotPossibleError(
            f"{_named(read)} is below the one before it; have it reread, estimate it,"
            " accept it as a rollover, or correct the one before."
        )
    return replace(read, state=ReadState.ACCEPTED, why=why)


def _rolled_over(read: Expected, why: str) -> Expected:
    if read.value is None or read.previous is None or read.value >= read.previous:
        raise NotPossibleError(f"{_named(read)} is not below the one before it, so the register did not go over zero.")
    usage = usage_between(read.register, read.previous, read.value)
    others = tuple(one for one in read.findings if one not in (Finding.NEGATIVE, Finding.ROLLOVER))
    return replace(
        read, state=ReadState.ACCEPTED, quantity=usage.quantity, findings=(Finding.ROLLOVER, *others), why=why
    )


def _estimated(read: Expected, why: str, under: Circumstances) -> Expected:
    if read.previous is None:
        raise NotPossibleError(f"{_named(read)} has no earlier reading to estimate from; read the meter or excuse it.")
    if read.estimated_before >= under.policy.estimates_in_a_row:
        raise NotPossibleError(
            f"{_named(read)} was estimated {read.estimated_before} times in a row; the town's limit is"
            f" {under.policy.estimates_in_a_row}. Read the meter or excuse it."
        )
    guess = estimate(read.register, read.previous, read.expectation, read.carried)
    return replace(
        read,
        state=ReadState.ACCEPTED,
        value=guess.value,
        quantity=guess.usage.quantity,
        read_on=under.read_on,
        kind="estimated",
        why=why,
    )
