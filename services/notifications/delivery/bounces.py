"""A message that a mail server took and that came back: the letter goes on paper instead."""

import re
from uuid import UUID

from chassis.database import Transaction
from chassis.refusal import Refused, not_found
from services.notifications import store
from services.notifications.delivery import marking

_OURS = re.compile(r"<?(?P<notice>[0-9a-f-]{36})@[^<>\s]+>?")


async def take(tx: Transaction, message_id: str, reason: str) -> tuple[UUID, str]:
    """Note a bounce; answers the notice and what follows: `paper`, `noted` for a courtesy copy, or `known`.

    Refuses a Message-ID that is none of ours, and one of a message that has not left.
    """
    notice = await store.find_notice(tx, notice_id_of(message_id))
    if notice.state == "failed":
        return notice.notice_id, "known"
    if notice.state != "sent" or notice.channel != "email":
        raise Refused(f"Notice {notice.notice_id} is {notice.state} by {notice.channel}: it can't have bounced.")
    await marking.failed(tx, notice, "bounced", reason)
    tx.audit("bounce", f"notice {notice.notice_id}", reason)
    return notice.notice_id, "noted" if notice.is_copy else "paper"


def notice_id_of(message_id: str) -> UUID:
    """The notice that a Message-ID was made from."""
    found = _OURS.fullmatch(message_id.strip())
    if found is None:
        raise not_found("e-mail with Message-ID", message_id)
    try:
        return UUID(found["notice"])
    except ValueError:
        raise not_found("e-mail with Message-ID", message_id) from None
