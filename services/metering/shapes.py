"""Kinds of value in what metering's routes take and answer."""

from decimal import Decimal
from typing import Annotated

from pydantic import PlainSerializer

from services.metering.units import plain

Shown = Annotated[Decimal, PlainSerializer(plain, return_type=str, when_used="json")]
"""A quantity, as people write it."""
