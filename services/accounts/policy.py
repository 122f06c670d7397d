"""The `accounts` section of a town's pack, which may be left out: how far back and ahead a move may be dated."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from chassis.town import Section

Days = Annotated[int, Field(ge=0, le=730)]


class Moves(BaseModel):
    """A move more than `back_days` before today takes a coordinator; one more than `ahead_days` ahead is a slip."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    back_days: Days = 30
    ahead_days: Days = 90


class AccountsPolicy(BaseModel):
    """The whole section."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    moves: Moves = Moves()


TOWN = Section("accounts", AccountsPolicy, optional=True)

check = TOWN.check
