"""While mail is held nothing leaves; what had left before is not sent again."""

from tests.notifications.test_service import Desk, bill, contact, desk, only_when_told  # noqa: F401  # two fixtures
from tests.running import settled

RESTORED = {"why": "restored to an earlier instant"}


async def a_held_bill(desk: Desk) -> str:  # noqa: F811
    """Mail is held, then a bill is queued; answers the Message-ID it will have."""
    assert (await desk.client.post("/outbound/hold", json=RESTORED)).status_code == 200
    await desk.hear(contact())
    await desk.hear(bill())
    (email,) = (await desk.client.get("/outbound/emails")).json()
    return str(email["message_id"])


async def test_a_held_e_mail_leaves_when_it_is_released(only_when_told: None, desk: Desk) -> None:  # noqa: F811
    message_id = await a_held_bill(desk)
    shown = (await desk.client.get("/outbound")).json()
    assert (shown["held"], shown["why"], shown["emails"], desk.inbox.got) == (True, RESTORED["why"], 1, [])
    released = await desk.client.post("/outbound/release", json={"why": "looked through"})
    assert released.json() == {"marked_sent": 0, "leaving": 1}
    await settled(desk.client)
    (mail,) = desk.inbox.got
    assert mail["Message-ID"] == message_id


async def test_an_e_mail_that_had_left_before_is_marked_sent_and_not_sent_again(desk: Desk) -> None:  # noqa: F811
    message_id = await a_held_bill(desk)
    wrong = {"why": "by the mail server's log", "sent": ["<somebody@else>"]}
    assert (await desk.client.post("/outbound/release", json=wrong)).status_code == 422
    assert (await desk.client.get("/outbound")).json()["held"]
    released = await desk.client.post("/outbound/release", json=wrong | {"sent": [message_id]})
    assert released.json() == {"marked_sent": 1, "leaving": 0}
    await settled(desk.client)
    (notice,) = await desk.notices()
    assert (notice["state"], notice["message_id"], desk.inbox.got) == ("sent", message_id, [])


async def test_while_mail_is_held_no_mailing_begins(desk: Desk) -> None:  # noqa: F811
    await a_held_bill(desk)
    answer = await desk.client.post("/mailings/february")
    assert (answer.status_code, "restored to an earlier instant" in answer.json()["error"]) == (409, True)
