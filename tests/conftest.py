"""The stack under every test: one Kafka and one PostgreSQL for the whole run, fresh names for each test.

Addresses in the environment are used as they are; else the run starts its own in a temporary folder and leaves
nothing behind. Under pytest-xdist the controller starts it and the workers are told where it is.
"""

import gc
import json
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka.admin import AdminClient

from deploy.local import topics
from deploy.local.child import dismiss_guardian
from deploy.local.folder import Folder
from deploy.local.kafka_admin import connect, finish
from deploy.local.places import Places
from deploy.local.places import places as find_places
from tests.databases import Databases

GivenDatabase = Callable[..., str]
GivenTopics = Callable[..., list[str]]

_running = pytest.StashKey[ExitStack]()
_found = pytest.StashKey[Places]()


def _stack(config: pytest.Config) -> Places:
    """Start the stack once in this process, and stop it when pytest ends."""
    if _found not in config.stash:
        running = config.stash[_running] = ExitStack()
        path = Path(tempfile.mkdtemp(prefix="curbstop-tests-"))
        running.callback(shutil.rmtree, path, ignore_errors=True)
        folder = running.enter_context(Folder(path).held())
        config.stash[_found] = running.enter_context(find_places(folder))
    return config.stash[_found]


def pytest_unconfigure(config: pytest.Config) -> None:
    if _running in config.stash:
        config.stash[_running].close()
    dismiss_guardian()


def pytest_sessionstart() -> None:
    """What is imported and collected stays until the end: the garbage collector need not look through it."""
    gc.disable()


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes minutes, or one worker lives a quarter while the others have nothing left to do."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """pytest-xdist's: the controller hands its stack to a worker."""
    found = _stack(node.config)
    node.workerinput["places"] = json.dumps(
        [found.kafka_servers, found.kafka_user, found.kafka_password, found.postgres_url, found.kafka_tls]
    )


@pytest.fixture(scope="session")
def places(request: pytest.FixtureRequest) -> Places:
    """Where the run's Kafka and PostgreSQL are."""
    given = getattr(request.config, "workerinput", None)
    return Places(*json.loads(given["places"])) if given else _stack(request.config)


@pytest.fixture(scope="session")
def databases(places: Places) -> Iterator[Databases]:
    """The databases that this process's tests hand on to each other."""
    held = Databases(places.postgres_url)
    yield held
    held.drop_all()


@pytest.fixture
def database(databases: Databases) -> Iterator[GivenDatabase]:
    """A function: the address of a database of this test's own.

    `database("billing")` is empty; `database("billing", migrated=True)` has the service's tables.
    """
    made: list[str] = []
    lent: list[tuple[str, str]] = []

    def fresh(name: str, migrated: bool = False) -> str:
        if migrated:
            lent.append((name, databases.take(name)))
            return databases.address(lent[-1][1])
        made.append(databases.empty(name))
        return databases.address(made[-1])

    yield fresh
    for name in made:
        databases.drop(name)
    for service, name in lent:
        databases.give_back(service, name)


@pytest.fixture
def topic_prefix() -> str:
    """Stands before this test's topics and consumer groups."""
    return f"t{uuid.uuid4().hex[:10]}."


@pytest.fixture(scope="session")
def kafka_admin(places: Places) -> AdminClient:
    """Whoever may create and delete topics."""
    return connect(places.kafka_login)


@pytest.fixture
def make_topics(kafka_admin: AdminClient) -> Iterator[GivenTopics]:
    """A function: create topics of two partitions, by name or from the contracts; deleted after the test.

    `make_topics(["ReadPosted", "Anything"], topic_prefix)` answers the full names.
    """
    made: list[str] = []

    def make(names: Iterable[str], prefix: str, partitions: int = 2) -> list[str]:
        full = topics.create_by_name(kafka_admin, names, prefix, partitions)
        made.extend(full)
        return full

    yield make
    if made:
        # Nobody waits until they are gone: no two tests have a topic of one name.
        finish(kafka_admin.delete_topics(made), "delete topic")
