"""`quote` and `tariff` as an operator types them, with no service running."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from services.billing.tariffs.cli import quote, tariff
from tests.tariffs.builders import TOWNS

app = typer.Typer()
app.command("quote")(quote)
app.add_typer(tariff, name="tariff")

WINDSOR = str(TOWNS / "windsor-co")
HOME = ("usage=25000gal", "class=single_family", "meter_size=3/4")


def _run(*words: str, fails: bool = False) -> str:
    result = CliRunner().invoke(app, words)
    assert (result.exit_code != 0) == fails, result.output
    return result.output


def test_a_quote_shows_every_line_with_its_rule_and_source() -> None:
    told = _run("quote", WINDSOR, "--date", "2023-06-01", "--service", "water", *HOME)
    assert "2023-05-01 to 2023-06-01, 31 days, billed 2023-06-01" in told
    assert "Water usage, 16 to 22.5 kgal" in told
    assert "6.5 kgal x 9.07        58.96" in told
    assert "Water total                                                                       210.50" in told
    assert "water, 2023-02-01: Town of Windsor, published water rates 2023" in told


def test_a_quote_draws_blocks() -> None:
    told = _run("quote", WINDSOR, "--date", "2023-06-01", "-s", "water", *HOME)
    assert "  16 to 22.5 kgal   9.07  █████████████████████ 6.5\n" in told


def test_a_quote_as_data_has_money_as_text() -> None:
    told = json.loads(_run("quote", WINDSOR, "--date", "2023-06-01", "-s", "water", *HOME, "--json"))
    assert told["total"] == "210.50"
    assert told["lines"][1] == {
        "service": "water",
        "code": "usage",
        "description": "Water usage, first 16 kgal",
        "quantity": "16",
        "unit": "kgal",
        "rate": "6.07",
        "amount": "97.12",
        "rule": "first 16 kgal at 6.07 per kgal",
        "tariff_version": "2023-02-01",
        "source": "Town of Windsor, published water rates 2023",
    }


def test_a_quote_of_all_services_prices_sewer_on_the_water_used() -> None:
    told = json.loads(_run("quote", str(TOWNS / "wildwood-fl"), "--date", "2023-06-01", "usage=3", "--json"))
    assert told["services"] == {"water": "17.68", "sewer": "38.69", "garbage": "19.98"}
    assert told["total"] == "76.35"


def test_two_dates_show_what_a_change_does() -> None:
    told = _run("quote", WINDSOR, "--from", "2022-06-01", "--to", "2023-06-01", "-s", "water", *HOME)
    assert "Water usage                                      174.20       189.88       +15.68    +9.0%" in told
    assert "Total                                            192.82       210.50       +17.68    +9.2%" in told


def test_all_missing_attributes_are_named_with_what_they_can_be() -> None:
    told = _run("quote", WINDSOR, "--date", "2023-06-01", "usage=5", fails=True)
    assert "Add cart_size=..., one of 65 gal, 95 gal." in told
    assert "Add class=..., one of single_family." in told


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("meter_sise=1",), "No tariff asks for `meter_sise`. They ask for cart_count, cart_size, class"),
        (("usage=lots",), "`lots` is no usage. Write a number and a unit, such as 5432gal or 5.4kgal."),
        (("usage=5 barrels",), "`barrels` is not a unit of volume; known are gal, kgal"),
        (("days=0",), "`days` must be a number of days, and is `0`."),
        (("start=soon",), "`start` must be a day such as 2024-03-01, and is `soon`."),
        (("nothing",), "`nothing` is not understood. Write attributes as name=value"),
        (("gas.class=home",), "There is no service `gas`; there are water, sewer, stormwater, garbage."),
        (("--service", "gas"), "There is no service `gas`; there are water, sewer, stormwater, garbage."),
        (("--from", "2020-01-01"), "Say --date, or --from and --to."),
    ],
)
def test_what_is_not_understood_is_told_in_a_sentence(words: tuple[str, ...], sentence: str) -> None:
    assert sentence in _run("quote", WINDSOR, "--date", "2023-06-01", *words, fails=True)


def test_attributes_can_be_one_service_s_own() -> None:
    words = ("usage=5", "meter_size=3/4", "water.class=single_family", "sewer.class=single_family", "winter_average=5")
    told = json.loads(_run("quote", WINDSOR, "--date", "2023-06-01", "-s", "water", "-s", "sewer", *words, "--json"))
    assert told["services"] == {"water": "50.97", "sewer": "40.75"}


def test_a_pack_that_is_not_there_is_told() -> None:
    assert "There is no town pack in nowhere" in _run("quote", "nowhere", "--date", "2023-06-01", fails=True)


def test_a_pack_with_mistakes_is_not_quoted_from(tmp_path: Path) -> None:
    (tmp_path / "tariffs").mkdir()
    (tmp_path / "tariffs" / "water.yaml").write_text("effective: 2020-01-01\nbase: 5\n")
    told = _run("quote", str(tmp_path), "--date", "2023-06-01", fails=True)
    assert "tariffs/water.yaml:1: `source` is missing. Add `source:` here." in told


def test_check_tells_every_mistake_or_that_there_is_none(tmp_path: Path) -> None:
    assert "can be applied" in _run("tariff", "check", WINDSOR)
    (tmp_path / "tariffs").mkdir()
    (tmp_path / "tariffs" / "water.yaml").write_text("effective: 2020-01-01\nbase: 5\n")
    assert "`source` is missing" in _run("tariff", "check", str(tmp_path), fails=True)


def test_a_tariff_is_explained_in_english() -> None:
    assert _run("tariff", "explain", WINDSOR, "--service", "water") == (
        "Water, from February 1, 2023\n"
        "Class: single family\n"
        "  Water base charge: by meter size: 3/4: 20.62 a bill\n"
        "  Water usage: per thousand gallons, by blocks\n"
        "    first 16 kgal: 6.07\n"
        "    16 to 22.5 kgal: 9.07\n"
        "    over 22.5 kgal: 13.52\n"
        "The rate is that of the day of the read.\n"
        "Source: Town of Windsor, published water rates 2023\n"
    )


def test_a_tariff_is_explained_in_spanish_as_of_a_day() -> None:
    told = _run("tariff", "explain", str(TOWNS / "wildwood-fl"), "-s", "sewer", "-l", "es", "--date", "2015-01-01")
    assert told == (
        "Alcantarillado, desde el 1 de octubre de 2010\n"
        "  Alcantarillado: cargo base: 22.49 por factura\n"
        "  Alcantarillado: consumo: 6.00 por mil galones sobre 90% de consumo de agua\n"
        "Se aplica la tarifa del día de la factura.\n"
        "Fuente: City of Wildwood, utility rates; the day is not printed\n"
    )


def test_a_day_before_the_first_version_is_told() -> None:
    told = _run("tariff", "explain", WINDSOR, "-s", "water", "--date", "1990-01-01", fails=True)
    assert "No version of the water tariff is in force on 1990-01-01; the first is from 2013-02-01." in told


@pytest.mark.parametrize("town", sorted(path.name for path in TOWNS.iterdir() if (path / "tariffs").is_dir()))
@pytest.mark.parametrize("language", ["en", "es"])
def test_every_tariff_of_every_pack_can_be_explained(town: str, language: str) -> None:
    for path in sorted((TOWNS / town / "tariffs").iterdir()):
        assert _run("tariff", "explain", str(TOWNS / town), "-s", path.stem, "-l", language)
