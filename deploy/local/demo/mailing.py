"""Bills and letters leave: e-bills to the mailbox, the rest in files for the mailing house, which confirms."""

import shutil
import time
from collections.abc import Iterable
from typing import Any

from deploy.local.demo.month import Mailed, Month
from deploy.local.demo.office import PAT
from deploy.local.trouble import TroubleError

PART = "mail"
PATIENCE_SECONDS = 400.0
"""More than the five minutes after which an e-mail is taken up again by another copy."""
PAUSE_SECONDS = 0.2
ON_THE_WAY = ("queued", "sending")


def mail_paper(month: Month) -> None:
    """Have everything printed that goes by letter; the mailing house says the same day how many pieces it mailed."""
    if _queued(month):
        _mail(month, f"{month.day:%Y-%m-%d}")


def mail_at_once(month: Month, kind: str) -> None:
    """Have letters of one kind printed and mailed, if any go by paper: their days count from the mailing."""
    if kind in _queued(month):
        _mail(month, f"{month.day:%Y-%m-%d}-{kind.replace('_', '-')}", kind=kind)


def _queued(month: Month) -> set[str]:
    """The kinds of notice that wait to be printed."""
    counts = month.office.get(PAT, "notifications", "/notices")
    return {one["kind"] for one in counts if one["channel"] == "paper" and one["state"] == "queued"}


def _mail(month: Month, name: str, **which: str) -> None:
    with month.diary.part(PART, "printing for the mailing house"):
        month.office.post(PAT, "notifications", f"/mailings/{name}", **which)
        month.office.settle()
        mailing = month.office.get(PAT, "notifications", f"/mailings/{name}")
        _copy(month, mailing["files"])
        pieces = sum(one["notices"] for one in mailing["files"])
        confirmation = {"mailed_on": str(month.day), "pieces": pieces + 1, "why": "the mailing house's receipt"}
        refusal = month.office.refusal(PAT, "notifications", f"/mailings/{name}/confirm", confirmation)
        month.expect(refusal is not None, f"Mailing {name} was confirmed with a piece too many.")
        confirmation["pieces"] = pieces
        sent = month.office.post(PAT, "notifications", f"/mailings/{name}/confirm", confirmation)
        month.office.settle()
    month.expect(sent == pieces, f"Mailing {name} has {pieces} pieces, and {sent} notices count as sent.")
    month.mailed.append(Mailed(name, pieces, sum(one["pages"] for one in mailing["files"])))
    month.say(f"pat has {len(mailing['files'])} files printed; the mailing house mails {pieces} pieces and says so")


def _copy(month: Month, files: Iterable[dict[str, Any]]) -> None:
    for one in files:
        for suffix in ("pdf", "csv"):
            source = month.suite.print_folder / f"{one['name']}.{suffix}"
            month.diary.write(f"print/{source.name}", source.read_bytes())


def wait_for_mail(month: Month) -> None:
    """Wait until every e-mail has left. Raises TroubleError when none leaves any more."""
    with month.diary.part(PART, "waiting for the last e-mail"):
        left, since = -1, time.monotonic()
        while now := _waiting(month):
            if now != left:
                left, since = now, time.monotonic()
            elif time.monotonic() - since > PATIENCE_SECONDS:
                raise TroubleError(f"{now} e-mails have not left for {PATIENCE_SECONDS:.0f} s: see notifications' log.")
            time.sleep(PAUSE_SECONDS)
        month.office.settle()


def _waiting(month: Month) -> int:
    counts = month.office.get(PAT, "notifications", "/notices")
    return sum(one["notices"] for one in counts if one["channel"] == "email" and one["state"] in ON_THE_WAY)


def keep_mailbox(month: Month) -> int:
    """Leave the mails for whoever wants to look into them; answers how many there are."""
    target = month.diary.out / "mailbox"
    shutil.copytree(month.suite.mail_folder, target, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.part"))
    return len(list(target.glob("*.eml")))
