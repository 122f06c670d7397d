"""A batch has its effect once, and one bad record never blocks or drops the rest."""

from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from chassis import deadletters
from chassis.consume import Subscription, redrive, take_batch
from chassis.database import Transaction
from chassis.passing import is_passing
from chassis.received import RawMessage, Received, Unreadable
from tests.chassis.sample import GAINED, GAINS, PURSES, Bench, Gained, PurseChanged, raws, take_gains

PURSE = UUID(int=1)


def gain(number: int, amount: str = "10.00", purse: UUID = PURSE) -> Gained:
    return Gained(gain_id=UUID(int=1000 + number), purse=purse, amount=Decimal(amount))


def named(version: int = 1, name: str = "red", purse: UUID = PURSE) -> PurseChanged:
    return PurseChanged(purse=purse, version=version, name=name)


async def totals(bench: Bench) -> list[Decimal]:
    return [total for (total,) in await bench.rows("select total from purse order by id")]


async def letters(bench: Bench) -> list[str]:
    return [reason for (reason,) in await bench.rows("select reason from dead_letter order by id")]


async def test_a_fact_delivered_twice_counts_once(bench: Bench) -> None:
    await bench.take(PURSES, named())
    for _ in range(2):
        await bench.take(GAINS, gain(1), gain(2))
    await bench.take(GAINS, gain(2), gain(2), first_offset=10)
    assert await totals(bench) == [Decimal("20.00")]
    assert await letters(bench) == []


async def test_the_same_key_with_other_content_is_kept_and_alarmed_and_changes_nothing(bench: Bench) -> None:
    await bench.take(PURSES, named())
    await bench.take(GAINS, gain(1), gain(1, "11.00"), gain(2))
    await bench.take(GAINS, gain(2, "99.00"), first_offset=10)
    assert await totals(bench) == [Decimal("20.00")]
    assert await letters(bench) == ["This gain came before with other content."] * 2


@pytest.mark.parametrize(
    "bad",
    [b"{", b"\xff\xfe", b"null", b"[]", {"gain_id": "x"}, {"purse": str(PURSE)}, None, b"", b"9" * 100_000],
)
async def test_a_bad_record_is_kept_and_the_rest_has_its_effect(bench: Bench, bad: object) -> None:
    await bench.take(PURSES, named())
    await bench.take(GAINS, gain(1), bad, gain(2))
    assert await totals(bench) == [Decimal("20.00")]
    (reason,) = await letters(bench)
    assert "Gained message at Gained/0/1" in reason


async def test_a_record_that_its_handler_fails_on_is_kept_alone(bench: Bench) -> None:
    await bench.take(PURSES, named())
    await bench.take(GAINS, gain(1), gain(2, "666"), gain(3))
    assert await totals(bench) == [Decimal("20.00")]
    (reason,) = await letters(bench)
    assert "not for a purse" in reason


async def test_a_bad_record_delivered_again_is_one_dead_letter(bench: Bench) -> None:
    for _ in range(3):
        await bench.take(GAINS, b"{")
    assert len(await letters(bench)) == 1


async def test_a_fact_that_came_too_early_waits_and_is_taken_up_with_what_it_waited_for(bench: Bench) -> None:
    await bench.take(GAINS, gain(1), gain(1), gain(2))
    assert await totals(bench) == [Decimal("0.00")]
    assert await bench.rows("select awaits, awaited_key, count(*) from waiting_fact group by 1, 2") == [
        ("purse", str(PURSE), 2)
    ]
    await bench.take(PURSES, named())
    assert await totals(bench) == [Decimal("20.00")]
    assert await bench.rows("select 1 from waiting_fact") == []


async def test_an_older_snapshot_changes_nothing(bench: Bench) -> None:
    await bench.take(PURSES, named(3, "new"), named(2, "old"))
    await bench.take(PURSES, named(1, "oldest"), first_offset=10)
    assert await bench.rows("select name, version from purse") == [("new", 3)]


async def test_a_dead_letter_is_driven_again_once_its_cause_is_mended(bench: Bench) -> None:
    failing = Subscription(GAINED, _always_failing)
    await bench.take(PURSES, named())
    await take_batch(bench.consumer, failing, raws("Gained", [gain(1)]))
    async with bench.transaction() as tx:
        (letter,) = await deadletters.listed(tx, settled=False, limit=10)
        await redrive(bench.consumer, tx, letter)
    assert await totals(bench) == [Decimal("10.00")]
    assert await bench.rows("select settled_by from dead_letter") == [("pat",)]


async def test_a_dead_letter_that_still_fails_stays(bench: Bench) -> None:
    await bench.take(GAINS, b"{")
    with pytest.raises(Unreadable):
        async with bench.transaction() as tx:
            (letter,) = await deadletters.listed(tx, settled=False, limit=10)
            await redrive(bench.consumer, tx, letter)
    assert await bench.rows("select settled_at from dead_letter") == [(None,)]


async def test_a_passing_fault_is_retried_and_leaves_no_dead_letter(bench: Bench) -> None:
    await bench.take(PURSES, named())
    tries: list[int] = []

    async def cut_off_once(tx: Transaction, received: list[Received[Gained]]) -> None:
        tries.append(len(received))
        if len(tries) == 1:
            await _cut_own_connection(bench, tx)
        await take_gains(tx, received)

    await take_batch(bench.consumer, Subscription(GAINED, cut_off_once), raws("Gained", [gain(1), gain(2)]))
    assert tries == [2, 2]
    assert await totals(bench) == [Decimal("20.00")]
    assert await letters(bench) == []


async def test_a_fault_that_does_not_pass_hands_the_batch_back_to_kafka(bench: Bench) -> None:
    async def database_away(tx: Transaction, received: list[Received[Gained]]) -> None:
        await _cut_own_connection(bench, tx)
        await tx.execute(text("select 1"))

    with pytest.raises(OperationalError) as raised:
        await take_batch(bench.consumer, Subscription(GAINED, database_away), raws("Gained", [gain(1)]))
    assert is_passing(raised.value)
    assert await letters(bench) == []


async def test_strange_headers_are_kept_and_stop_nothing(bench: Bench) -> None:
    strange = RawMessage("Gained", 0, 0, None, b"{", (("x", b"\xff\xfe"), ("y", None), ("actor", b"kim")))
    await take_batch(bench.consumer, GAINS, [strange])
    async with bench.transaction() as tx:
        (letter,) = await deadletters.listed(tx, settled=False, limit=10)
    assert letter.raw == strange


async def test_an_unknown_purse_never_loses_a_gain_whatever_the_order(bench: Bench) -> None:
    other = uuid4()
    await bench.take(GAINS, gain(1), gain(2, purse=other))
    await bench.take(PURSES, named(purse=other))
    await bench.take(GAINS, gain(3, purse=other), first_offset=10)
    await bench.take(PURSES, named(), first_offset=10)
    assert sorted(await totals(bench)) == [Decimal("10.00"), Decimal("20.00")]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(range(8)), again=st.lists(st.integers(0, 7), max_size=6))
async def test_any_order_and_any_repetition_give_the_same_total(
    bench: Bench, order: list[int], again: list[int]
) -> None:
    await bench.take(PURSES, named())
    await bench.take(GAINS, *[gain(number, f"{number + 1}.00") for number in [*order, *again]])
    assert await totals(bench) == [Decimal("36.00")]


async def _always_failing(tx: Transaction, received: list[Received[Gained]]) -> None:
    raise RuntimeError("a release with a mistake")


async def _cut_own_connection(bench: Bench, tx: Transaction) -> None:
    (pid,) = (await tx.execute(text("select pg_backend_pid()"))).scalars()
    async with bench.engine.connect() as other:
        await other.execute(text("select pg_terminate_backend(:pid)"), {"pid": pid})
