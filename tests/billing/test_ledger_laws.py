"""Whatever happens to accounts, in whatever order and however often: the same balances, and books that agree."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from itertools import count
from random import Random
from typing import Any
from uuid import UUID, uuid5

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as some

from contracts.payments import Purpose
from contracts.topics import CHARGE_ASSESSED
from tests.billing.late_builders import a_fee, a_return, hear
from tests.billing.office import DAY, Office, a_payment

NAMES = UUID("7b0f1d9e-52b8-4a51-9d9b-06f3f1f1a111")
NUMBERS = ("1", "2")

amounts = some.integers(1, 9000).map(lambda cents: str(Decimal(cents) / 100))
signed = some.integers(-3000, 9000).map(lambda cents: str(Decimal(cents) / 100))
bills = some.tuples(
    some.just("bill"),
    some.sampled_from(NUMBERS),
    some.dictionaries(some.sampled_from(["water", "sewer", "garbage"]), signed, min_size=1),
)
payments = some.tuples(
    some.just("pay"),
    some.sampled_from(NUMBERS),
    some.tuples(amounts, some.sampled_from([Purpose.BALANCE, Purpose.BALANCE, Purpose.DEPOSIT])),
)
returned = some.tuples(some.just("return"), some.sampled_from(NUMBERS), some.integers(0, 8))
fees = some.tuples(some.just("fee"), some.sampled_from(NUMBERS), amounts)
taken_back = some.sets(some.integers(0, 8), max_size=4)
histories = some.lists(some.one_of(bills, payments, payments, fees, returned), min_size=2, max_size=9)
Happening = tuple[str, str, Any]
_LIVES = count()


async def _live(office: Office, history: Sequence[tuple[int, Happening]], taken_back: set[int]) -> list[Decimal]:
    """Let things happen to accounts nobody else has, each under an id of its own; answers what they owe then.

    What happens twice is the same thing twice. A bill is posted once, by its run; it may be taken back at any time. A
    return takes back the payment that it names, if the history has it, whichever of the two comes first.
    """
    paid = {number: (account, what[0]) for number, (kind, account, what) in history if kind == "pay"}
    life = next(_LIVES)
    names = {number: f"{life}-{number}" for number in NUMBERS}
    await office.know(*names.values())
    posted: dict[int, UUID] = {}
    for number, (kind, account, what) in history:
        if kind == "bill" and number not in posted:
            posted[number] = uuid5(NAMES, f"{life} {number}")
            await office.bill(posted[number], names[account], what, DAY + timedelta(len(posted)))
        elif kind == "pay":
            await office.pay(a_payment(names[account], what[0], seq=number + 1, purpose=what[1]))
        elif kind == "fee":
            await hear(office, CHARGE_ASSESSED, a_fee(names[account], what, number))
        elif kind == "return" and what in paid:
            payer, amount = paid[what]
            await office.give_back(a_return(names[payer], amount, seq=what + 1))
        if number in posted and number in taken_back:
            await office.take_back(posted[number])
    return [(await office.balance(name)).owed for name in names.values()]


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
)
@given(history=histories, taken_back=taken_back, seed=some.integers(0, 2**16))
async def test_the_same_facts_in_any_order_doubled_leave_the_same_balances(
    office: Office, history: list[Happening], taken_back: set[int], seed: int
) -> None:
    numbered = list(enumerate(history))
    shuffled = Random(seed).sample(numbered * 2, len(numbered) * 2)
    assert await _live(office, numbered, taken_back) == await _live(office, shuffled, taken_back)
    verdict = await office.verdict()
    assert verdict.ok, verdict.sentences


async def test_trial_balance_is_zero_by_fund_after_a_long_random_life(office: Office) -> None:
    random = Random(20230301)
    await office.know(*NUMBERS)
    billed: list[UUID] = []
    paid: dict[int, tuple[str, str]] = {}
    for step in range(90):
        number, day = random.choice(NUMBERS), DAY + timedelta(step)
        match random.choice(["bill", "pay", "pay", "take back", "return", "fee"]):
            case "bill":
                billed.append(uuid5(NAMES, f"life {step}"))
                charges = {"water": f"{random.randint(-2000, 6000) / 100:.2f}", "sewer": f"{random.randint(1, 30)}.10"}
                await office.bill(billed[-1], number, charges, day)
            case "pay":
                paid[step + 1] = (number, f"{random.randint(1, 9000) / 100:.2f}")
                await office.pay(a_payment(*paid[step + 1], seq=step + 1))
            case "return" if paid:
                seq = random.choice(list(paid))
                await office.give_back(a_return(*paid[seq], seq=seq))
            case "fee":
                await hear(office, CHARGE_ASSESSED, a_fee(number, f"{random.randint(1, 40)}.00", step))
            case "take back" if billed:
                await office.take_back(random.choice(billed))
    verdict = await office.verdict()
    assert verdict.ok, verdict.sentences
    totals = await office.rows("select fund, sum(amount) as total from posting group by fund")
    assert {row["total"] for row in totals} == {Decimal(0)}
    assert verdict.receivables - verdict.credit == verdict.customer_balances
