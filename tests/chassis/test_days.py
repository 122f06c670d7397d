"""The business day, as a service knows it."""

from datetime import date

from chassis import days
from tests.chassis.sample import Bench

FIRST, SECOND, LATER = date(2023, 3, 1), date(2023, 3, 2), date(2023, 3, 6)


async def test_before_a_day_has_begun_there_is_neither_a_first_nor_a_last(bench: Bench) -> None:
    async with bench.transaction() as tx:
        assert await days.first_begun(tx) is None
        assert await days.last_begun(tx) is None
        assert await days.day_before(tx, FIRST) is None


async def test_the_day_before_is_the_one_that_began_before_however_long_ago(bench: Bench) -> None:
    async with bench.transaction() as tx:
        for day in (FIRST, SECOND, LATER):
            await days.begin(tx, day)
        assert await days.day_before(tx, LATER) == SECOND
        assert await days.day_before(tx, FIRST) is None
        assert (await days.first_begun(tx), await days.today(tx)) == (FIRST, LATER)
