"""What the meter readers find in the field: mostly what one would expect."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Literal

from deploy.local.demo.handheld import Seen
from deploy.local.demo.town.homes import Home
from deploy.local.demo.town.schedule import Round

Oddity = Literal["missing", "high", "low", "zero", "negative", "leak"]
SHARES: Mapping[Oddity, float] = {
    "missing": 0.02,
    "high": 0.012,
    "low": 0.01,
    "zero": 0.01,
    "negative": 0.006,
    "leak": 0.01,
}
CODES = ("02", "07", "11")
"""Why a meter could not be read: a dog, a car on the pit, water in the pit."""
DAYS_OF_A_MONTH = 30
WATCHED_GALLONS = 2_500
"""Where less is usual, little or no usage surprises nobody."""


@dataclass(frozen=True)
class Walk:
    """A cycle as its readers find it, by service point.

    `again` is what those see who are sent to have another look; `passed` what every meter has counted by then.
    """

    seen: Mapping[str, Seen]
    again: Mapping[str, Seen]
    oddities: Mapping[str, Oddity]
    rollovers: frozenset[str]
    passed: Mapping[str, int]


def walked_on(which: Round, route: str) -> date:
    """The day a route is walked: the one before the cycle's day, or two before, so that there is time for rereads."""
    return which.read_on - timedelta(days=1 + int(route) % 2)


def used_since(home: Home, since: date, day: date) -> int:
    """Gallons that usually pass a home's meter between two days, in the tens that a register shows."""
    return 10 * round(home.usual(day) * (day - since).days / (10 * DAYS_OF_A_MONTH))


def walk(
    seed: int,
    which: Round,
    homes: Iterable[Home],
    passed: Mapping[str, int],
    spared: Iterable[str] = (),
    read_on: Mapping[str, date] | None = None,
) -> Walk:
    """What is found in a round, at meters that had counted `passed` gallons; nothing odd at those `spared`.

    `read_on` are meters that were read since their last round, for a work order: less has passed since, and nothing is
    odd there either.
    """
    read_between = {point: (which.read_on - day).days / DAYS_OF_A_MONTH for point, day in (read_on or {}).items()}
    chance = Random(f"{seed}/field/{which.read_on}")
    here = [home for home in homes if home.cycle == which.cycle]
    oddities = _oddities(chance, which, here, frozenset(spared) | read_between.keys())
    seen, again, now = {}, {}, {}
    for home in here:
        before, oddity = passed[home.point], oddities.get(home.point)
        used = _gallons(chance, home, which, oddity) * min(1.0, read_between.get(home.point, 1.0))
        now[home.point] = before + 10 * round(used / 10)
        seen[home.point], again[home.point] = _seen(chance, home, before, now[home.point], oddity)
    rollovers = frozenset(
        one.point for one in here if one.meter.shows(now[one.point]) < one.meter.shows(passed[one.point])
    )
    return Walk(seen, again, oddities, rollovers, now)


def _oddities(chance: Random, which: Round, homes: list[Home], spared: frozenset[str]) -> dict[str, Oddity]:
    """At least one of each kind in every cycle, so that a small town shows them too."""
    found: dict[str, Oddity] = {}
    for oddity, share in SHARES.items():
        able = [
            home.point
            for home in homes
            if not home.commercial
            and not home.rolls_over
            and home.point not in spared
            and home.point not in found
            and (oddity not in ("low", "zero") or home.usual(which.read_on) >= WATCHED_GALLONS)
        ]
        count = min(len(able), max(1, round(share * len(homes))))
        found |= dict.fromkeys(chance.sample(able, count), oddity)
    return found


def _gallons(chance: Random, home: Home, which: Round, oddity: Oddity | None) -> int:
    usual = home.usual(which.read_on)
    match oddity:
        case "high":
            gallons = max(usual * 3, 15_000) * chance.uniform(1.0, 1.6)
        case "leak":
            gallons = usual * 1.4
        case "low":
            gallons = usual * 0.1
        case "zero":
            gallons = 0
        case _:
            gallons = usual * chance.uniform(0.88, 1.14)
    return 10 * round(gallons / 10)


def _seen(chance: Random, home: Home, before: int, now: int, oddity: Oddity | None) -> tuple[Seen, Seen]:
    true = Seen(home.meter.shows(now), leak=oddity == "leak")
    if oddity == "missing":
        blocked = Seen(None, chance.choice(CODES))
        return blocked, true if chance.random() < 0.5 else blocked
    if oddity == "negative":
        return Seen(home.meter.shows(before - 3_000)), true
    return true, true
