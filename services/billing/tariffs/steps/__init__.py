"""The compiled charges: one step each, run in the order in which they need each other."""

from services.billing.tariffs.steps.bound import BoundStep
from services.billing.tariffs.steps.by_usage import ByUsageStep
from services.billing.tariffs.steps.flat import FlatStep
from services.billing.tariffs.steps.percent import PercentStep

__all__ = ["BoundStep", "ByUsageStep", "FlatStep", "PercentStep"]
