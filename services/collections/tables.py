"""The registry that every table of collections is on; the tables themselves stand in the folders of their concepts."""

from sqlalchemy.orm import registry
from sqlmodel import SQLModel


class Table(SQLModel, registry=registry()):
    """What every table here is."""


metadata = Table.metadata
