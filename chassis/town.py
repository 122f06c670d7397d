"""The town as one service knows it: who it is, and the service's own section of `town.yaml`."""

from dataclasses import dataclass, field
from typing import Annotated, Any, Generic, TypeVar
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, create_model

from chassis import townstore
from chassis.calendar import Calendar
from chassis.database import Transaction
from chassis.located_yaml import read, validate
from chassis.townpack import Bundle, Mistake

FILE = "town.yaml"
P = TypeVar("P", bound=BaseModel)


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(f'there is no time zone "{name}"; write one such as America/Denver') from None
    return name


class Identity(BaseModel):
    """The `town` section. `key` is part of every id made for the town and never changes."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    key: Annotated[str, Field(pattern=r"^[a-z0-9-]+$")]
    name: Annotated[str, Field(min_length=1)]
    state: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    time_zone: Annotated[str, AfterValidator(_known_zone)]
    calendar: Calendar = Calendar()


class _TownOnly(BaseModel):
    """The file of a service that has no section of its own."""

    model_config = ConfigDict(extra="ignore")
    town: Identity


def check_identity(bundle: Bundle) -> list[Mistake]:
    """What is wrong with the `town` section: all that a service without a section of its own must know."""
    return _read(bundle, _TownOnly)[1]


async def town_key(tx: Transaction) -> str:
    """The short name of the town in force, from which ids of imported things are made; it never changes."""
    file, mistakes = _read(await townstore.load(tx, await townstore.hash_in_force(tx)), _TownOnly)
    if file is None:
        raise ValueError(f"the pack in force was applied with mistakes: {mistakes[0]}")
    return file.town.key


def _read(bundle: Bundle, model: type[P]) -> tuple[P | None, list[Mistake]]:
    if FILE not in bundle.files:
        return None, [Mistake(FILE, 1, "The pack has no town.yaml.", "Add it; docs/configuring.md shows one.")]
    return validate(model, read(bundle.files[FILE], FILE))


@dataclass(frozen=True)
class Town(Generic[P]):
    """The pack that rules apply under. What was done under it is stamped with `pack_hash`."""

    identity: Identity
    policy: P
    pack_hash: str

    @property
    def key(self) -> str:
        """What ids of this town's things are made from."""
        return self.identity.key

    @property
    def zone(self) -> ZoneInfo:
        """Where the town's days begin and end."""
        return ZoneInfo(self.identity.time_zone)

    @property
    def calendar(self) -> Calendar:
        """The days the town works."""
        return self.identity.calendar


@dataclass(frozen=True)
class Section(Generic[P]):
    """A service's section of town.yaml: its name there and its model. Packs are immutable, so each is read once.

    An `optional` section may be left out: then the model's own defaults apply.
    """

    name: str
    model: type[P]
    optional: bool = False
    _known: dict[str, Town[P]] = field(default_factory=dict)

    def read(self, bundle: Bundle) -> tuple[Town[P] | None, list[Mistake]]:
        """The town under a pack, or the mistakes that keep it from being read; other sections are others' to check."""
        file, mistakes = _read(bundle, self._file())
        if file is None:
            return None, mistakes
        content: Any = file
        return Town(content.town, getattr(content, self.name), bundle.hash), mistakes

    def check(self, bundle: Bundle) -> list[Mistake]:
        """What keeps the service from working under a pack."""
        return self.read(bundle)[1]

    async def in_force(self, tx: Transaction) -> Town[P]:
        """The town under the newest pack; refuses while none was applied."""
        return await self.pinned(tx, await townstore.hash_in_force(tx))

    async def pinned(self, tx: Transaction, pack_hash: str) -> Town[P]:
        """The town under the pack that something was begun with."""
        if pack_hash not in self._known:
            town, mistakes = self.read(await townstore.load(tx, pack_hash))
            if town is None:
                raise ValueError(f"the pack {pack_hash[:12]} was applied with mistakes: {mistakes[0]}")
            self._known[pack_hash] = town
        return self._known[pack_hash]

    def _file(self) -> type[BaseModel]:
        fields: Any = {"town": (Identity, ...), self.name: (self.model, self.model() if self.optional else ...)}
        return create_model(f"TownFile_{self.name}", __config__=ConfigDict(extra="ignore"), **fields)
