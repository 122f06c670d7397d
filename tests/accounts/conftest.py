"""An office whose town is open, on a fresh database."""

from collections.abc import AsyncIterator

import pytest

from chassis import townstore
from chassis.database import connect
from chassis.townpack import Bundle
from tests.accounts.builders import TODAY, Office
from tests.conftest import GivenDatabase
from tests.running import PACK


@pytest.fixture
async def office(database: GivenDatabase) -> AsyncIterator[Office]:
    engine = connect(database("accounts", migrated=True), 4, "test")
    office = Office(engine)
    await office.run(lambda tx: townstore.apply(tx, Bundle.read(PACK)))
    await office.begin_day(TODAY)
    yield office
    await engine.dispose()
