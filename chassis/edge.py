"""Where a transaction begins and ends: the edge of a request, a batch, a chunk. Nothing inside commits."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import audit, deadletters, outbox, waiting
from chassis.database import Transaction


@asynccontextmanager
async def transaction(engine: AsyncEngine, service: str, actor: str, trace: str) -> AsyncIterator[Transaction]:
    """Begin, hand over, write what gathered and commit; any error rolls all of it back.

    The outbox is written last: its messages take their numbers after every lock the handler took.
    """
    async with AsyncSession(engine, expire_on_commit=False) as session, session.begin():
        tx = Transaction(session, service, actor, trace)
        yield tx
        await session.flush()
        await audit.write(tx)
        await deadletters.write(tx)
        await waiting.write(tx)
        await outbox.write(tx)
