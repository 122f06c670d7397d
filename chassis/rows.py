"""Rows by column name."""

from collections.abc import Mapping, Sequence
from typing import Any

from psycopg.rows import dict_row

from chassis.database import Transaction

Rows = list[dict[str, Any]]


async def named_rows(tx: Transaction, query: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> Rows:
    """Run a query and answer its rows."""
    async with (await tx.driver()).cursor(row_factory=dict_row) as cursor:
        await cursor.execute(query, parameters)
        return await cursor.fetchall()
