"""The `payments` section of a town's pack: when the day's money closes, and what amount is believed."""

from datetime import time
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from chassis.town import Section


class PaymentsPolicy(BaseModel):
    """Channels not named in `cut_offs` close at midnight."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    largest_payment: Annotated[Decimal, Field(gt=0)]
    cut_offs: dict[str, time] = {}


TOWN = Section("payments", PaymentsPolicy)

check = TOWN.check
