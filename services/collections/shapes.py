"""What the routes of every room take and answer alike."""

from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, Field, PlainSerializer, StringConstraints

Amount = Annotated[Decimal, PlainSerializer(str, return_type=str)]
Why = Annotated[str, StringConstraints(min_length=3, max_length=500)]
READERS = ("clerk", "specialist", "coordinator", "auditor")
DECIDERS = ("specialist", "coordinator")


class Reason(BaseModel):
    """Why a person decides something: kept with the decision."""

    why: Why


class Chosen(BaseModel):
    """Which accounts, by number (all on the list unless some are named), and why."""

    accounts: Annotated[list[str], Field(min_length=1)] | None = None
    why: Why


class Named(BaseModel):
    """Which accounts, by number, and why."""

    accounts: Annotated[list[str], Field(min_length=1)]
    why: Why


class Decided(BaseModel):
    """For how many accounts it was done, and why not for others, by account number."""

    done: int
    left_out: dict[str, str]
