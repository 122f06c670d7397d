"""Metering's HTTP routes, gathered."""

from services.metering.orders import api as orders
from services.metering.orders import page as crew_page
from services.metering.points import api as points
from services.metering.readings import api as readings
from services.metering.readings import posted_api as posted

ROUTERS = (readings.router, posted.router, points.router, orders.router, crew_page.router)
