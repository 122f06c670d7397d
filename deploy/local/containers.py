"""Kafka and PostgreSQL in Docker, by testcontainers: where an engine runs, nothing else needs to be downloaded.

The data stands in volumes named after the data folder, so it survives like the embedded one's. Containers end with
the process that started them, even a killed one: testcontainers' reaper sees to it.
"""

import hashlib
import os
import socket
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deploy.local import kafka as embedded_kafka
from deploy.local import kafka_admin
from deploy.local import postgres as embedded_postgres
from deploy.local.folder import Folder
from deploy.local.trouble import TroubleError

if TYPE_CHECKING:
    from testcontainers.core.container import DockerContainer

KAFKA_IMAGE = "apache/kafka:4.3.1"
POSTGRES_IMAGE = "postgres:18"
START_SECONDS = 120


def answers() -> bool:
    """Whether a Docker engine answers within two seconds. Costs next to nothing where there is none."""
    if not (os.environ.get("DOCKER_HOST") or any(_accepts(path) for path in _sockets())):
        return False
    import docker  # type: ignore[import-untyped]

    try:
        client = docker.from_env(timeout=2)
        try:
            return bool(client.ping())
        finally:
            client.close()
    except (docker.errors.DockerException, OSError):
        return False


def _sockets() -> list[Path]:
    return [Path("/var/run/docker.sock"), Path.home() / ".docker" / "run" / "docker.sock"]


def _accepts(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(1)
        return probe.connect_ex(str(path)) == 0


class _Container(ABC):
    """One container on a remembered port of 127.0.0.1, its data in a volume of the data folder's."""

    name: str

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self.port = folder.port(self.name)
        self._running: DockerContainer | None = None

    def start(self) -> None:
        """Start it and wait until it answers. Raises TroubleError when Docker cannot."""
        if self._running is not None:
            self._running.get_wrapped_container().start()
        else:
            self._running = self._created()
            try:
                self._running.start()
            except Exception as error:  # the engine's and the registry's errors have no common kind
                raise TroubleError(
                    f"Docker could not start {self.name} ({error}): mend it, or leave Docker out "
                    "with CURBSTOP_DOCKER=no."
                ) from error
        _wait(self._answers, self.name)

    def stop(self) -> None:
        if self._running is not None:
            self._running.get_wrapped_container().stop(timeout=20)
            self._running.stop()
            self._running = None

    def kill(self) -> None:
        """kill -9; `start` brings it back with its data, on its port."""
        if self._running is None:
            raise TroubleError(f"{self.name} was not started.")
        self._running.get_wrapped_container().kill()

    def obituary(self) -> str | None:
        """Why it no longer runs; None while it does."""
        if self._running is not None:
            container = self._running.get_wrapped_container()
            container.reload()
            if container.status == "running":
                return None
        return f"{self.name} in Docker ended: see `docker ps --all`."

    @abstractmethod
    def _created(self) -> "DockerContainer":
        """The container with its image, settings and volume, not yet started."""

    @abstractmethod
    def _answers(self) -> bool:
        """Whether what runs in it can be used."""


class Kafka(_Container):
    """Kafka with the embedded one's settings, logins and ACLs."""

    name = "kafka"

    def __init__(self, folder: Folder) -> None:
        super().__init__(folder)
        self.password = folder.secret("kafka admin")

    @property
    def servers(self) -> str:
        return f"127.0.0.1:{self.port}"

    def _answers(self) -> bool:
        return kafka_admin.answers(kafka_admin.Login(self.servers, embedded_kafka.ADMIN, self.password))

    def _created(self) -> "DockerContainer":
        settings = embedded_kafka.properties(
            data="/data/log",
            password=self.password,
            listen="0.0.0.0:9092",
            advertise=self.servers,
            controller="127.0.0.1:9093",
        )
        arguments = " ".join(f"'{part}'" for part in embedded_kafka.format_arguments(self.password))
        script = (
            'printf "%s" "$SETTINGS" > /tmp/server.properties && '
            f"/opt/kafka/bin/kafka-storage.sh {arguments} --ignore-formatted --config /tmp/server.properties && "
            "exec /opt/kafka/bin/kafka-server-start.sh /tmp/server.properties"
        )
        container: Any = _container(KAFKA_IMAGE, self._folder, "kafka", "/data", user="root")
        container.with_env("SETTINGS", embedded_kafka.render(settings))
        container.ports["9092/tcp"] = ("127.0.0.1", self.port)
        return container.with_command(["bash", "-c", script])  # type: ignore[no-any-return]


class Postgres(_Container):
    """PostgreSQL with the embedded one's settings."""

    name = "postgres"

    def __init__(self, folder: Folder) -> None:
        super().__init__(folder)
        self._password = folder.secret("postgres superuser")

    @property
    def url(self) -> str:
        user = embedded_postgres.SUPERUSER
        return f"postgresql+psycopg://{user}:{self._password}@127.0.0.1:{self.port}/postgres"

    def _answers(self) -> bool:
        return embedded_postgres.answers(self.url)

    def _created(self) -> "DockerContainer":
        settings = {**embedded_postgres.SETTINGS, "listen_addresses": "*"}
        del settings["unix_socket_directories"]  # the image's own start goes through its socket
        flags = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        container: Any = _container(POSTGRES_IMAGE, self._folder, "postgres", "/var/lib/postgresql")
        container.with_env("POSTGRES_PASSWORD", self._password)
        container.ports["5432/tcp"] = ("127.0.0.1", self.port)
        return container.with_command(["postgres", *flags])  # type: ignore[no-any-return]


def remove_volumes(path: Path) -> None:
    """Delete the volumes of a data folder, for `reset`."""
    import docker

    client = docker.from_env(timeout=10)
    for volume in client.volumes.list(filters={"name": _volume(path, "")}):
        volume.remove(force=True)
    client.close()


def _container(image: str, folder: Folder, part: str, mount: str, **options: Any) -> Any:
    from testcontainers.core.container import DockerContainer

    container = DockerContainer(image, **options)
    container.with_volume_mapping(_volume(folder.path, part), mount, "rw")
    return container


def _volume(path: Path, part: str) -> str:
    return f"curbstop-{hashlib.sha256(str(path).encode()).hexdigest()[:12]}-{part}"


def _wait(ready: Callable[[], bool], name: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not ready():
        if time.monotonic() > deadline:
            raise TroubleError(f"{name} in Docker did not answer within {START_SECONDS} s: see `docker ps`.")
        time.sleep(0.3)
