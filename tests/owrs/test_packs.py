"""A file, its imported pack and an independent reading of it come to the same bill, for every class."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from chassis.located_yaml import read
from chassis.townpack import Bundle, errors
from services.billing.tariffs import Period, Usage, compile_tariffs, load_tariffs, price
from services.billing.tariffs.owrs.importer import Imported
from services.billing.tariffs.owrs.pack import PackExistsError, write_pack
from services.billing.tariffs.owrs.pricing import Pricer
from services.billing.tariffs.owrs.samples import USAGES, samples, words_asked
from services.billing.tariffs.quote import quote
from tests.owrs.builders import FILES, NAMES, bill, customers, example, imported
from tests.owrs.oracle import bill_of

PLAIN = [name for name in NAMES if name not in ("half-broken", "imperfect", "holes")]


def bills(rates: Imported) -> Iterator[dict[str, str]]:
    """What to ask for every class, every combination of its tables' rows, and a grid of usages."""
    for name in rates.tariff.versions[0].classes:
        for sample in samples(rates, name):
            for usage in (*USAGES, "11", "14.5", "29"):
                yield words_asked(rates) | sample | {"usage_ccf": usage}


@pytest.mark.parametrize("name", NAMES)
def test_the_pack_prices_as_the_file_does(name: str, tmp_path: Path) -> None:
    rates = example(name)
    write_pack(rates, tmp_path)
    tariffs, mistakes = load_tariffs(Bundle.read(tmp_path))
    assert tariffs is not None, errors(mistakes)
    water, pricer, day = compile_tariffs(tariffs)["water"], Pricer.of(rates), rates.file.effective
    period = Period(day - timedelta(days=30), day, day, day)
    count = 0
    for asked in bills(rates):
        account = {key: value for key, value in asked.items() if key != "usage_ccf"}
        from_pack = price(water, Usage(Decimal(asked["usage_ccf"]), rates.file.unit), account, period)
        assert from_pack.total == pricer.price(asked).total, asked
        count += 1
    assert count >= 9 * len(rates.tariff.versions[0].classes)


@pytest.mark.parametrize("name", PLAIN)
def test_an_independent_reading_comes_to_the_same_bill(name: str) -> None:
    text, rates = (FILES / f"{name}.owrs").read_text(), example(name)
    pricer = Pricer.of(rates)
    for asked in bills(rates):
        assert pricer.price(asked).total == bill_of(text, asked), asked


def test_a_quote_from_the_pack_takes_owrs_names(tmp_path: Path) -> None:
    write_pack(example("tiers"), tmp_path)
    tariffs, _ = load_tariffs(Bundle.read(tmp_path))
    assert tariffs is not None
    words = ["cust_class=IRRIGATION", "usage_ccf=40", "season=Summer", "lot_size_group=2", "pressure_zone=1"]
    assert quote(tariffs, date(2018, 1, 31), words).total == Decimal("118.68")


def test_a_quote_in_a_file_of_thousand_gallons_counts_in_them(tmp_path: Path) -> None:
    write_pack(example("conditions"), tmp_path)
    tariffs, _ = load_tariffs(Bundle.read(tmp_path))
    assert tariffs is not None
    words = ["cust_class=IRRIGATION", "usage_ccf=10", "pressure_zone=2"]
    assert quote(tariffs, date(2018, 1, 31), words).total == 25


def test_the_pack_names_the_town_and_the_source(tmp_path: Path) -> None:
    write_pack(example("imperfect"), tmp_path)
    assert "  key: imperfect-water\n  name: Imperfect Water\n" in (tmp_path / "town.yaml").read_text()
    water = (tmp_path / "tariffs/water.yaml").read_text()
    assert "source: OWRS file imperfect.owrs, https://example.org/rates.pdf" in water
    assert "effective: 2017-01-01" in water  # day 42736 of a spreadsheet


@pytest.mark.parametrize("name", ["Yes: a & {town}", "123", "true", "Ünïted #1", "'quoted'"])
def test_a_towns_name_may_be_anything(name: str, tmp_path: Path) -> None:
    rates = customers("bill: 5")
    write_pack(replace(rates, file=replace(rates.file, utility=name)), tmp_path)
    located = read((tmp_path / "town.yaml").read_bytes(), "town.yaml")
    assert isinstance(located.value, dict)
    assert located.value["town"]["name"] == name


def test_rates_that_are_there_are_not_overwritten_unasked(tmp_path: Path) -> None:
    write_pack(customers("bill: 5"), tmp_path)
    with pytest.raises(PackExistsError, match="is there already"):
        write_pack(customers("bill: 6"), tmp_path)
    (tmp_path / "town.yaml").write_text("town: {}\n")
    write_pack(customers("bill: 6"), tmp_path, replace=True)
    assert "6" in (tmp_path / "tariffs/water.yaml").read_text()
    assert (tmp_path / "town.yaml").read_text() == "town: {}\n"


def test_a_simple_class_reads_like_an_ordinance() -> None:
    rates = imported(
        "  RES:\n    service_charge: 14.65\n    flat_rate: 2.1\n    commodity_charge: flat_rate*usage_ccf\n"
        "    bill: service_charge+commodity_charge\n"
    )
    assert rates.text.endswith(
        "    RES:\n      charges:\n        service_charge:\n          amount: 14.65\n"
        "        commodity_charge:\n          price: 2.1\n"
    )
    assert bill(rates, usage_ccf="10") == Decimal("35.65")
