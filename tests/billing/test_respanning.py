"""What is charged by the calendar follows the days that agreements have now, also where nobody knew of them."""

from datetime import date
from uuid import UUID, uuid5

from services.billing.bills.inputs import Item, Span
from services.billing.bills.respanning import Left, Stay, respanned
from services.billing.tariffs import Period, Usage

MAY = Span(date(2023, 5, 1), date(2023, 6, 1))
BILLED_ON = date(2023, 6, 5)


def agreement(service: str) -> UUID:
    return uuid5(UUID(int=0), service)


def item(service: str, **attributes: str) -> Item:
    period = Period(MAY.start, MAY.end, BILLED_ON, MAY.end)
    return Item(0, service, agreement(service), period, Usage(), attributes)


def billed(*items: Item) -> Left:
    """May as it was billed, in a town that charges garbage and stormwater by the calendar."""
    return Left("1", "a pack", items, MAY, items, frozenset({"garbage", "stormwater"}))


def stays(*services: str, start: date = date(2020, 1, 1), on_hold: bool = False) -> dict[UUID, Stay]:
    return {agreement(one): Stay(start, None, one, {}, on_hold) for one in services}


def services_of(items: tuple[Item, ...]) -> dict[str, tuple[date, date]]:
    return {one.service: (one.period.start, one.period.end) for one in items}


def test_a_service_that_nobody_knew_of_is_there_from_its_first_day() -> None:
    left, since = billed(item("garbage")), date(2023, 5, 11)
    known = stays("garbage") | stays("stormwater", start=since)
    now = respanned(left, left.items, known, [agreement("stormwater")])
    assert services_of(now) == {"garbage": MAY, "stormwater": (since, MAY.end)}


def test_one_that_was_known_and_not_billed_is_left_alone() -> None:
    left = billed(item("garbage"))
    assert respanned(left, left.items, stays("garbage", "stormwater")) == left.items


def test_one_on_hold_is_not_billed() -> None:
    left = billed(item("garbage"))
    known = stays("garbage") | stays("stormwater", on_hold=True)
    assert respanned(left, left.items, known, [agreement("stormwater")]) == left.items


def test_one_that_is_charged_by_volume_waits_for_its_reads() -> None:
    left = billed(item("garbage"))
    assert respanned(left, left.items, stays("garbage", "sewer"), [agreement("sewer")]) == left.items


def test_what_the_account_is_exempt_from_holds_for_it_too() -> None:
    left = billed(item("garbage", senior="yes", cart_size="95 gal"))
    known = {agreement("garbage"): Stay(date(2020, 1, 1), None, "garbage", {"cart_size": "95 gal"})} | stays(
        "stormwater"
    )
    _, begun = respanned(left, left.items, known, [agreement("stormwater")])
    assert begun.attributes == {"senior": "yes"}


def test_what_was_charged_afterwards_stays_as_it_is() -> None:
    left = billed(item("garbage"))
    known, begun = stays("garbage", "stormwater"), [agreement("stormwater")]
    after = respanned(left, left.items, known, begun)
    assert respanned(left._replace(items=after), after, known, begun) == after
    assert respanned(left._replace(items=after), after, known) == after
