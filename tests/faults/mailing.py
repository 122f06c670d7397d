"""Letters: printed in files for the mailing house, which then says that it mailed them."""

from datetime import date
from typing import Any

from tests.faults.office import Office


def mail_all(office: Office, name: str, day: date) -> None:
    """Print every letter that waits, and confirm that all of them were mailed on a day. Begun already, it goes on."""
    here = f"/mailings/{name}"

    def mailing() -> Any:
        return office.get("notifications", here)

    office.post("notifications", here)
    office.until("the mailing is printed", lambda: mailing()["state"] in ("printed", "mailed"))
    pieces = sum(one["notices"] for one in mailing()["files"])
    if mailing()["state"] != "mailed":
        confirmation = {"mailed_on": str(day), "pieces": pieces, "why": "the house called"}
        answer = office.ask("notifications", "POST", f"{here}/confirm", json=confirmation)
        assert answer.status_code == 200 or mailing()["state"] == "mailed", answer.text
    office.settle()
