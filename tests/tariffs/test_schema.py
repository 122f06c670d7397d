"""The JSON Schema beside the docs: current, and of one mind with the packs."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from chassis.located_yaml import read
from services.billing.tariffs import schema
from tests.tariffs.builders import SIMPLE, TOWNS

FILES = sorted(TOWNS.glob("*/tariffs/*.yaml"))


def as_an_editor_sees(text: str) -> Any:
    """The file by YAML 1.2, where `yes` is a word and a day is text."""
    return json.loads(json.dumps(read(text, "tariff.yaml").value, default=float))


VALIDATOR = jsonschema.Draft202012Validator(schema.tariff_schema())


def test_the_committed_schema_is_current() -> None:
    assert schema.PATH.read_text(encoding="utf-8") == schema.text()


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parts[-3]} {path.stem}")
def test_every_pack_conforms(path: Path) -> None:
    VALIDATOR.validate(as_an_editor_sees(path.read_text()))


def test_the_simple_tariff_conforms_and_a_misspelled_one_does_not() -> None:
    VALIDATOR.validate(as_an_editor_sees(SIMPLE))
    with pytest.raises(jsonschema.ValidationError, match="prise"):
        VALIDATOR.validate(as_an_editor_sees(SIMPLE.replace("price", "prise")))
