"""Ten thousand households whose payments, orders and news cross each other in every way."""

import pytest

from services.collections.timeline.case import Case
from tests.collections.interleaved.collecting import CALENDAR, POLICY
from tests.collections.interleaved.world import Cut, World

SEEDS, PARTS = 10_000, 10


def live_through(seed: int, days: int = 8, actions: int = 12) -> World:
    world = World(seed)
    for _ in range(4):
        world.live_calmly()
    for _ in range(days):
        world.live(actions)
        world.next_day()
        all_is_right(world)
    return world


def all_is_right(world: World) -> None:
    world.drain()
    for cut in world.cuts:
        had_notice(world, cut)
        was_a_day_for_it(world, cut)
        if cut.paid_before or cut.paid_up:
            is_restored_free(world, cut)
    assert len(world.collections.told) == len(set(world.collections.told)), "a step was told twice"


def had_notice(world: World, cut: Cut) -> None:
    shutoff = POLICY.shutoff
    assert shutoff
    sent = world.notices.sent[cut.case.id]
    assert sent, "shut off without a served notice"
    assert cut.day >= CALENDAR.after(sent[0], shutoff.notice_days), "shut off before the notice's days had passed"
    assert cut.case.notice
    assert cut.day >= cut.case.notice.earliest, "shut off before the day the notice named"


def was_a_day_for_it(world: World, cut: Cut) -> None:
    assert cut.order.asked_on == cut.day, "shut off on another day than the approved one"
    assert CALENDAR.is_open(cut.day)
    assert not CALENDAR.before_closed(cut.day)


def is_restored_free(world: World, cut: Cut) -> None:
    assert world.collections.restores[cut.order.id], "shut off after a payment, and no order to restore"
    assert world.collections.fees_for(cut.order) == [], "shut off after a payment, and charged for it"


def settle_up(world: World) -> Case | None:
    """The household pays everything; people go on with their work for a while."""
    world.pays = False
    for _ in range(12):
        if world.household.owed() > 0:
            world.household.pay(world.household.owed())
        world.live(10)
        world.next_day()
        case = world.collections.newest_case()
        if not world.metering.off and world.household.owed() <= 0 and (case is None or case.closed):
            break
    all_is_right(world)
    return world.collections.newest_case()


@pytest.mark.parametrize("part", range(PARTS))
def test_nobody_who_paid_is_shut_off_and_whoever_is_too_late_restores_free(part: int) -> None:
    cuts = free = 0
    for seed in range(part, SEEDS, PARTS):
        try:
            world = live_through(seed)
            case = settle_up(world)
            assert not world.metering.off, "paid everything, and still off"
            assert case is None or case.closed or world.household.owed() > 0, "paid everything, and the case goes on"
        except AssertionError as error:
            error.add_note(f"seed {seed}")
            raise
        cuts += len(world.cuts)
        free += sum(cut.paid_before for cut in world.cuts)
    assert cuts > SEEDS / PARTS / 10, "too few were shut off to prove anything"
    assert free > 0, "no crew was ever too late"


def test_whoever_never_pays_is_shut_off_in_the_end() -> None:
    for seed in range(500):
        world = World(seed, pays=False)
        for _ in range(60):
            world.live(14)
            world.next_day()
            if world.metering.off:
                break
        all_is_right(world)
        assert world.metering.off, f"seed {seed} never paid and was never shut off"
        assert not any(world.collections.restores.values()), f"seed {seed} never paid and has water again"
