"""A cycle of a town, and what the office does with it."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from contracts.metering import ReadPosted, UsageFlagged
from contracts.topics import READ_POSTED, USAGE_FLAGGED
from deploy.local.demo.handheld import Seen, collect
from tests.metering.conversion import READ_ON, House, houses, last_reads, service_points, usage
from tests.metering.running import Metering


def saw(value: int | str | None, **more: Any) -> Seen:
    """What a reader saw."""
    return Seen(None if value is None else Decimal(value), **more)


@dataclass
class Cycle:
    """One cycle, apart from the other tests' cycles."""

    metering: Metering
    name: str
    reading: str = ""
    town: list[House] = field(default_factory=list)

    async def of(self, *town: House) -> list[House]:
        """Import houses, their last reads and their usage, in the order that suits least."""
        self.town = list(town)
        await self.metering.send("/imports/usage", usage(town))
        await self.metering.send("/imports/last_reads", last_reads(town))
        await self.metering.send("/imports/service_points", service_points(town))
        return self.town

    async def opened(self, *town: House, count: int = 1) -> list[House]:
        """Import houses and open the reading of the cycle."""
        await self.of(*(town or houses(count, self.name)))
        await self.start()
        return self.town

    async def start(self, read_on: date = READ_ON) -> None:
        """Open a reading and wait until it is open."""
        reading = await self.metering.post("/readings", {"cycle": self.name, "read_on": str(read_on)})
        self.reading = str(reading["id"])
        await self.metering.until(self.path, "open")

    @property
    def path(self) -> str:
        """Where the reading is."""
        return f"/readings/{self.reading}"

    async def file(self, **query: Any) -> str:
        """The route's file."""
        return str(await self.metering.get(f"{self.path}/routes/{self.name}-01/file", **query))

    async def load(self, content: str | bytes, **query: Any) -> Any:
        """Load a file back."""
        return await self.metering.send(f"{self.path}/files", content, **query)

    async def walked(self, seen: dict[House, Seen], read_on: date = READ_ON, **query: Any) -> Any:
        """Unload the route, walk it, load it back."""
        filled = collect(await self.file(**query), {house.key: what for house, what in seen.items()}, read_on)
        return await self.load(filled, **{name: value for name, value in query.items() if name == "format"})

    async def review(self, **query: Any) -> Any:
        """The reads that wait for somebody, or those asked for."""
        return await self.metering.get(f"{self.path}/review", **query)

    async def read_of(self, house: House) -> Any:
        """The read of a house, whatever its state."""
        for state in ("awaited", "clean", "questioned", "reread", "accepted", "posted", "excused"):
            for read in await self.review(state=state):
                if read["service_point"] == house.key:
                    return read
        raise AssertionError(f"{house.key} has no read")

    async def decide(self, decision: str, why: str = "as the foreman says", **which: Any) -> Any:
        """Decide reads."""
        return await self.metering.post(f"{self.path}/decisions", {"decision": decision, "why": why} | which)

    async def accept_clean(self) -> int:
        """Accept the clean reads."""
        return int((await self.metering.post(f"{self.path}/accept-clean", {}))["reads"])

    async def post(self) -> Any:
        """Post what is accepted; answers how it went."""
        run = (await self.metering.post(f"{self.path}/post"))["run"]
        return await self.metering.until(f"/readings/postings/{run}", "done")

    async def posted_as(self, seen: dict[House, Seen], read_on: date = READ_ON) -> list[ReadPosted]:
        """Walk, accept and post; answers all the news there is."""
        await self.walked(seen, read_on)
        await self.accept_clean()
        await self.post()
        return await self.news()

    async def news(self) -> list[ReadPosted]:
        """What was told of this cycle's houses, in the order it was told per house."""
        mine = {house.id for house in self.town}
        return [event for event in await self.metering.published(READ_POSTED) if event.service_point_id in mine]

    async def flags(self) -> list[UsageFlagged]:
        """What customers of this cycle should hear."""
        mine = {house.id for house in self.town}
        return [event for event in await self.metering.published(USAGE_FLAGGED) if event.service_point_id in mine]
