"""Metering's HTTP routes, gathered."""

from services.metering.readings import api as readings

ROUTERS = (readings.router,)
