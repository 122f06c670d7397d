"""Who leaves a house and who comes, in one step: spans end and begin, and the meter is read once between them."""

import asyncio
from datetime import date

import pytest

from chassis.refusal import Refused
from contracts.accounts import AccountChanged, ContactChanged
from contracts.orders import ServiceOrderRequested, ServiceOrderWithdrawn
from services.accounts.moves import store
from tests.accounts.builders import Office, account_id, comes, leaves, meter


async def test_who_leaves_is_served_through_the_last_day_and_a_crew_is_asked_for_the_final_read(office: Office) -> None:
    await office.house("P1", "10001")
    move = await office.move(move_out=leaves("10001", "2023-03-16"))
    assert (move.kind, move.state, move.ends) == ("move_out", "open", date(2023, 3, 17))
    left = office.snapshot("10001")
    assert (left.closed, str(left.status)) == (date(2023, 3, 17), "active")
    assert {one.end for one in left.agreements} == {date(2023, 3, 17)}
    (order,) = office.said(ServiceOrderRequested)
    assert (str(order.kind), order.service_point_id, order.account_id) == (
        "final_read",
        meter("P1"),
        account_id("10001"),
    )
    assert (order.account_id, order.about, order.given_read) == (account_id("10001"), move.move_id, None)
    assert order.wanted_on == date(2023, 3, 17)


async def test_a_crew_is_sent_on_a_day_the_town_works_and_not_in_the_past(office: Office) -> None:
    await office.house("P1", "10001")
    await office.house("P2", "10002")
    await office.move(move_out=leaves("10001", "2023-03-17"))
    assert office.said(ServiceOrderRequested)[0].wanted_on == date(2023, 3, 20)
    await office.move(request="R2", move_out=leaves("10002", "2023-03-01"))
    assert office.said(ServiceOrderRequested)[0].wanted_on == date(2023, 3, 15)


async def test_mail_follows_who_leaves(office: Office) -> None:
    await office.house("P1", "10001")
    forwarding = {"line1": "PO Box 9", "city": "Greeley", "state": "CO", "zip": "80631"}
    await office.move(move_out=leaves("10001", "2023-03-16", forwarding=forwarding))
    (contact,) = office.said(ContactChanged)
    assert contact.contacts[0].mailing.line1 == "PO Box 9"
    assert contact.service_address.line1 == "P1 Oak St"


async def test_who_comes_takes_over_the_services_of_the_house_under_a_number_of_their_own(office: Office) -> None:
    await office.house("P1", "10001", owner_id=account_id("owner"))
    await office.move(move_out=leaves("10001", "2023-03-10"))
    move = await office.move(request="R2", move_in=comes("P1", "2023-03-14", deposit={"water": "100.00"}))
    assert (move.kind, move.in_account) == ("move_in", "10002")
    new = office.snapshot("10002")
    assert (new.opened, new.cycle, new.closed) == (date(2023, 3, 14), "1", None)
    assert {(one.service, one.service_point_id, one.start) for one in new.agreements} == {
        ("water", meter("P1"), date(2023, 3, 14)), ("stormwater", None, date(2023, 3, 14)),
    }  # fmt: skip
    assert all(one.attributes == {"class": "residential"} for one in new.agreements)
    (order,) = office.said(ServiceOrderRequested)
    assert (str(order.kind), order.account_id) == ("start_read", account_id("10002"))
    kept = await office.account("10002")
    assert (kept.deposit_terms, kept.owner_id) == ({"water": "100.00"}, account_id("owner"))


async def test_services_can_be_given_instead(office: Office) -> None:
    await office.house("P9")
    services = [{"service": "water", "service_point": "S9", "attributes": {"class": "commercial"}}]
    await office.move(move_in=comes("P9", "2023-03-15", services=services, cycle="3", account_number="90001"))
    (agreement,) = office.snapshot("90001").agreements
    assert (agreement.service_point_id, agreement.attributes) == (meter("S9"), {"class": "commercial"})


async def test_out_and_in_on_the_same_day_are_one_read(office: Office) -> None:
    await office.house("P1", "10001")
    move = await office.move(move_out=leaves("10001", "2023-03-15"), move_in=comes("P1", "2023-03-16"))
    assert move.kind == "turnover"
    assert [str(one.kind) for one in office.said(ServiceOrderRequested)] == ["final_read"]
    assert office.snapshot("10001").agreements[0].end == office.snapshot("10002").agreements[0].start


async def test_out_and_in_entered_one_after_the_other_share_the_read_as_well(office: Office) -> None:
    await office.house("P1", "10001")
    out = await office.move(move_out=leaves("10001", "2023-03-15"))
    into = await office.move(request="R2", move_in=comes("P1", "2023-03-16"))
    assert office.said(ServiceOrderRequested) == []
    assert [one.order_id for one in into.reads] == [one.order_id for one in out.reads]


async def test_a_vacancy_between_has_two_reads(office: Office) -> None:
    await office.house("P1", "10001")
    await office.move(move_out=leaves("10001", "2023-03-15"), move_in=comes("P1", "2023-03-20"))
    assert sorted(str(one.kind) for one in office.said(ServiceOrderRequested)) == ["final_read", "start_read"]


async def test_a_transfer_is_the_same_customer_elsewhere_and_their_mail_goes_along(office: Office) -> None:
    await office.house("P1", "10001")
    await office.house("P2", "10002", person="Cal")
    await office.move(move_out=leaves("10002", "2023-03-10"))
    move = await office.move(
        request="R2",
        transfer={"account": "10001", "last_day": "2023-03-16", "premise": "P2", "first_day": "2023-03-15"},
    )
    assert (move.kind, move.out_account, move.in_account) == ("transfer", "10001", "10003")
    old, new = office.snapshot("10001"), office.snapshot("10003")
    assert old.responsible_person_id == new.responsible_person_id
    assert {(str(one.kind), one.service_point_id) for one in office.said(ServiceOrderRequested)} == {
        ("final_read", meter("P1")), ("start_read", meter("P2")),
    }  # fmt: skip
    assert {one.contacts[0].mailing.line1 for one in office.said(ContactChanged)} == {"P2 Oak St"}


async def test_a_given_read_sends_nobody(office: Office) -> None:
    await office.house("P1", "10001")
    given = {"how": "given", "given": [{"service_point": "P1", "value": "1234", "kind": "customer"}]}
    await office.move(move_out=leaves("10001", "2023-03-15"), reads=given)
    (order,) = office.said(ServiceOrderRequested)
    assert order.given_read is not None
    assert (str(order.given_read.value), order.given_read.date) == ("1234", date(2023, 3, 15))


async def test_the_same_request_again_changes_nothing_and_another_one_under_its_name_is_refused(office: Office) -> None:
    await office.house("P1", "10001")
    first = await office.move(move_out=leaves("10001", "2023-03-15"))
    again = await office.move(move_out=leaves("10001", "2023-03-15"))
    assert (again.move_id, office.told) == (first.move_id, [])
    with pytest.raises(Refused, match="another move before"):
        await office.move(move_out=leaves("10001", "2023-03-14"))


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({"move_out": leaves("10001", "2020-04-30")}, "began on 2020-05-01"),
        ({"move_out": leaves("404", "2023-03-15")}, "There is no account 404"),
        ({"move_in": comes("P1", "2023-03-16")}, "Account 10001 has the .* there from 2020-05-01 with no end"),
        ({"move_out": leaves("10001", "2023-03-16"), "move_in": comes("P1", "2023-03-16")}, "through 2023-03-16"),
        ({"move_out": leaves("10001", "2023-03-15"), "move_in": comes("P2", "2023-03-16")}, "a transfer"),
        ({"move_in": comes("nowhere", "2023-03-16")}, "There is no premise"),
        ({"move_in": comes("P2", "2023-03-16")}, "say which services"),
        ({"move_out": leaves("10001", "2023-03-15"), "reads": {"how": "given"}}, "Give the read of water"),
        ({"move_out": leaves("10001", "2024-03-15")}, "more than 90 days after today"),
        ({"move_out": leaves("10001", "2023-02-10")}, "Have a coordinator enter"),
    ],
)
async def test_what_can_not_be_is_refused_with_a_sentence(office: Office, given: dict[str, object], word: str) -> None:
    await office.house("P1", "10001")
    await office.house("P2")
    with pytest.raises(Refused, match=word):
        await office.move(coordinator="2020" in str(given), **given)


async def test_who_left_can_not_leave_again_and_who_comes_before_the_next_one_is_refused(office: Office) -> None:
    await office.house("P1", "10001")
    await office.move(move_out=leaves("10001", "2023-03-10"), move_in=comes("P1", "2023-03-15"))
    with pytest.raises(Refused, match="not served any more since 2023-03-11"):
        await office.move(request="R2", move_out=leaves("10001", "2023-03-12"))
    with pytest.raises(Refused, match="Account 10002 has the stormwater there from 2023-03-15"):
        await office.move(request="R3", move_in=comes("P1", "2023-03-12"))


async def test_debts_elsewhere_are_a_warning_and_no_refusal(office: Office) -> None:
    await office.house("P1", "10001")
    await office.house("P2", "10002")
    await office.owes("10001", "41.12")
    await office.owes("10002", "120.00", "80.00")
    move = await office.move(move_out=leaves("10001", "2023-03-15"))
    assert move.warnings == [
        "Account 10001 owes 41.12 before its final bill.",
        "Account 10002 of the same customer owes 120.00 (past due 80.00).",
    ]


async def test_an_earlier_day_corrects_the_spans_of_both_parties_at_once(office: Office) -> None:
    await office.house("P1", "10001")
    move = await office.move(move_out=leaves("10001", "2023-03-14"), move_in=comes("P1", "2023-03-15"))
    right = await office.redate(move, {"last_day": "2023-03-01", "first_day": "2023-03-02"})
    assert (right.ends, right.starts) == (date(2023, 3, 2), date(2023, 3, 2))
    old, new = office.snapshot("10001"), office.snapshot("10002")
    assert {one.end for one in old.agreements} == {old.closed} == {date(2023, 3, 2)}
    assert {one.start for one in new.agreements} == {new.opened} == {date(2023, 3, 2)}


async def test_a_redated_move_can_bring_the_read_of_the_right_day(office: Office) -> None:
    await office.house("P1", "10001")
    move = await office.move(move_out=leaves("10001", "2023-03-14"), move_in=comes("P1", "2023-03-15"))
    given = {"how": "given", "given": [{"service_point": "P1", "value": "1234"}]}
    right = await office.redate(move, {"last_day": "2023-03-01", "first_day": "2023-03-02", "reads": given})
    (order,) = office.said(ServiceOrderRequested)
    assert order.given_read is not None
    assert (order.given_read.date, str(order.kind)) == (date(2023, 3, 2), "final_read")
    assert [one.order_id for one in office.said(ServiceOrderWithdrawn)] == [move.reads[0].order_id]
    assert (right.state, len(right.reads)) == ("open", 2)


async def test_the_next_customer_but_one_does_not_keep_a_move_from_being_redated(office: Office) -> None:
    await office.house("P1", "10001")
    move = await office.move(move_out=leaves("10001", "2023-03-01"), move_in=comes("P1", "2023-03-03"))
    await office.move(request="R2", move_out=leaves("10002", "2023-03-09"), move_in=comes("P1", "2023-03-10"))
    right = await office.redate(move, {"first_day": "2023-03-02"})
    assert (right.ends, right.starts) == (date(2023, 3, 2), date(2023, 3, 2))
    with pytest.raises(Refused, match="left again before 2023-03-10"):
        await office.redate(move, {"first_day": "2023-03-11"})


async def test_the_same_request_twice_at_once_is_one_move(office: Office) -> None:
    await office.house("P1", "10001")
    out, into = leaves("10001", "2023-03-14"), comes("P1", "2023-03-15")
    first, second = await asyncio.gather(*[office.move(move_out=out, move_in=into) for _ in range(2)])
    assert first.move_id == second.move_id
    assert await office.run(store.next_number) == "10003"


async def test_two_who_come_to_one_house_at_once_do_not_both_get_it(office: Office) -> None:
    await office.house("P1", "10001")
    await office.move(move_out=leaves("10001", "2023-03-10"))
    moves = [office.move(request=name, move_in=comes("P1", "2023-03-14")) for name in ("R2", "R3")]
    made = await asyncio.gather(*moves, return_exceptions=True)
    assert sorted(type(one).__name__ for one in made) == ["MoveShown", "Refused"]


async def test_a_house_between_two_customers_is_listed_as_vacant(office: Office) -> None:
    await office.house("P1", "10001")
    await office.move(move_out=leaves("10001", "2023-03-09"))
    (vacant,) = await office.run(lambda tx: store.vacant_premises(tx, date(2023, 3, 15)))
    assert (vacant["last_account"], vacant["since"]) == ("10001", date(2023, 3, 10))
    await office.move(request="R2", move_in=comes("P1", "2023-03-16"))
    assert await office.run(lambda tx: store.vacant_premises(tx, date(2023, 3, 15))) == []


@pytest.mark.parametrize(
    ("right", "word"),
    [
        ({"last_day": "2023-03-20"}, "Account 10001 has the"),
        ({"first_day": "2023-03-14"}, "Account 10001 has the"),
        ({"last_day": "2023-01-10"}, "Have a coordinator"),
    ],
)
async def test_a_redated_move_follows_the_rules_of_a_new_one(office: Office, right: dict[str, str], word: str) -> None:
    await office.house("P1", "10001")
    move = await office.move(move_out=leaves("10001", "2023-03-14"), move_in=comes("P1", "2023-03-15"))
    with pytest.raises(Refused, match=word):
        await office.redate(move, right)


async def test_a_cancelled_move_leaves_everything_as_it_was(office: Office) -> None:
    await office.house("P1", "10001")
    forwarding = {"line1": "PO Box 9", "city": "Greeley", "state": "CO", "zip": "80631"}
    move = await office.move(
        move_out=leaves("10001", "2023-03-20", forwarding=forwarding), move_in=comes("P1", "2023-03-21")
    )
    assert (await office.cancel(move)).state == "cancelled"
    old, new = office.snapshot("10001"), office.snapshot("10002")
    assert (old.closed, {one.end for one in old.agreements}) == (None, {None})
    assert (new.agreements, new.closed) == ((), new.opened)
    assert office.said(ContactChanged)[0].contacts[0].mailing.line1 == "P1 Oak St"
    assert len(office.said(AccountChanged)) == 2
    with pytest.raises(Refused, match="cancelled already"):
        await office.cancel(move)
