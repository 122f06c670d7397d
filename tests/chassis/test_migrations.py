"""Each service's migrations make exactly the tables that its code declares."""

import importlib
from pkgutil import walk_packages
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import MetaData, NullPool, create_engine

from chassis.migrating import upgrade
from contracts.topics import SERVICES
from tests.conftest import GivenDatabase

CHASSIS = {
    "alembic_version", "audit", "business_day", "chunk", "dead_letter", "inbox", "outbound_hold", "outbox_leader",
    "outbox_pending", "run", "town_pack", "waiting_fact",
}  # fmt: skip


def _of_the_service(thing: Any, name: str | None, kind: str, reflected: bool, compare_to: Any) -> bool:
    """Tables only: indexes and defaults may be more than the code declares."""
    return kind in ("table", "column") and not (kind == "table" and (name in CHASSIS or str(name).startswith("outbox")))


def _declared(service: str) -> MetaData:
    """The tables of a service, wherever its rooms declare them: they stand on one registry."""
    package = importlib.import_module(f"services.{service}")
    rooms = [
        one.name for one in walk_packages(package.__path__, f"{package.__name__}.") if one.name.endswith(".tables")
    ]
    things = [thing for room in rooms for thing in vars(importlib.import_module(room)).values()]
    found = {one.__table__.metadata for one in things if hasattr(one, "__table__")}
    (metadata,) = found
    assert isinstance(metadata, MetaData)
    return metadata


def _other_type(context: Any, inspected: Any, declared: Any, inspected_type: Any, declared_type: Any) -> bool | None:
    """To PostgreSQL a varchar without a length is a text."""
    written = {one.compile(dialect=context.dialect) for one in (inspected_type, declared_type)}
    return False if written <= {"VARCHAR", "TEXT"} else None


@pytest.mark.parametrize("service", SERVICES)
def test_the_migrated_tables_are_those_the_code_declares(service: str, database: GivenDatabase) -> None:
    metadata = _declared(service)
    engine = create_engine(database(service, migrated=True), poolclass=NullPool)
    with engine.connect() as connection:
        options = {"include_object": _of_the_service, "compare_type": _other_type}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata) == []


@pytest.mark.parametrize("service", SERVICES)
def test_migrating_twice_changes_nothing(service: str, database: GivenDatabase) -> None:
    url = database(service)
    upgrade(service, url)
    upgrade(service, url)
