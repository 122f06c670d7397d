"""What the routes of every room take and answer alike."""

from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, Field, PlainSerializer

from chassis.web import Reason

Amount = Annotated[Decimal, PlainSerializer(str, return_type=str)]
READERS = ("clerk", "specialist", "coordinator", "auditor")
DECIDERS = ("specialist", "coordinator")


class Chosen(Reason):
    """Which accounts, by number (all on the list unless some are named), and why."""

    accounts: Annotated[list[str], Field(min_length=1)] | None = None


class Named(Reason):
    """Which accounts, by number, and why."""

    accounts: Annotated[list[str], Field(min_length=1)]


class Decided(BaseModel):
    """For how many accounts it was done, and why not for others, by account number."""

    done: int
    left_out: dict[str, str]
