"""Faults that pass: the database away, a deadlock, Kafka silent. The same work may well succeed a moment later."""

import asyncio

from psycopg import errors as postgres
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

DATABASE_AWAY = (
    OperationalError,
    InterfaceError,
    PoolTimeout,
    postgres.OperationalError,
    postgres.InterfaceError,
)
PASSING = (*DATABASE_AWAY, OSError)


def is_passing(error: Exception) -> bool:
    """Whether the same work may well succeed a moment later."""
    if isinstance(error, DBAPIError) and isinstance(error.orig, (postgres.DataError, postgres.IntegrityError)):
        return False
    return isinstance(error, PASSING) or (isinstance(error, DBAPIError) and error.connection_invalidated)


async def pause(error: Exception, seconds: float) -> None:
    """Wait before work that met a fault is tried again; whoever was told to end meanwhile ends here.

    Being told in the middle of a statement can come out as a fault of its connection, not as a cancellation.
    """
    if not going_on():
        raise asyncio.CancelledError from error
    await asyncio.sleep(seconds)


def going_on() -> bool:
    """Whether this task was never told to end: a library may have swallowed it, and a task group says it once only."""
    task = asyncio.current_task()
    return task is None or not task.cancelling()
