"""What the files for containers say, read so that tests can hold it against the code."""

import tomllib
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import yaml

from chassis.settings import Settings

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
OF_THE_IMAGE = frozenset({"CURBSTOP_SECRETS", "CURBSTOP_PORT", "CURBSTOP_HOST", "CURBSTOP_SERVICE"})
"""Variables that are read before settings are: by `chassis.serving`, or by settings to find the others."""


def compose() -> dict[str, Any]:
    """deploy/compose/compose.yaml, anchors and merges resolved."""
    return dict(yaml.safe_load((DEPLOY / "compose" / "compose.yaml").read_text()))


def settings_of(service: str) -> type[Settings]:
    """The settings that a service is built with."""
    try:
        module = import_module(f"services.{service}.settings")
    except ModuleNotFoundError:
        return Settings
    found: type[Settings] = getattr(module, f"{service.title()}Settings")
    return found


def variables_of(service: str) -> frozenset[str]:
    """Every environment variable that a service knows."""
    return frozenset(f"CURBSTOP_{name.upper()}" for name in settings_of(service).model_fields)


def required_by(service: str) -> frozenset[str]:
    """Those without which it does not start."""
    fields = settings_of(service).model_fields
    return frozenset(f"CURBSTOP_{name.upper()}" for name, one in fields.items() if one.is_required())


def given_to(part: Mapping[str, Any]) -> frozenset[str]:
    """What a container is told: by variables, and by secrets' files that are named like variables."""
    variables = set(part.get("environment", {}))
    targets = {one["target"].upper() for one in part.get("secrets", []) if isinstance(one, dict)}
    return frozenset(variables | targets)


def release() -> str:
    """This release's number."""
    return str(tomllib.loads((DEPLOY.parent / "pyproject.toml").read_text())["project"]["version"])
