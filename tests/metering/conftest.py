"""A running metering service for each test, on real Kafka and PostgreSQL."""

from collections.abc import AsyncIterator, Callable

import pytest

from deploy.local.places import Places
from tests.metering.running import Metering, running


@pytest.fixture
async def metering(
    places: Places,
    database: Callable[..., str],
    make_topics: Callable[..., list[str]],
    topic_prefix: str,
) -> AsyncIterator[Metering]:
    """Metering with its town pack applied and the business day begun."""
    make_topics(["AccountChanged", "BusinessDayStarted", "ReadPosted", "UsageFlagged"], topic_prefix)
    async with running(places, database("metering", migrated=True), topic_prefix) as service:
        yield service
