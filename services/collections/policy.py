"""The `collections` section of a town's pack: when an account is reminded, and of how much."""

from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from chassis.town import Section


class Reminder(BaseModel):
    """The first step. Days count from the oldest item's due date; `minimum` is in dollars past due."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    after_days: Annotated[int, Field(ge=1)]
    minimum: Annotated[Decimal, Field(gt=0)]
    deadline_days: Annotated[int, Field(ge=1)]


class CollectionsPolicy(BaseModel):
    """The whole section."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    reminder: Reminder


TOWN = Section("collections", CollectionsPolicy)

check = TOWN.check
