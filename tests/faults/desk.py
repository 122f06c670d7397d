"""What the office decides on a working day. Every decision follows from the books and may be asked for again.

Lists are gone through by account number. An answer that was lost may have done what was asked: a refusal is fine when
what was wanted is so already.
"""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from deploy.local.demo.town.files import has_deposit
from deploy.local.demo.town.homes import Home
from deploy.local.demo.town.paying import online_payments
from tests.faults.mailing import mail_all
from tests.faults.month import Script, publish
from tests.faults.town import Town

CREW_CAN_DO = 3
"""Disconnections a day."""
DISPUTED = timedelta(4)
"""How long a dispute stands: longer, and whoever disputes would come on no list within the days of a trial."""
DAYS_WITHOUT_WATER = 2
"""Who is shut off pays so many days later."""
AHEAD = Decimal("60.00")
"""What the one who moves pays beyond what is past due, so that there is something to give back."""
APPROVED_LETTERS = ("reminder", "shutoff_notice")


def letters(town: Town) -> None:
    """Reminders and shutoff notices are looked through; those of who has paid are left out."""
    for letter in APPROVED_LETTERS:
        if town.office.get("collections", f"/steps/{letter}/proposed"):
            body = {"why": f"looked through on {town.day}"}
            town.decide("collections", f"/steps/{letter}/approve", body, lambda: False)


def late_charges(town: Town) -> None:
    """Late charges are approved, all but those that are held."""

    def proposed() -> list[str]:
        listed = town.office.get("billing", "/late-charges/proposed", limit=10_000)
        return sorted(one["charge_id"] for one in listed if not one["held"])

    wanted = proposed()
    if wanted:
        body = {"charges": wanted, "why": f"looked through on {town.day}"}
        town.decide("billing", "/late-charges/approve", body, lambda: not set(wanted) & set(proposed()))


def shutoffs(town: Town) -> None:
    """The first on the list comes by and pays, unless the crew would never have anybody to shut off; as many as the
    crew can do are approved; the rest wait, and so do those whose meter is about to be read."""
    on_list = _listed(town)
    if len(on_list) > 1 or (on_list and town.crew_was_sent):
        pay_past_due(town, on_list[0])
    left = _listed(town)
    today = [one for one in left if not town.about_to_be_read(one)][:CREW_CAN_DO]
    _decide_list(town, "remove", [one for one in left if one not in today])
    _decide_list(town, "approve", today)
    town.crew_was_sent |= bool(today)


def _listed(town: Town) -> list[str]:
    rows = town.office.get("collections", f"/shutoffs/{town.day}")
    return sorted(one["account_number"] for one in rows if one["state"] == "proposed")


def _decide_list(town: Town, step: str, accounts: list[str]) -> None:
    if accounts:
        body = {"accounts": accounts, "why": "looked through with the crew"}
        path = f"/shutoffs/{town.day}/{step}"
        town.decide("collections", path, body, lambda: not set(accounts) & set(_listed(town)))


def restorations(town: Town) -> None:
    """Who has been without water for some days pays what is past due."""
    since = str(town.day - timedelta(DAYS_WITHOUT_WATER))
    off = [one for one in town.office.get("collections", "/off") if one["off_since"] and one["off_since"] <= since]
    for account in sorted(one["account_number"] for one in off):
        pay_past_due(town, account)


def pay_past_due(town: Town, account: str, ahead: Decimal = Decimal(0), tender: str = "cash") -> None:
    """Somebody comes by and pays what is past due, and maybe something ahead; nothing if that is nothing."""
    due = town.office.get("payments", f"/accounts/{account}/due")
    amount = max(Decimal(due["past_due"]), Decimal(0)) + ahead
    if amount > 0:
        taken = {"receipt": f"{town.day:%m%d}-{account}", "account_number": account, "tender": tender}
        town.office.post("payments", "/payments", taken | {"amount": str(amount)})
        town.office.settle()


def move(town: Town) -> None:
    """Somebody leaves tomorrow and somebody comes: one step, one read, a final bill, a refund."""
    home, last = mover(town.script), town.day + timedelta(1)
    pay_past_due(town, home.account, AHEAD)
    body = {
        "request": f"desk-{town.day}-1",
        "move_out": {"account": home.account, "last_day": str(last)},
        "move_in": {
            "premise": home.premise,
            "first_day": str(last + timedelta(1)),
            "who": {"new": {"name": "Jordan Avila", "email": "jordan.avila@mail.example", "language": "en"}},
            "ebill": True,
        },
        "reads": {"how": "ordered"},
        "why": "both came to the desk",
    }
    town.decide("accounts", "/moves", body, lambda: False, by="ann")


def mover(script: Script) -> Home:
    """A household with a deposit, of a cycle that is not read in the days of the move: that is the first."""
    return next(
        one
        for number, one in enumerate(script.homes)
        if has_deposit(number) and one.cycle != "1" and not one.commercial and not one.rolls_over
    )


def past_due(town: Town) -> dict[str, Decimal]:
    """What is past due, by account, of all but the one who moves."""
    moved = mover(town.script).account
    accounts = sorted(one.account for one in town.script.homes if one.account != moved)
    due = {one: Decimal(town.office.get("payments", f"/accounts/{one}/due")["past_due"]) for one in accounts}
    return {account: amount for account, amount in due.items() if amount > 0}


def pay_by_check(town: Town) -> None:
    """The first who owes something pays by check."""
    for account in list(past_due(town))[:1]:
        pay_past_due(town, account, tender="check")
        town.paid_by_check = account


def pay_online(town: Town) -> None:
    """Most of those with nothing past due pay their bills by the vendor; the others wait for the crew."""
    asked = {home.account: town.office.get("payments", f"/accounts/{home.account}/due") for home in town.script.homes}
    owed = {account: Decimal(due["owed"]) for account, due in asked.items() if Decimal(due["past_due"]) <= 0}
    publish(town.suite, online_payments(town.script.seed, owed, town.day, wrong=False))
    town.office.settle()


def promise(town: Town) -> None:
    """The last who owes something says on the phone that it is on its way. It never comes, and is given up in time."""
    for account, amount in list(past_due(town).items())[-1:]:
        said = {"vendor": "phone-bank", "reference": f"P-{account}", "why": "the customer called"}
        body = said | {"account_number": account, "amount": str(amount)}
        town.decide("payments", "/pending", body, lambda: False)


def dispute(town: Town) -> None:
    """The last but one disputes what is past due: for some days, nothing is done about it."""
    for account in list(past_due(town))[-2:][:1]:
        body = {"kind": "dispute", "until": str(town.day + DISPUTED), "why": "says that the meter was misread"}
        town.decide("collections", f"/accounts/{account}/holds", body, lambda: False)


def return_check(town: Town) -> None:
    """The bank sends the check back."""
    account = town.paid_by_check
    if not account:
        return

    def last_payment() -> dict[str, Any]:
        return dict(town.office.get("payments", f"/accounts/{account}/payments")[-1])

    body = {"kind": "bank_return", "code": "R01", "reason": "insufficient funds"}
    path = f"/payments/{last_payment()['payment_id']}/return"
    town.decide("payments", path, body, lambda: last_payment()["returned_on"] is not None)


def refunds(town: Town) -> None:
    """Refunds are approved by one person and paid by another, by a check whose number is the refund's own."""
    waiting = town.office.get("payments", "/refunds", state="open")
    for one in sorted(waiting, key=lambda refund: str(refund["refund_id"])):
        refund = str(one["refund_id"])

        def approved(refund: str = refund) -> bool:
            open_ones = town.office.get("payments", "/refunds", state="due")
            return refund not in {due["refund_id"] for due in open_ones}

        town.decide("payments", f"/refunds/{refund}/approve", {"why": "the final bill says so"}, approved)
        body = {"method": "check", "reference": f"CK-{refund[:8]}"}
        town.decide("payments", f"/refunds/{refund}/paid", body, lambda: False, by="ann")


def mail(town: Town) -> None:
    """What goes by letter is printed, and the mailing house says the same day that it was mailed."""
    counts = town.office.get("notifications", "/notices")
    if not any(one["channel"] == "paper" and one["state"] == "queued" for one in counts):
        return
    name = f"{town.day}"
    town.mailings.append(name)
    mail_all(town.office, name, town.day)
