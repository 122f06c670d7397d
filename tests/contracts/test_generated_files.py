"""What is committed of the contracts is what the models say."""

import json
import shutil
from pathlib import Path

import pytest

from contracts import generate
from contracts.published import HOME


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the committed files, to be spoiled."""
    shutil.copytree(HOME / "schemas", tmp_path / "schemas")
    shutil.copy(HOME / "asyncapi.yaml", tmp_path)
    return tmp_path


def test_the_committed_files_are_current() -> None:
    assert generate.stale() == []
    assert generate.main(["--check"]) == 0


def test_a_file_that_is_missing_or_changed_by_hand_is_named(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (copy / "asyncapi.yaml").write_text("asyncapi: 3.0.0\n")
    (copy / "schemas" / "BillIssued.v1.json").unlink()
    assert generate.main(["--check"], copy) == 1
    said = capsys.readouterr().err
    assert "contracts/asyncapi.yaml is not current: run `make contracts`." in said
    assert "contracts/schemas/BillIssued.v1.json is not current" in said


def test_the_schema_of_an_event_that_was_dropped_is_named(copy: Path) -> None:
    (copy / "schemas" / "MeterBlessed.v1.json").write_text("{}")
    assert generate.stale(copy) == [
        "contracts/schemas/MeterBlessed.v1.json belongs to no event any more: an event that was published stays."
    ]


def test_generating_writes_what_is_not_current_and_then_all_is(copy: Path) -> None:
    (copy / "asyncapi.yaml").unlink()
    assert generate.main([], copy) == 0
    assert generate.stale(copy) == []


def test_a_breaking_change_is_not_written_over_what_was_published(
    copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = copy / "schemas" / "PaymentReceived.v1.json"
    published = json.loads(file.read_text())
    published["properties"]["cashier"] = {"type": "string"}
    published["required"].append("cashier")
    file.write_text(json.dumps(published))
    assert generate.main([], copy) == 1
    assert "PaymentReceived: cashier: the field is gone" in capsys.readouterr().err
    assert json.loads(file.read_text()) == published
