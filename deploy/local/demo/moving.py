"""A household leaves and another comes: one step at the desk, one read at the meter, a final bill."""

from datetime import date, timedelta
from decimal import Decimal

from deploy.local.demo.month import Month
from deploy.local.demo.office import KIM, PAT
from deploy.local.demo.taking import pay_at_counter
from deploy.local.demo.town.files import has_deposit
from deploy.local.demo.town.homes import Home

PART = "moves"
ASKED, LAST_DAY = date(2023, 3, 13), date(2023, 3, 15)
AHEAD = Decimal("60.00")
CYCLE = "1"


def move(month: Month) -> None:
    """Pat takes down who goes and who comes; the one who goes pays all that is billed, and something ahead."""
    home = mover(month)
    owed = Decimal(month.office.get(PAT, "payments", f"/accounts/{home.account}/due")["owed"])
    pay_at_counter(month, {home.account: max(owed, Decimal(0)) + AHEAD})
    body = {
        "request": f"desk-{month.day}-1",
        "move_out": {"account": home.account, "last_day": str(LAST_DAY)},
        "move_in": {
            "premise": home.premise,
            "first_day": str(LAST_DAY + timedelta(days=1)),
            "who": {"new": {"name": "Jordan Avila", "email": "jordan.avila@mail.example", "language": "en"}},
            "ebill": True,
        },
        "reads": {"how": "ordered"},
        "why": "both came to the desk",
    }
    with month.diary.part(PART, "pat takes down a move"):
        made = month.office.post(PAT, "accounts", "/moves", body)
        month.office.settle()
    month.moved[home.account] = str(made["move_id"])
    month.say(f"pat takes down a move: {home.account} leaves after {LAST_DAY:%B %d}, Jordan Avila comes")


def mover(month: Month) -> Home:
    """A household with a deposit whose meter is not read in the days around."""
    return next(
        one
        for number, one in enumerate(month.homes)
        if one.cycle == CYCLE and has_deposit(number) and not one.commercial and not one.rolls_over
    )


def look_at_final(month: Month) -> None:
    """The final bill, once it is there."""
    for account in month.moved:
        bills = month.office.get(KIM, "billing", "/bills", account=account)
        bill = month.office.get(KIM, "billing", f"/bills/{bills[0]['number']}")["bill"] if bills else {}
        if bill.get("kind") == "final" and not month.has("final bill"):
            told = f"{account}: charges {bill['current_charges']}, deposit {bill['deposits_applied']} applied"
            month.mark("final bill", f"{told}, {bill['refund']} to be refunded")
            month.say(f"the final bill of {told}, [green]{bill['refund']}[/] goes back")
