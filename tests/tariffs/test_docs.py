"""Every example in docs/tariffs.md is a tariff without mistakes, and the bill it tells is what it comes to."""

import re

import pytest

from chassis.located_yaml import read
from services.billing.tariffs import schema
from tests.tariffs.builders import TOWNS, mistakes, town
from tests.tariffs.test_schema import VALIDATOR, as_an_editor_sees

TEXT = (TOWNS.parents[1] / "docs" / "tariffs.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
HEAD = "unit: kgal\neffective: 2020-01-01\nsource: Ordinance of an example\n"


def _whole(example: str) -> str:
    """An example that is only part of a file, with the rest of it."""
    return example if "source:" in example else HEAD + example


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_has_no_mistakes(example: str) -> None:
    assert mistakes(water=_whole(example)) == []
    VALIDATOR.validate(as_an_editor_sees(_whole(example)))


def test_every_entry_of_the_format_is_taught() -> None:
    taught = {word for example in EXAMPLES for word in re.findall(r"[a-z_]+", example)}
    missing = {name for name in schema.tariff_schema()["$defs"]["Version"]["properties"] if name not in taught}
    assert missing - set(re.findall(r"`([a-z_]+)", TEXT)) == set()


def test_the_towns_that_the_page_teaches_from_have_the_same_figures() -> None:
    examples = [read(example, "tariffs.md").value for example in EXAMPLES]
    windsor = next(example for example in examples if isinstance(example, dict) and "versions" in example)
    files = (TOWNS / "windsor-co" / "tariffs" / "water.yaml").read_text(encoding="utf-8")
    pack = read(files, "water.yaml").value
    assert isinstance(pack, dict)
    assert windsor["versions"] == pack["versions"][-2:]
    assert town("wildwood-fl")["sewer"].tariff.versions[0].price is not None
