"""Numbers of a service's own for Prometheus: each a question to its database, asked no oftener than it says."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Gauge
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine


@dataclass(frozen=True)
class Figure:
    """A gauge by name, what it means, and the query that answers it in one row; asked again after `seconds`."""

    name: str
    meaning: str
    query: str
    seconds: float = 15.0


class Figures:
    """The figures of one process, and when each was asked last."""

    def __init__(self, figures: Sequence[Figure], registry: CollectorRegistry) -> None:
        self._figures = [(one, Gauge(one.name, one.meaning, registry=registry)) for one in figures]
        self._asked: dict[str, float] = {}

    async def refresh(self, engine: AsyncEngine) -> None:
        """Bring them up to date."""
        now = time.monotonic()
        due = [pair for pair in self._figures if now - self._asked.get(pair[0].name, -1e9) >= pair[0].seconds]
        if not due:
            return
        async with engine.connect() as connection:
            for one, gauge in due:
                gauge.set(float((await connection.execute(text(one.query))).scalar_one()))
                self._asked[one.name] = now
