"""The services' databases in a PostgreSQL cluster: one each, named like the service."""

from collections.abc import Iterable, Mapping

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from contracts.topics import SERVICES
from deploy.local.trouble import TroubleError


def database_url(cluster: str, name: str) -> str:
    """The address of one database in the cluster, with the cluster's login."""
    return make_url(cluster).set(database=name).render_as_string(hide_password=False)


def databases(cluster: str, names: Iterable[str] = SERVICES) -> dict[str, str]:
    """Name to address, creating those that are missing."""
    there = existing(cluster)
    return {name: database_url(cluster, name) if name in there else create_database(cluster, name) for name in names}


def existing(cluster: str) -> set[str]:
    with _connected(cluster) as connection:
        return {row[0] for row in connection.execute("SELECT datname FROM pg_database")}


def create_database(cluster: str, name: str, template: str = "template0") -> str:
    """Create it, empty or as a copy of another to which nobody is connected; answer its address."""
    with _connected(cluster) as connection:
        command = sql.SQL("CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8'")
        connection.execute(command.format(sql.Identifier(name), sql.Identifier(template)))
    return database_url(cluster, name)


def drop_database(cluster: str, name: str) -> None:
    """Delete it with all its data, whoever is connected. A missing one is no error."""
    with _connected(cluster) as connection:
        command = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
        connection.execute(command.format(sql.Identifier(name)))


def database_name(prefix: str, service: str) -> str:
    """A service's database, in a cluster that a practice town or a test may share."""
    return prefix.replace(".", "_") + service


def migrate(urls: Mapping[str, str]) -> None:
    """Bring each service's database to this release. Raises TroubleError; the database is as it was then."""
    from sqlalchemy.exc import DBAPIError

    from chassis.migrating import upgrade

    for service, url in urls.items():
        try:
            upgrade(service, url)
        except DBAPIError as error:
            raise TroubleError(
                f"The database of {service} could not be brought to this release ({error.orig}): it is as it was; "
                "run the release that made it, or report this."
            ) from error


def _connected(cluster: str) -> psycopg.Connection:
    address = make_url(cluster)
    try:
        return psycopg.connect(
            address.set(drivername="postgresql").render_as_string(hide_password=False),
            autocommit=True,
            connect_timeout=10,
        )
    except psycopg.OperationalError as error:
        reason = str(error).strip().splitlines()[-1]
        raise TroubleError(f"PostgreSQL at {address.host}:{address.port} does not let us in: {reason}") from None
