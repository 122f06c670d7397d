"""Alembic without its files of settings: a service's migrations are found beside its code.

`python -m chassis.migrating [SERVICE]` brings the database in CURBSTOP_DATABASE_URL to this release.
"""

import importlib
import os
import sys
from pathlib import Path

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text


def upgrade(service: str, database_url: str) -> None:
    """Bring a service's database to the newest revision; safe to call from several processes at once."""
    scripts = ScriptDirectory(str(_folder(service)), version_locations=[str(_folder(service) / "versions")])
    engine = create_engine(database_url)
    with engine.begin() as connection, EnvironmentContext(Config(), scripts) as environment:
        connection.execute(text("select pg_advisory_xact_lock(hashtext('migrations'))"))
        environment.configure(
            connection=connection, fn=lambda revision, _: scripts._upgrade_revs("head", revision), target_metadata=None
        )
        environment.run_migrations()
    engine.dispose()


def _folder(service: str) -> Path:
    package = importlib.import_module(f"services.{service}")
    assert package.__file__ is not None
    return Path(package.__file__).parent / "migrations"


def main() -> None:
    """One service's database, by the settings that the service itself has."""
    from chassis.settings import DatabaseSettings

    service = sys.argv[1] if len(sys.argv) > 1 else os.environ["CURBSTOP_SERVICE"]
    upgrade(service, DatabaseSettings().database_url)


if __name__ == "__main__":
    main()
