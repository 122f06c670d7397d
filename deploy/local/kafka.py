"""The embedded Kafka: one node, broker and controller, with the same SASL/SCRAM and ACLs as in production."""

import base64
import shutil
import signal
import subprocess
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path

from deploy.local import kafka_jars
from deploy.local.child import Child, end_leftover
from deploy.local.folder import Folder, write_private
from deploy.local.kafka_admin import Login, answers
from deploy.local.news import Tell, silent
from deploy.local.ports import listens, refuse_taken
from deploy.local.trouble import TroubleError, tail

ADMIN = "admin"
HEAP_MB = 320
START_SECONDS = 180
JAVA_FLAGS = (
    "-Xms64m",
    "-XX:+UseSerialGC",
    # One quick compiler: the thorough one takes as much of the processor as all of Kafka's work in a short life.
    "-XX:TieredStopAtLevel=1",
    "-XX:+ExitOnOutOfMemoryError",
    "-Xlog:disable",
    "-Xlog:all=error:stderr",
    "--enable-native-access=ALL-UNNAMED",
    "--sun-misc-unsafe-memory-access=allow",
)


class Kafka:
    """A Kafka in `folder`/kafka, on the port remembered there. Its data survives stop, kill and start.

    `more` are settings of the server's own that go before ours.
    """

    def __init__(
        self,
        folder: Folder,
        heap_mb: int = HEAP_MB,
        tell: Tell = silent,
        flags: Sequence[str] = (),
        more: Mapping[str, str] | None = None,
    ) -> None:
        self.home = folder.path / "kafka"
        self.port = folder.port("kafka")
        self.controller_port = folder.port("kafka controller")
        self.password = folder.secret("kafka admin")
        self._heap_mb = heap_mb
        self._flags = flags
        self._tell = tell
        self._more = more or {}
        self._child: Child | None = None

    @property
    def servers(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        return self._running_child().pid

    def start(self) -> None:
        """Start it and wait until it answers. Raises TroubleError with what stands in the way."""
        end_leftover(self.home / "pid.json")
        for port in (self.port, self.controller_port):
            refuse_taken(port, self.home.parent, "Kafka")
        child = self._child = self._prepared()
        child.start()
        try:
            child.wait_until(lambda: listens(self.port) and self._answers(), START_SECONDS)
        except TroubleError:
            child.kill()
            raise

    def stop(self, grace: float = 20.0) -> None:
        if self._child is not None:
            self._child.stop(grace)

    def kill(self) -> None:
        """kill -9; `start` brings it back with its data, on its port."""
        self._running_child().kill()

    def obituary(self) -> str | None:
        """Why it no longer runs; None while it does."""
        return self._running_child().obituary()

    def _running_child(self) -> Child:
        if self._child is None:
            raise TroubleError("Kafka was not started.")
        return self._child

    def _prepared(self) -> Child:
        class_path = kafka_jars.class_path(self._tell)
        self.home.mkdir(parents=True, exist_ok=True)
        settings = properties(
            data=str(self.home / "data"),
            password=self.password,
            listen=self.servers,
            advertise=self.servers,
            controller=f"127.0.0.1:{self.controller_port}",
        )
        write_private(self.home / "server.properties", render({**settings, **self._more}))
        if not (self.home / "data" / "meta.properties").exists():
            self._format(class_path)
        return Child(
            name="Kafka",
            command=[*self._java(class_path, *self._flags), "kafka.Kafka", str(self.home / "server.properties")],
            log=self.home / "kafka.log",
            record=self.home / "pid.json",
            stop_signal=signal.SIGTERM,
        )

    def _java(self, class_path: str, *flags: str) -> list[str]:
        logging = Path(__file__).with_name("kafka_log4j2.properties")
        return [
            str(kafka_jars.java()),
            f"-Xmx{self._heap_mb}m",
            *JAVA_FLAGS,
            *flags,
            f"-Dlog4j2.configurationFile={logging}",
            "-cp",
            class_path,
        ]

    def _format(self, class_path: str) -> None:
        shutil.rmtree(self.home / "data", ignore_errors=True)
        command = [*self._java(class_path), "kafka.tools.StorageTool", *format_arguments(self.password)]
        done = subprocess.run(
            [*command, "--config", str(self.home / "server.properties")], capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            said = tail(done.stdout + done.stderr)
            raise TroubleError(f"Kafka could not prepare {self.home / 'data'}; it says:\n{said}")

    def _answers(self) -> bool:
        return answers(Login(self.servers, ADMIN, self.password))


def format_arguments(password: str) -> list[str]:
    """Arguments of Kafka's storage tool that make a new cluster with its super user."""
    cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
    scram = f"SCRAM-SHA-512=[name={ADMIN},password={password}]"
    return ["format", "--cluster-id", cluster.replace("-", "A"), "--add-scram", scram]


def properties(*, data: str, password: str, listen: str, advertise: str, controller: str) -> dict[str, str]:
    """Kafka's settings for one node that is broker and controller and trusts nobody without an ACL."""
    login = f'required username="{ADMIN}" password="{password}"'
    plain = "org.apache.kafka.common.security.plain.PlainLoginModule"
    scram = "org.apache.kafka.common.security.scram.ScramLoginModule"
    return {
        "process.roles": "broker,controller",
        "node.id": "1",
        "controller.quorum.voters": f"1@{controller}",
        "listeners": f"CLIENTS://{listen},CONTROLLER://{controller}",
        "advertised.listeners": f"CLIENTS://{advertise}",
        "inter.broker.listener.name": "CLIENTS",
        "controller.listener.names": "CONTROLLER",
        "listener.security.protocol.map": "CLIENTS:SASL_PLAINTEXT,CONTROLLER:SASL_PLAINTEXT",
        "sasl.enabled.mechanisms": "SCRAM-SHA-512",
        "sasl.mechanism.inter.broker.protocol": "SCRAM-SHA-512",
        "listener.name.clients.scram-sha-512.sasl.jaas.config": f"{scram} {login};",
        # SCRAM passwords live in the controller's own metadata, so the broker shows it a plain one.
        "sasl.mechanism.controller.protocol": "PLAIN",
        "listener.name.controller.sasl.enabled.mechanisms": "PLAIN",
        "listener.name.controller.plain.sasl.jaas.config": f'{plain} {login} user_{ADMIN}="{password}";',
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": f"User:{ADMIN}",
        "allow.everyone.if.no.acl.found": "false",
        "log.dirs": data,
        **SMALL,
    }


SMALL: Mapping[str, str] = {
    "auto.create.topics.enable": "false",
    "offsets.topic.num.partitions": "1",
    "offsets.topic.replication.factor": "1",
    "transaction.state.log.num.partitions": "1",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "share.coordinator.state.topic.num.partitions": "1",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "group.initial.rebalance.delay.ms": "0",
    # A restart after kill -9 waits until the controller has forgotten the broker's last life (9 s by default).
    "broker.session.timeout.ms": "3000",
    "broker.heartbeat.interval.ms": "500",
    "num.network.threads": "2",
    "num.io.threads": "4",
    "num.recovery.threads.per.data.dir": "2",
    "log.segment.bytes": "134217728",
    "log.index.size.max.bytes": "1048576",
    "log.segment.delete.delay.ms": "1000",
    "log.cleaner.dedupe.buffer.size": "16777216",
}


def render(settings: Mapping[str, str]) -> str:
    return "".join(f"{name}={value}\n" for name, value in settings.items())
