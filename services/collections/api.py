"""What the office asks of collections: each room of the service has its own routes."""

from services.collections.arrangements import api as arrangements
from services.collections.cases import api as cases
from services.collections.cases import outlook
from services.collections.holds import api as holds
from services.collections.shutoffs import api as shutoffs

ROUTERS = (cases.router, outlook.router, shutoffs.router, holds.router, arrangements.router)
