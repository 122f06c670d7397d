"""What becomes of a promise of money, and of the word that it was broken (pure)."""

from datetime import date

from contracts.payments import Outcome

PENDING, RECEIVED, FAILED, EXPIRED = "pending", "received", "failed", "expired"

Judgment = tuple[Outcome, str]


def judge_promise(key: str, kept: str | None, same: bool, came: bool) -> Judgment:
    """A promise under a key whose earlier one stands as `kept`, with the same content or not.

    `came` says that the money is there already: its promise was overtaken on the way.
    """
    if came:
        return Outcome.DUPLICATE, f"Payment {key} was received before; nothing is pending."
    if kept is None:
        return Outcome.ACCEPTED, ""
    if not same:
        return Outcome.CONFLICT, (
            f"Payment {key} was pending before with other content; this one changed nothing."
            " Send the first one again as failed, and a new payment under a new id."
        )
    if kept == FAILED:
        return Outcome.DUPLICATE, f"Payment {key} was reported failed before; nothing is pending."
    return Outcome.DUPLICATE, f"Payment {key} was pending before; nothing to do."


def held(expires: date) -> str:
    """What a vendor is told of a new promise."""
    return f"Noted: no late charge and no shutoff through {expires:%Y-%m-%d}. Send it again as received or failed."


def held_for_nobody(number: str) -> str:
    """What a vendor is told of a promise for an account that is not known."""
    return f"There is no account {number}, so nothing is held for it yet. Check the number with the payer."


def judge_failure(key: str, kept: str | None, came: bool) -> Judgment:
    """The word that promised money won't come."""
    if came:
        return Outcome.CONFLICT, (
            f"Payment {key} was received before; this changed nothing. If the money was taken back, tell the billing"
            " office: that is a return."
        )
    if kept == FAILED:
        return Outcome.DUPLICATE, f"Payment {key} was reported failed before; nothing to do."
    if kept is None:
        return Outcome.ACCEPTED, "Noted. The payment was not pending here, so nothing was held for it."
    if kept == EXPIRED:
        return Outcome.ACCEPTED, "Noted. It had not come in time, so nothing was held for it any more."
    return Outcome.ACCEPTED, "Noted: nothing is held for it any more."


def expired(expires: date) -> str:
    """Why a promise is not waited for any longer."""
    return f"The payment was pending and did not come by {expires:%Y-%m-%d}."


def went_elsewhere(number: str) -> str:
    """Why the account that was promised the money is not held any longer."""
    return f"The money came for account {number}."
