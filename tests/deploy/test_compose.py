"""The compose file: everything it names exists, and a service comes up on exactly what it is told there."""

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chassis.probe import healthy
from contracts.topics import SERVICES
from deploy.compose.make_secrets import SERVICES as SECRETS_FOR
from deploy.compose.make_secrets import make
from deploy.local import kafka, kafka_admin, topics
from deploy.local.databases import create_database, drop_database
from deploy.local.places import Places
from deploy.local.ports import free_port
from tests.deploy.images import DEPLOY, OF_THE_IMAGE, compose, given_to, release, required_by, variables_of

COMPOSE = compose()
PARTS: dict[str, Any] = COMPOSE["services"]


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_is_told_all_it_needs_and_nothing_it_does_not_know(service: str) -> None:
    told = given_to(PARTS[service])
    assert required_by(service) <= told
    assert told - OF_THE_IMAGE <= variables_of(service)
    assert "CURBSTOP_SIGNING_KEY" in told


@pytest.mark.parametrize("service", SERVICES)
def test_a_services_tables_are_made_before_it_starts_with_its_own_image(service: str) -> None:
    tables = PARTS[f"{service}-tables"]
    assert tables["image"] == PARTS[service]["image"] == f"curbstop/{service}:{release()}"
    assert tables["entrypoint"] == ["python", "-m", "chassis.migrating"]
    needed = PARTS[service]["depends_on"]
    for one in (f"{service}-tables", "topics"):
        assert needed[one] == {"condition": "service_completed_successfully"}


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_has_only_its_own_secrets(service: str) -> None:
    sources = {one["source"] for one in PARTS[service]["secrets"]}
    others = {
        f"{other}_{kind}" for other in SERVICES if other != service for kind in ("database_url", "kafka_password")
    }
    assert not sources & (others | {"postgres_password", "kafka_admin_password", "kafka_logins"})


def test_no_image_is_the_latest_and_none_runs_with_more_than_it_needs() -> None:
    for name, part in PARTS.items():
        tag = part["image"].rpartition(":")[2]
        assert tag[0].isdigit(), name
        if part["image"].startswith("curbstop/"):
            assert (part["read_only"], part["cap_drop"]) == (True, ["ALL"])
            assert part["security_opt"] == ["no-new-privileges:true"]


def test_everything_that_stays_up_is_health_checked() -> None:
    staying = {name for name, part in PARTS.items() if part["restart"] == "unless-stopped"}
    assert staying == {*SERVICES, "postgres", "kafka", "mailbox"}
    assert {name for name in staying if "healthcheck" not in PARTS[name]} == set()


def test_only_this_machines_own_address_is_opened() -> None:
    ports = [port for part in PARTS.values() for port in part.get("ports", [])]
    assert len(ports) == len(set(ports)) == len(SERVICES) + 1
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_every_secret_named_is_made_and_may_be_read_by_its_container(tmp_path: Path) -> None:
    make(tmp_path, ["sample-bank"])
    for name, secret in COMPOSE["secrets"].items():
        assert secret["file"].endswith(f"/{name}")
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o444
    used = {
        one["source"] if isinstance(one, dict) else one for part in PARTS.values() for one in part.get("secrets", [])
    }
    assert used == set(COMPOSE["secrets"])


def test_secrets_made_again_stay_and_a_vendor_may_be_added(tmp_path: Path) -> None:
    make(tmp_path, ["sample-bank"])
    before = {file.name: file.read_text() for file in tmp_path.iterdir()}
    made = make(tmp_path, ["kiosk"])
    assert made == ["vendor_kiosk_kafka_password", "vendor_kiosk_webhook_secret"]
    assert set(json.loads((tmp_path / "webhook_secrets").read_text())) == {"sample-bank", "kiosk"}
    for name, text in before.items():
        if name not in ("kafka_logins", "webhook_secrets"):
            assert (tmp_path / name).read_text() == text
    assert SECRETS_FOR == SERVICES


def test_kafka_has_the_settings_that_the_tests_run_on() -> None:
    lines = (DEPLOY / "compose" / "kafka.properties").read_text().splitlines()
    found = dict(line.split("=", 1) for line in lines if not line.startswith("#"))
    data, controller = "/var/lib/kafka/data", "127.0.0.1:9093"
    expected = kafka.properties(
        data=data, password="@PASSWORD@", listen="0.0.0.0:9092", advertise="kafka:9092", controller=controller
    )
    assert found == expected


def test_the_scripts_are_sound_and_the_files_mounted_are_there() -> None:
    for script in (DEPLOY / "compose").glob("*.sh"):
        assert subprocess.run(["bash", "-n", str(script)], check=False).returncode == 0
    mounted = [one.split(":")[0] for part in PARTS.values() for one in part.get("volumes", []) if one.startswith("./")]
    assert mounted
    assert all((DEPLOY / "compose" / one).exists() for one in mounted)


class Stand:
    """Kafka and PostgreSQL of the test run, dressed as compose's: the logins and databases of its secrets."""

    def __init__(self, places: Places, folder: Path) -> None:
        self.places, self.secrets, self.prefix = places, folder / "secrets", f"t{uuid.uuid4().hex[:10]}."
        make(self.secrets, ["sample-bank"])
        self.database = f"t_{uuid.uuid4().hex[:10]}"
        url = create_database(places.postgres_url, self.database)
        for service in SERVICES:
            (self.secrets / f"{service}_database_url").unlink()
            (self.secrets / f"{service}_database_url").write_text(url)

    def environment(self, part: dict[str, Any], folder: Path) -> dict[str, str]:
        """A container's environment, with addresses of this machine and secrets under their targets' names."""
        for one in part["secrets"]:
            source, target = (one, one) if isinstance(one, str) else (one["source"], one["target"])
            (folder / target).write_text((self.secrets / source).read_text())
        said = {name: str(value) for name, value in part["environment"].items()}
        here = {"CURBSTOP_SECRETS": str(folder), "CURBSTOP_TOPIC_PREFIX": self.prefix}
        if "CURBSTOP_KAFKA_SERVERS" in said:
            here["CURBSTOP_KAFKA_SERVERS"] = self.places.kafka_servers
        if "CURBSTOP_KAFKA_USER" in said:
            here["CURBSTOP_KAFKA_USER"] = self.prefix + said["CURBSTOP_KAFKA_USER"]
        if "CURBSTOP_KAFKA_ADMIN_USER" in said:
            (folder / "curbstop_kafka_admin_password").write_text(self.places.kafka_password)
        clean = {name: value for name, value in os.environ.items() if not name.startswith("CURBSTOP_")}
        return {**clean, **said, **here}

    def close(self) -> None:
        drop_database(self.places.postgres_url, self.database)
        admin = kafka_admin.connect(self.places.kafka_login)
        topics.withdraw(admin, topics.all_topics(["sample-bank"]), self.prefix)


@pytest.fixture
def stand(places: Places, tmp_path: Path) -> Iterator[Stand]:
    stand = Stand(places, tmp_path)
    yield stand
    stand.close()


def folder_of(tmp_path: Path, name: str) -> Path:
    folder = tmp_path / name
    folder.mkdir()
    return folder


def run(command: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_topics_tables_and_a_service_come_up_on_what_compose_tells_them(stand: Stand, tmp_path: Path) -> None:
    part = PARTS["topics"]
    environment = stand.environment(part, folder_of(tmp_path, "topics"))
    command = [one.replace("${CURBSTOP_VENDOR:-sample-bank}", "sample-bank") for one in part["command"]]
    command = [one.replace("/run/secrets/", f"{environment['CURBSTOP_SECRETS']}/") for one in command]
    said = run([sys.executable, "-c", "from curbstop.main import app; app()", *command], environment)
    assert f"created login {stand.prefix}payments" in said

    tables = stand.environment(PARTS["payments-tables"], folder_of(tmp_path, "tables"))
    run([sys.executable, *PARTS["payments-tables"]["entrypoint"][1:]], {**tables, "CURBSTOP_SERVICE": "payments"})

    port = free_port()
    environment = stand.environment(PARTS["payments"], folder_of(tmp_path, "payments"))
    environment |= {"CURBSTOP_SERVICE": "payments", "CURBSTOP_PORT": str(port), "CURBSTOP_HOST": "127.0.0.1"}
    service = subprocess.Popen([sys.executable, "-m", "chassis.serving"], env=environment, stderr=subprocess.PIPE)
    try:
        deadline = time.monotonic() + 60
        while not healthy(port, "/health/ready") and service.poll() is None and time.monotonic() < deadline:
            time.sleep(0.2)
        probe = [sys.executable, *PARTS["payments"]["healthcheck"]["test"][2:]]
        assert subprocess.run(probe, env=environment, check=False).returncode == 0, service.poll()
        assert healthy(port, "/health/live")
    finally:
        service.terminate()
        service.communicate(timeout=30)
    assert service.returncode in (0, -signal.SIGTERM)  # uvicorn, done with all, ends by the signal it was given
