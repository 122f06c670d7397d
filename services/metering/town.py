"""The town as metering knows it: the pack in force, its key and its `metering` section."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from chassis import townstore
from chassis.database import Transaction
from chassis.located_yaml import read, validate
from chassis.town import Identity
from chassis.townpack import Bundle, Mistake
from services.metering.policy import MeteringPolicy

FILE = "town.yaml"


class _TownFile(BaseModel):
    """What metering reads of `town.yaml`; the sections of others are theirs to check."""

    model_config = ConfigDict(extra="ignore")
    town: Identity
    metering: MeteringPolicy


@dataclass(frozen=True)
class Town:
    """The pack that rules apply under: `key` goes into ids, `pack_hash` into what was done under it."""

    identity: Identity
    pack_hash: str
    policy: MeteringPolicy

    @property
    def key(self) -> str:
        """What ids of this town's things are made from."""
        return self.identity.key

    @property
    def zone(self) -> ZoneInfo:
        """Where the town's days begin and end."""
        return ZoneInfo(self.identity.time_zone)


def check(bundle: Bundle) -> list[Mistake]:
    """What keeps metering from working under a pack."""
    return _read(bundle)[1]


def _read(bundle: Bundle) -> tuple[_TownFile | None, list[Mistake]]:
    if FILE not in bundle.files:
        return None, [Mistake(FILE, 1, "The pack has no town.yaml.", "Add it; docs/configuring.md shows one.")]
    return validate(_TownFile, read(bundle.files[FILE], FILE))


async def in_force(tx: Transaction) -> Town:
    """The town under the newest pack; refuses while none was applied."""
    return await pinned(tx, await townstore.hash_in_force(tx))


async def pinned(tx: Transaction, pack_hash: str) -> Town:
    """The town under the pack that something was begun with."""
    if pack_hash not in _known:
        file, mistakes = _read(await townstore.load(tx, pack_hash))
        if file is None:
            raise ValueError(f"the pack {pack_hash[:12]} was applied with mistakes: {mistakes[0]}")
        _known[pack_hash] = Town(file.town, pack_hash, file.metering)
    return _known[pack_hash]


_known: dict[str, Town] = {}
"""Packs are immutable and few: each is read once in a process."""
