"""The stack under every test: one Kafka and one PostgreSQL for the whole run, fresh names for each test.

Addresses in the environment are used as they are; else the run starts its own in a temporary folder and leaves
nothing behind. Under pytest-xdist the controller starts it and the workers are told where it is.
"""

import json
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from deploy.local.places import Places

GivenDatabase = Callable[..., str]
GivenTopics = Callable[..., list[str]]

_running = pytest.StashKey[ExitStack]()
_found = pytest.StashKey[Places]()


def _stack(config: pytest.Config) -> Places:
    """Start the stack once in this process, and stop it when pytest ends."""
    from deploy.local.folder import Folder
    from deploy.local.places import places

    if _found not in config.stash:
        running = config.stash[_running] = ExitStack()
        path = Path(tempfile.mkdtemp(prefix="curbstop-tests-"))
        running.callback(shutil.rmtree, path, ignore_errors=True)
        folder = running.enter_context(Folder(path).held())
        config.stash[_found] = running.enter_context(places(folder))
    return config.stash[_found]


def pytest_unconfigure(config: pytest.Config) -> None:
    from deploy.local.child import dismiss_guardian

    if _running in config.stash:
        config.stash[_running].close()
    dismiss_guardian()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes minutes, or one worker lives a quarter while the others have nothing left to do."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """pytest-xdist's: the controller hands its stack to a worker."""
    found = _stack(node.config)
    node.workerinput["places"] = json.dumps(
        [found.kafka_servers, found.kafka_user, found.kafka_password, found.postgres_url]
    )


@pytest.fixture(scope="session")
def places(request: pytest.FixtureRequest) -> Places:
    """Where the run's Kafka and PostgreSQL are."""
    given = getattr(request.config, "workerinput", None)
    return Places(*json.loads(given["places"])) if given else _stack(request.config)


@pytest.fixture(scope="session")
def migrated(places: Places) -> Iterator[Callable[[str], str]]:
    """A function: service name to the name of a database with that service's tables, to be copied by tests."""
    from chassis.migrating import upgrade
    from deploy.local.databases import create_database, drop_database

    made: dict[str, str] = {}

    def template(service: str) -> str:
        if service not in made:
            name = f"t_{uuid.uuid4().hex[:10]}_{service}_template"
            upgrade(service, create_database(places.postgres_url, name))
            made[service] = name
        return made[service]

    yield template
    for name in made.values():
        drop_database(places.postgres_url, name)


@pytest.fixture
def database(places: Places, request: pytest.FixtureRequest) -> Iterator[GivenDatabase]:
    """A function: a fresh database's address, dropped after the test.

    `database("billing")` is empty; `database("billing", migrated=True)` has the service's tables.
    """
    from deploy.local.databases import create_database, drop_database

    made: list[str] = []

    def fresh(name: str, migrated: bool = False) -> str:
        template = request.getfixturevalue("migrated")(name) if migrated else "template0"
        made.append(f"t_{uuid.uuid4().hex[:10]}_{name}")
        return create_database(places.postgres_url, made[-1], template)

    yield fresh
    for name in made:
        drop_database(places.postgres_url, name)


@pytest.fixture
def topic_prefix() -> str:
    """Stands before this test's topics and consumer groups."""
    return f"t{uuid.uuid4().hex[:10]}."


@pytest.fixture
def make_topics(places: Places) -> Iterator[GivenTopics]:
    """A function: create topics of two partitions, by name or from the contracts; deleted after the test.

    `make_topics(["ReadPosted", "Anything"], topic_prefix)` answers the full names.
    """
    from deploy.local import kafka_admin, topics

    admin = kafka_admin.connect(places.kafka_servers, places.kafka_user, places.kafka_password)
    made: list[str] = []

    def make(names: Iterable[str], prefix: str, partitions: int = 2) -> list[str]:
        full = topics.create_by_name(admin, names, prefix, partitions)
        made.extend(full)
        return full

    yield make
    if made:
        topics.delete(admin, made)
