"""`curbstop owrs price`, `import` and `report`, as an operator sees them."""

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from services.billing.tariffs.owrs.cli import owrs
from services.billing.tariffs.owrs.report import reports
from tests.owrs.builders import FILES

TIERS = str(FILES / "tiers.owrs")
ASKED = ["cust_class=RESIDENTIAL_SINGLE", 'meter_size=3/4"', "usage_ccf=12"]


def run(*words: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(owrs, list(words))
    return result.exit_code, result.stdout, result.stderr


def test_price_prints_the_bill_line_by_line() -> None:
    code, printed, _ = run("price", TIERS, *ASKED)
    assert code == 0
    assert printed.splitlines() == [
        "Tiersville, rates of 2017-07-03",
        "Water service charge                  43.36 a bill                  43.36",
        "Water commodity charge, first 10 ccf  first 10 ccf at 3.90 per ccf  39.00",
        "Water commodity charge, 10 to 55 ccf  10 to 55 ccf at 5.15 per ccf  10.30",
        "Bill                                                                92.66",
    ]


def test_price_as_json_has_amounts_as_strings_under_the_files_names() -> None:
    code, printed, _ = run("price", TIERS, *ASKED, "--json")
    told = json.loads(printed)
    assert code == 0
    assert told["total"] == "92.66"
    assert told["charges"] == {"service_charge": "43.36", "commodity_charge": "49.30", "bill": "92.66"}
    assert told["lines"][1]["quantity"] == "10"
    assert told["lines"][1]["rate"] == "3.9"
    assert (told["usage"], told["unit"], told["effective"]) == ("12", "ccf", "2017-07-03")


def test_a_bill_before_the_rates_took_effect_is_refused() -> None:
    code, _, said = run("price", TIERS, *ASKED, "--date", "2017-07-02")
    assert code == 1
    assert "No version of the water tariff is in force on 2017-07-02" in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["usage_ccf=12"], "one of RESIDENTIAL_SINGLE, RESIDENTIAL_MULTI, IRRIGATION, COMMERCIAL, INDUSTRIAL"),
        (["cust_class=RESIDENTIAL_SINGLE", "usage_ccf=12"], "needs `meter_size`"),
        ([*ASKED, "what"], "`what` is not `key=value`. Write for example usage_ccf=12."),
        (["cust_class=INDUSTRIAL", "usage_ccf=lots"], "`usage_ccf` must be a number, and is 'lots'."),
    ],
)
def test_what_is_missing_or_wrong_is_named(words: list[str], said: str) -> None:
    code, printed, error = run("price", TIERS, *words)
    assert (code, printed) == (1, "")
    assert said in error


def test_a_malformed_file_is_told_with_line_and_reason() -> None:
    code, _, said = run("price", str(FILES / "no-colon.owrs"), *ASKED)
    assert code == 1
    assert "no-colon.owrs:14: This is not YAML: could not find expected ':'. Line 13 has no colon" in said


def test_import_writes_a_pack_and_says_what_was_left_out(tmp_path: Path) -> None:
    code, printed, said = run("import", str(FILES / "half-broken.owrs"), "-o", str(tmp_path / "town"))
    assert code == 0
    assert printed.splitlines()[0] == "Imported 2 classes of Half Broken:"
    assert "Class `NO_BILL`: There is no `bill`." in said
    assert (tmp_path / "town/town.yaml").exists()
    code, _, said = run("import", TIERS, "-o", str(tmp_path / "town"))
    assert code == 1
    assert "is there already" in said


def test_report_counts_and_gives_reasons() -> None:
    code, printed, _ = run("report", str(FILES))
    assert code == 0
    lines = printed.splitlines()
    assert "not-rates.owrs:1: There is no `rate_structure`. Is this an OWRS file?" in lines
    assert lines[-2] == "11 files: 9 read, 9 imported, 7 price every class."
    assert lines[-1].startswith("42 classes: 31 imported, 31 priced (")


def test_report_as_json_counts_the_same() -> None:
    _, printed, _ = run("report", str(FILES), "--json")
    told = json.loads(printed)
    assert {name: told[name] for name in ("files", "files_read", "files_imported", "files_priced")} == {
        "files": 11,
        "files_read": 9,
        "files_imported": 9,
        "files_priced": 7,
    }
    assert (told["classes"], told["classes_imported"], told["classes_priced"]) == (42, 31, 31)
    assert [(each["file"], each["line"]) for each in told["reasons"][-2:]] == [
        ("no-colon.owrs", 14),
        ("not-rates.owrs", 1),
    ]


def test_report_looks_into_folders_and_takes_yaml_too(tmp_path: Path) -> None:
    (tmp_path / "CA/Some Town - 12").mkdir(parents=True)
    shutil.copy(TIERS, tmp_path / "CA/Some Town - 12/07-01-2017.owrs")
    shutil.copy(TIERS, tmp_path / "rates.yaml")
    (tmp_path / "notes.txt").write_text("nothing")
    assert [each.file for each in reports(tmp_path)] == ["CA/Some Town - 12/07-01-2017.owrs", "rates.yaml"]


def test_a_folder_without_rate_files_is_told(tmp_path: Path) -> None:
    code, _, said = run("report", str(tmp_path))
    assert code == 1
    assert "There is no rate file" in said


def test_every_well_formed_class_of_the_examples_is_priced() -> None:
    for each in reports(FILES):
        assert all(one.prices for one in each.classes if one.imports), each.file
