"""The registry that billing's tables stand on, so that other services may have tables of the same names."""

from sqlalchemy.orm import registry
from sqlmodel import SQLModel


class Table(SQLModel, registry=registry()):
    """What every table of billing derives from."""
