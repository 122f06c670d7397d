"""The systemd units: what they start exists, what they are told is known, and they may not do more than they must."""

import importlib
import shutil
import subprocess
from pathlib import Path

import pytest
from typer.main import get_command

from contracts.topics import SERVICES
from curbstop.main import app
from tests.deploy.images import DEPLOY, OF_THE_IMAGE, required_by, variables_of

UNITS = DEPLOY / "systemd"
PROGRAMS = "/opt/curbstop/.venv/bin/"


def lines(unit: str, name: str) -> list[str]:
    """The values of a key of a unit, in their order."""
    text = (UNITS / unit).read_text().splitlines()
    return [line.partition("=")[2] for line in text if line.startswith(f"{name}=")]


def variables(file: str) -> dict[str, str]:
    text = (UNITS / file).read_text().splitlines()
    return dict(line.split("=", 1) for line in text if line and not line.startswith("#"))


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_is_told_all_it_needs_and_nothing_it_does_not_know(service: str) -> None:
    told = {**variables("common.env"), **variables(f"{service}.env")}
    assert required_by(service) <= told.keys()
    assert told.keys() - OF_THE_IMAGE <= variables_of(service)


def test_services_of_one_machine_have_ports_of_their_own_that_the_operator_knows() -> None:
    ports = {service: variables(f"{service}.env")["CURBSTOP_PORT"] for service in SERVICES}
    assert len(set(ports.values())) == len(SERVICES)
    known = variables("operator.env")
    for service, port in ports.items():
        assert known[f"CURBSTOP_{service.upper()}_URL"] == f"http://127.0.0.1:{port}"


@pytest.mark.parametrize("unit", sorted(one.name for one in UNITS.glob("*.service")))
def test_what_a_unit_starts_exists(unit: str) -> None:
    for command in (*lines(unit, "ExecStartPre"), *lines(unit, "ExecStart")):
        program, *arguments = command.split()
        assert program.startswith(PROGRAMS)
        if program == f"{PROGRAMS}python":
            assert arguments[0] == "-m"
            assert hasattr(importlib.import_module(arguments[1]), "main")
        else:
            assert program == f"{PROGRAMS}curbstop"
            _exists(arguments)


def _exists(arguments: list[str]) -> None:
    command = get_command(app)
    for word in arguments:
        if word.startswith("-"):
            assert any(word in one.opts for one in command.params)
            return
        found = getattr(command, "commands", {}).get(word)
        assert found is not None, arguments
        command = found


@pytest.mark.parametrize("unit", sorted(one.name for one in UNITS.glob("*.service")))
def test_a_unit_runs_as_an_ordinary_user_that_may_write_only_its_own(unit: str) -> None:
    assert lines(unit, "User") == ["curbstop"]
    for hardening in ("NoNewPrivileges", "ProtectHome", "PrivateTmp"):
        assert lines(unit, hardening) == ["yes"]
    assert lines(unit, "ProtectSystem") == ["strict"]


@pytest.mark.parametrize("job", ["day", "backup"])
def test_a_timer_makes_up_for_what_it_missed(job: str) -> None:
    assert lines(f"curbstop-{job}.timer", "Persistent") == ["true"]
    assert (UNITS / f"curbstop-{job}.service").exists()


def test_systemd_itself_finds_nothing_wrong(tmp_path: Path) -> None:
    """Where systemd is: with the programs' folder put where they are here."""
    analyze = shutil.which("systemd-analyze")
    here = str(Path(".venv/bin").absolute()) + "/"
    for unit in [*UNITS.glob("*.service"), *UNITS.glob("*.timer"), *UNITS.glob("*.target")]:
        name = unit.name.replace("@.", "@billing.")
        (tmp_path / name).write_text(unit.read_text().replace(PROGRAMS, here))
    wanted = sorted(str(one) for one in tmp_path.iterdir())
    if analyze and Path(here, "curbstop").exists():
        done = subprocess.run([analyze, "verify", *wanted], capture_output=True, text=True, check=False)
        assert [line for line in done.stderr.splitlines() if str(tmp_path) in line] == []
    assert len(wanted) == 7
