"""A day begins: promises that were not kept are given up, and the service tells what the day before brought."""

from datetime import timedelta
from decimal import Decimal

from contracts.billing import BusinessDayDone
from contracts.payments import PaymentFailed
from tests.payments.builders import DAY, Desk, payment


async def test_a_promise_that_is_not_kept_in_time_expires_with_the_day(desk: Desk) -> None:
    await desk.publish(payment("V-1", stage="pending"))
    for later in range(1, 6):
        await desk.begin_day(DAY + timedelta(later))
    assert await desk.told(PaymentFailed) == []
    await desk.begin_day(DAY + timedelta(6))
    (failed,) = await desk.told(PaymentFailed)
    assert failed.reason == "The payment was pending and did not come by 2023-03-20."
    done = (await desk.told(BusinessDayDone))[-1]
    assert (done.counts["promises expired"], done.money["expired"]) == (1, Decimal("50.00"))


async def test_a_day_done_says_what_the_day_before_brought_and_what_waits(desk: Desk) -> None:
    await desk.publish(
        payment("V-1"), payment("V-2"), payment("V-3", stage="pending"), payment("V-4", account_number="9")
    )
    await desk.take(amount="20.00")
    await desk.begin_day(DAY + timedelta(1))
    done = (await desk.told(BusinessDayDone))[-1]
    assert done.money == {
        "counter payments the day before": Decimal("20.00"),
        "online payments the day before": Decimal("150.00"),
        "promises the day before": Decimal("50.00"),
        "payments in suspense": Decimal("50.00"),
        "promises waited for": Decimal("50.00"),
    }
    assert done.counts["online payments the day before"] == 3
