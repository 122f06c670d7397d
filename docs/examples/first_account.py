"""The town's side of a first payment, against a fresh `make up`: rules, a day to post on, and one account to pay.

    .venv/bin/python docs/examples/first_account.py

Running it again changes nothing.
"""

import datetime
from pathlib import Path

from curbstop.running import call
from curbstop.town import put_in_force
from deploy.local.trouble import TroubleError

HERE = Path(__file__).resolve().parent
PACK = HERE.parents[1] / "deploy" / "towns" / "windsor-co"
FILES = ("premises", "people", "accounts")


def business_day() -> str:
    """The town's day; begins today when no day has begun yet."""
    try:
        return str(call("GET", "billing", "/days/today")["date"])
    except TroubleError:
        today = datetime.date.today().isoformat()  # noqa: DTZ011
        return str(call("POST", "billing", "/days", json={"date": today})["date"])


def main() -> str:
    """Answers what to tell the vendor."""
    put_in_force(PACK)
    for name in FILES:
        call("POST", "accounts", f"/imports/{name}", content=(HERE / "first_account" / f"{name}.csv").read_bytes())
    return f"Account 10042 can be paid; the town's day is {business_day()}."


if __name__ == "__main__":
    print(main())  # noqa: T201
