"""The sample service, fresh for each test."""

from collections.abc import AsyncIterator

import pytest

from tests.chassis.sample import Bench, sample
from tests.conftest import GivenDatabase


@pytest.fixture
async def bench(database: GivenDatabase) -> AsyncIterator[Bench]:
    async with sample(database("sample")) as found:
        yield found
