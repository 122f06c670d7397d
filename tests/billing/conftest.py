"""An office over a fresh database for each test."""

from collections.abc import AsyncIterator

import pytest

from tests.billing.office import Office, an_office
from tests.conftest import GivenDatabase


@pytest.fixture
async def office(database: GivenDatabase) -> AsyncIterator[Office]:
    """A billing office with its town pack applied."""
    async with an_office(database("billing", migrated=True)) as office:
        yield office
