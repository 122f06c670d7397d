"""Where Kafka and PostgreSQL are: the one place that decides.

An address in the environment wins; else Docker, when an engine answers; else the embedded programs. Kafka and
PostgreSQL are decided each by itself, so a town's own PostgreSQL goes with an embedded Kafka.

    CURBSTOP_KAFKA_SERVERS, CURBSTOP_KAFKA_ADMIN_USER, CURBSTOP_KAFKA_ADMIN_PASSWORD
    CURBSTOP_KAFKA_TLS        PEM file by which Kafka's certificates are checked, or `system`; empty: in the clear
    CURBSTOP_POSTGRES_URL     the cluster, as a superuser
    CURBSTOP_DOCKER=no        leaves Docker out
    CURBSTOP_KAFKA_HEAP_MB    heap of the embedded Kafka
    CURBSTOP_BACKUPS          folder for backups: the embedded PostgreSQL keeps its log there
    CURBSTOP_ARCHIVE_SECONDS  how much a lost disk can cost, in seconds (60)
"""

import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Literal, Protocol

from deploy.local import containers, kafka_warm
from deploy.local.archive import ARCHIVE_SECONDS, Archive
from deploy.local.child import dismiss_guardian
from deploy.local.folder import Folder
from deploy.local.kafka import HEAP_MB, Kafka
from deploy.local.kafka_admin import Login
from deploy.local.news import READY, STARTING, Tell, silent
from deploy.local.postgres import Postgres
from deploy.local.trouble import TroubleError

Origin = Literal["environment", "docker", "embedded"]


class Server(Protocol):
    """A Kafka or a PostgreSQL that we started, so that we may stop it, or kill it and start it again."""

    def start(self) -> None: ...
    def stop(self) -> None: ...
    def kill(self) -> None: ...
    def obituary(self) -> str | None:
        """Why it no longer runs, for a person; None while it does."""


@dataclass(frozen=True)
class Places:
    """Where Kafka and PostgreSQL are, with the credentials to prepare them.

    An empty `kafka_user` means a Kafka without logins. `kafka` and `postgres` are the servers we started; None
    for one that the environment named.
    """

    kafka_servers: str
    kafka_user: str
    kafka_password: str
    postgres_url: str
    kafka_tls: str = ""
    kafka_origin: Origin = "environment"
    postgres_origin: Origin = "environment"
    kafka: Server | None = None
    postgres: Server | None = None

    @property
    def kafka_login(self) -> Login:
        """The administrator's."""
        return Login(self.kafka_servers, self.kafka_user, self.kafka_password, self.kafka_tls)

    def environment(self) -> dict[str, str]:
        """The variables under which another process finds the same places."""
        return {
            "CURBSTOP_KAFKA_SERVERS": self.kafka_servers,
            "CURBSTOP_KAFKA_ADMIN_USER": self.kafka_user,
            "CURBSTOP_KAFKA_ADMIN_PASSWORD": self.kafka_password,
            "CURBSTOP_KAFKA_TLS": self.kafka_tls,
            "CURBSTOP_POSTGRES_URL": self.postgres_url,
        }


def decide(environment: Mapping[str, str], docker_answers: Callable[[], bool]) -> tuple[Origin, Origin]:
    """Where Kafka and where PostgreSQL come from. Docker is asked only when something depends on it."""
    named = ("CURBSTOP_KAFKA_SERVERS", "CURBSTOP_POSTGRES_URL")
    if all(environment.get(name) for name in named):
        return "environment", "environment"
    allowed = environment.get("CURBSTOP_DOCKER", "").lower() not in ("no", "0", "false")
    ours: Origin = "docker" if allowed and docker_answers() else "embedded"
    kafka, postgres = ("environment" if environment.get(name) else ours for name in named)
    return kafka, postgres


@contextmanager
def places(folder: Folder, tell: Tell = silent, only: Origin | None = None) -> Iterator[Places]:
    """Find or start Kafka and PostgreSQL; what was started stops at the end, whatever happens.

    `folder` is held by the caller. `only` skips the decision, for tests that must own the processes.
    Raises TroubleError when something cannot be reached or started.
    """
    origins = (only, only) if only else decide(os.environ, containers.answers)
    with ExitStack() as started:
        yield _start(folder, origins, tell, started)


def _start(folder: Folder, origins: tuple[Origin, Origin], tell: Tell, started: ExitStack) -> Places:
    given = _from_environment(os.environ)
    kafka_origin, postgres_origin = origins
    kafka, postgres = _kafka(kafka_origin, folder, tell), _postgres(postgres_origin, folder, tell)
    for name, server in (("PostgreSQL", postgres), ("Kafka", kafka)):
        if server is not None:
            tell(name, STARTING)
            started.callback(server.stop)
            server.start()
            tell(name, READY)
    return Places(
        kafka_servers=kafka.servers if kafka else given.kafka_servers,
        kafka_user="admin" if kafka else given.kafka_user,
        kafka_password=kafka.password if kafka else given.kafka_password,
        postgres_url=postgres.url if postgres else given.postgres_url,
        kafka_tls="" if kafka else given.kafka_tls,
        kafka_origin=kafka_origin,
        postgres_origin=postgres_origin,
        kafka=kafka,
        postgres=postgres,
    )


def _from_environment(environment: Mapping[str, str]) -> Places:
    url = environment.get("CURBSTOP_POSTGRES_URL", "")
    return Places(
        kafka_servers=environment.get("CURBSTOP_KAFKA_SERVERS", ""),
        kafka_user=environment.get("CURBSTOP_KAFKA_ADMIN_USER", ""),
        kafka_password=environment.get("CURBSTOP_KAFKA_ADMIN_PASSWORD", ""),
        postgres_url=url.replace("postgresql://", "postgresql+psycopg://", 1),
        kafka_tls=environment.get("CURBSTOP_KAFKA_TLS", ""),
    )


def _kafka(origin: Origin, folder: Folder, tell: Tell) -> Kafka | containers.Kafka | None:
    match origin:
        case "environment":
            return None
        case "docker":
            return containers.Kafka(folder)
        case "embedded":
            heap = int(os.environ.get("CURBSTOP_KAFKA_HEAP_MB", HEAP_MB))
            return Kafka(folder, heap, tell, kafka_warm.flags(tell))


def _postgres(origin: Origin, folder: Folder, tell: Tell) -> Postgres | containers.Postgres | None:
    match origin:
        case "environment":
            return None
        case "docker":
            return containers.Postgres(folder)
        case "embedded":
            return Postgres(folder, tell, archive(os.environ))


def archive(environment: Mapping[str, str]) -> Archive | None:
    """The backup folder that the environment names, if it names one."""
    path = environment.get("CURBSTOP_BACKUPS")
    seconds = int(environment.get("CURBSTOP_ARCHIVE_SECONDS", ARCHIVE_SECONDS))
    return Archive(Path(path).absolute(), seconds) if path else None


def _stay(path: Path) -> None:
    """Run both in the folder, print how others find them, and stay until told to end."""
    signal.signal(signal.SIGTERM, _end)
    with Folder(path).held() as folder, places(folder, _print_news) as found:
        for name, value in found.environment().items():
            print(f"export {name}='{value}'", flush=True)  # noqa: T201
        signal.pause()


def _print_news(part: str, news: str) -> None:
    print(part, news, file=sys.stderr, flush=True)  # noqa: T201


def _end(number: int, frame: FrameType | None) -> None:
    raise SystemExit(0)


def main() -> None:
    """`python -m deploy.local.places FOLDER`: one Kafka and one PostgreSQL for several test runs."""
    try:
        _stay(Path(sys.argv[1] if len(sys.argv) > 1 else ".curbstop-places"))
    except TroubleError as error:
        raise SystemExit(str(error)) from None
    except KeyboardInterrupt:
        pass
    finally:
        dismiss_guardian()


if __name__ == "__main__":
    main()
