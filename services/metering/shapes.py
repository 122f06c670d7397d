"""Kinds of value in what metering's routes take and answer."""

from decimal import Decimal
from typing import Annotated

from pydantic import Field, PlainSerializer

from services.metering.units import plain

Shown = Annotated[Decimal, PlainSerializer(plain, return_type=str, when_used="json")]
"""A quantity, as people write it."""

Why = Annotated[str, Field(min_length=3, max_length=500)]
"""The reason of a change, in the words of whoever made it."""
