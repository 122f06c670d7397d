"""kill -9 at random moments, and somebody who starts again what is down, as systemd would.

What is killed, and how long everything waits before it, follows from the seed; what it was just doing does not.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random

import psycopg
from sqlalchemy import make_url

from deploy.local.places import Server
from deploy.local.supervisor import Suite
from deploy.local.trouble import TroubleError
from tests.faults.days import DESK, DUSK, NIGHT, days_after, parts_of

KAFKA, POSTGRES, RELAY = "Kafka", "PostgreSQL", "relay of "
LEAST_PAUSE, LONGEST_PAUSE = 0.1, 2.0
LONGEST_CALM = 1.5
WATCH = 0.3

DECKS: Mapping[str, tuple[str, ...]] = {
    "readings": ("metering", RELAY + "metering", KAFKA, "billing", POSTGRES),
    "billing": ("billing", POSTGRES, "billing 2", KAFKA, RELAY + "billing", "notifications", "accounts"),
    "payments": ("payments", KAFKA, RELAY + "payments", POSTGRES, "billing", "collections"),
    "mail": ("notifications", RELAY + "notifications", POSTGRES, "collections", KAFKA),
}
"""What may be killed in each part of the month: whoever has to do with it."""
DAY_DECKS: Mapping[str, tuple[str, ...]] = {
    DUSK: ("billing", "collections", KAFKA, POSTGRES, RELAY + "billing", "metering"),
    NIGHT: ("billing", "collections", POSTGRES, "metering", KAFKA, "payments", RELAY + "collections", "notifications"),
    DESK: (
        "collections",
        "billing",
        "metering",
        RELAY + "collections",
        "notifications",
        POSTGRES,
        "billing 2",
        "payments",
        KAFKA,
        "accounts",
    ),
}
"""What may be killed in each part of a day after the month."""
SHARES = {"readings": 0.15, "billing": 0.4, "payments": 0.3, "mail": 0.15}

Plan = dict[str, list[str]]


def plan_kills(chance: Random, kills: int) -> Plan:
    """Who is killed in each part, in which order. Kafka and PostgreSQL are always among two and more."""
    counts = {part: round(share * kills) for part, share in SHARES.items()}
    counts["billing"] += kills - sum(counts.values())
    plan = {part: _drawn(chance, DECKS[part], count) for part, count in counts.items()}
    if not {KAFKA, POSTGRES} <= {victim for victims in plan.values() for victim in victims}:
        plan["billing"][0], plan["payments"][0] = POSTGRES, KAFKA
    return plan


def plan_days(chance: Random, kills: int, days: int) -> Plan:
    """Who is killed in which part of the days after the month; most parts are left in peace when there are many."""
    parts = [part for day in days_after(days) for part in parts_of(day)]
    decks = {part: iter(_drawn(chance, deck, kills)) for part, deck in DAY_DECKS.items()}
    plan: Plan = {part: [] for part in parts}
    for _ in range(kills if parts else 0):
        part = chance.choice(parts)
        plan[part].append(next(decks[part.split()[-1]]))
    return plan


def _drawn(chance: Random, deck: tuple[str, ...], count: int) -> list[str]:
    """Cards from a shuffled deck, shuffled anew when it is used up."""
    drawn: list[str] = []
    while len(drawn) < count:
        drawn += chance.sample(deck, len(deck))
    return drawn[:count]


@dataclass
class Storm:
    """Kills what the plan says during each part of the month, and has all of it running again at the part's end.

    A part that is over sooner than its kills leaves the rest of them to the next part, but at dusk everything waits.
    """

    suite: Suite
    plan: Plan
    chance: Random
    killed: Counter[str] = field(default_factory=Counter)
    in_the_midst: int = 0
    """How many of the kills fell while the month went on; the others had been left over at its end."""
    came_back: int = 0
    """How often a service that had ended by itself, such as one that found no database at its start, was restarted."""
    _left: list[str] = field(default_factory=list)
    _down: set[str] = field(default_factory=set)
    _hands: threading.Lock = field(default_factory=threading.Lock)
    _at_rest: threading.Event = field(default_factory=threading.Event)
    _over: threading.Event = field(default_factory=threading.Event)
    _trouble: list[BaseException] = field(default_factory=list)

    @property
    def kills(self) -> int:
        """How many there were."""
        return self.killed.total()

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Services that end by themselves are started again until the end of the block."""
        watcher = threading.Thread(target=self._guarded, args=(self._watch,), name="watcher")
        watcher.start()
        try:
            yield
        finally:
            self._over.set()
            watcher.join()
            self.refuse_trouble()

    @contextmanager
    def during(self, part: str) -> Iterator[None]:
        """Strike while the block goes on."""
        victims = self._left + self.plan[part]
        calm = threading.Event()
        self._at_rest.clear()
        striker = threading.Thread(target=self._guarded, args=(self._strike_all, victims, calm), name="striker")
        striker.start()
        try:
            yield
        finally:
            self._at_rest.set()
            if part != list(self.plan)[-1] and not part.endswith(DUSK):
                calm.set()
            striker.join()
            self.refuse_trouble()

    def refuse_trouble(self) -> None:
        """Raise what a thread of the storm could not do."""
        if self._trouble:
            raise self._trouble[0]

    def _guarded(self, work: Callable[..., None], *given: object) -> None:
        try:
            work(*given)
        except Exception as error:
            self._trouble.append(error)

    def _strike_all(self, victims: list[str], calm: threading.Event) -> None:
        while victims and not calm.wait(self.chance.uniform(0, LONGEST_CALM)):
            self.in_the_midst += not self._at_rest.is_set()
            self._strike(victims.pop(0))
        self._left = victims

    def _strike(self, victim: str) -> None:
        pause = self.chance.uniform(LEAST_PAUSE, LONGEST_PAUSE)
        if victim in (KAFKA, POSTGRES):
            self._kill_server(victim, pause)
        elif victim.startswith(RELAY):
            self._kill_service(self._leader(victim.removeprefix(RELAY)), victim, pause)
        else:
            self._kill_service(victim, victim, pause)

    def _kill_server(self, name: str, pause: float) -> None:
        server = self.suite.places.kafka if name == KAFKA else self.suite.places.postgres
        assert server is not None, f"{name} is not ours to kill"
        server.kill()
        self.killed[name] += 1
        time.sleep(pause)
        start_surely(server)

    def _kill_service(self, name: str, victim: str, pause: float) -> None:
        with self._hands:
            self._down.add(name)
            self.suite.services[name].kill()
        self.killed[victim] += 1
        time.sleep(pause)
        with self._hands:
            self.suite.start(name)
            self._down.discard(name)

    def _leader(self, service: str) -> str:
        """The copy whose relay leads; the first one when nobody can say so just now."""
        address = make_url(self.suite.database_urls[service]).set(drivername="postgresql")
        try:
            with psycopg.connect(address.render_as_string(hide_password=False), connect_timeout=3) as connection:
                row = connection.execute("select instance from outbox_leader").fetchone()
        except psycopg.Error:
            row = None
        name = row[0].replace("-", " ") if row else service
        return name if name in self.suite.services else service

    def _watch(self) -> None:
        while not self._over.wait(WATCH):
            with self._hands:
                for name in self._ended_by_themselves():
                    self.came_back += 1
                    self.suite.start(name)

    def _ended_by_themselves(self) -> list[str]:
        return [name for name, child in self.suite.services.items() if name not in self._down and not child.running]


def start_surely(server: Server, tries: int = 5) -> None:
    """Start it as systemd would: again, when it did not come up the first time."""
    for _ in range(tries - 1):
        try:
            server.start()
        except TroubleError:
            time.sleep(1)
        else:
            return
    server.start()
