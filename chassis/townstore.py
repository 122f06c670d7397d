"""The town packs a service was given: each kept unchanged under its hash, the newest in force.

A run pins the hash it began with, and a bill records it, so what it was priced by can always be had again.
"""

import base64

from psycopg.types.json import Jsonb
from sqlalchemy import text

from chassis.database import Transaction
from chassis.refusal import Refused
from chassis.townpack import Bundle


async def apply(tx: Transaction, bundle: Bundle) -> None:
    """Put a checked pack in force; one that was applied before becomes the newest again."""
    files = {path: base64.b64encode(content).decode() for path, content in bundle.files.items()}
    await tx.execute(
        text(
            "insert into town_pack (hash, files, applied_by) values (:hash, :files, :actor)"
            " on conflict (hash) do update set applied_at = now(), applied_by = excluded.applied_by,"
            " number = nextval(pg_get_serial_sequence('town_pack', 'number'))"
        ),
        {"hash": bundle.hash, "files": Jsonb(files), "actor": tx.actor},
    )


async def hash_in_force(tx: Transaction) -> str:
    """The hash of the pack in force; refuses while none was applied."""
    found = (await tx.execute(text("select hash from town_pack order by number desc limit 1"))).scalar_one_or_none()
    if found is None:
        raise Refused("No town pack was applied yet. Run: curbstop town apply deploy/towns/<town>.")
    return str(found)


async def load(tx: Transaction, pack_hash: str) -> Bundle:
    """The pack with this hash; refuses one that was never applied."""
    row = (await tx.execute(text("select files from town_pack where hash = :hash"), {"hash": pack_hash})).one_or_none()
    if row is None:
        raise Refused(f"The town pack {pack_hash[:12]} was never applied here.")
    return Bundle({path: base64.b64decode(content) for path, content in row.files.items()})
