"""The town's side of a first payment, against a fresh `make up`: rules, a day to post on, and one account to pay.

    .venv/bin/python docs/examples/first_account.py

Running it again changes nothing.
"""

import datetime
import time
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


def until_payments_knows(account: str) -> None:
    """News of an account travels by message: wait until it has arrived. Raises TroubleError after half a minute."""
    for pause in (*[0.5] * 60, 0):
        try:
            call("GET", "payments", f"/accounts/{account}/due")
            return
        except TroubleError:
            if not pause:
                raise
            time.sleep(pause)


def main() -> str:
    """Answers what to tell the vendor."""
    put_in_force(PACK)
    for name in FILES:
        call("POST", "accounts", f"/imports/{name}", content=(HERE / "first_account" / f"{name}.csv").read_bytes())
    day = business_day()
    until_payments_knows("10042")
    return f"Account 10042 can be paid; the town's day is {day}."


if __name__ == "__main__":
    print(main())  # noqa: T201
