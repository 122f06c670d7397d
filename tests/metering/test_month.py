"""A cycle from import to posted reads, as the office lives it."""

from decimal import Decimal

from contracts.metering import ReadKind
from tests.metering.conversion import houses
from tests.metering.cycle import Cycle, saw


async def test_a_cycle_is_imported_sent_out_loaded_back_reviewed_posted_and_closed(cycle: Cycle) -> None:
    quiet, leaking, snowed_in, not_walked_to = await cycle.opened(*houses(4, cycle.name))
    report = await cycle.walked({quiet: saw(14_000), leaking: saw(40_000, leak=True), snowed_in: saw(None, code="07")})
    assert (report["clean"], report["questioned"], report["unread"], report["refused"]) == (1, 1, 1, [])

    assert [(read["service_point"], read["findings"]) for read in await cycle.review()] == [
        (leaking.key, ["high", "leak"]),
        (snowed_in.key, ["missing"]),
        (not_walked_to.key, ["missing"]),
    ]
    assert await cycle.accept_clean() == 1
    high = await cycle.decide("accept", "the owner confirms a broken pipe", finding="high")
    missing = await cycle.decide("estimate", "snow on the pits", finding="missing")
    assert (high["decided"], missing["decided"]) == (1, 2)

    posting = await cycle.post()
    assert (posting["state"], posting["posted"], posting["flagged"]) == ("done", 4, 2)
    news = {event.service_point_id: event for event in await cycle.news()}
    assert {house.number: news[house.id].quantity for house in cycle.town} == {1: 4000, 2: 30_000, 3: 4000, 4: 4000}
    clean = news[quiet.id]
    assert (clean.previous.value, clean.current.value, clean.kind) == (Decimal(10_000), Decimal(14_000), "actual")
    assert (clean.meter_number, clean.cycle, clean.route) == (quiet.meter, cycle.name, quiet.route)
    assert (clean.dials, clean.unit, clean.multiplier) == (6, "gal", Decimal(1))
    assert news[not_walked_to.id].kind is ReadKind.ESTIMATED
    assert {flag.flag.value for flag in await cycle.flags()} == {"high", "leak"}

    closed = await cycle.metering.post(f"{cycle.path}/close")
    assert (closed["state"], closed["reads"]) == ("closed", {"posted": 4})
