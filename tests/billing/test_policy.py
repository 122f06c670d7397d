"""A pack's billing section: what is wrong with it is told with line and mend."""

from pathlib import Path

import pytest
import yaml

from chassis.townpack import Bundle
from services.billing.app import check_pack
from services.billing.policy import check
from tests.billing.office import A_PACK

TOWN = yaml.safe_load(A_PACK.files["town.yaml"])


def _pack(town: object, *tariffs: str) -> Bundle:
    files = {"town.yaml": yaml.safe_dump(town).encode()} | {f"tariffs/{one}.yaml": b"" for one in tariffs}
    return Bundle(files)


def _changed(path: str, value: object) -> object:
    town = yaml.safe_load(A_PACK.files["town.yaml"])
    *above, last = path.split("/")
    here = town["billing"]
    for part in above:
        here = here[part]
    here[last] = value
    return town


def test_windsors_pack_has_no_mistakes() -> None:
    assert check_pack(Bundle.read(Path("deploy/towns/windsor-co"))) == []


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ("due_days", 0, "due_days"),
        ("payment_order/first", "newest", "first"),
        ("ledger/payments_fund", "999", 'payments_fund names fund "999"'),
        ("ledger/services/water/fund", "999", 'services.water names fund "999"'),
        ("ledger/services/water/revenue", "1150", "is both receivable and revenue"),
        ("late_fee", 5, "`late_fee` is not known here"),
    ],
)
def test_a_mistake_is_told_with_its_file_and_what_to_do(path: str, value: object, told: str) -> None:
    (mistake,) = check(_pack(_changed(path, value)))
    assert told in str(mistake)
    assert mistake.file == "town.yaml"
    assert mistake.line > 1


def test_a_service_with_a_tariff_needs_accounts_to_post_to() -> None:
    (mistake,) = check(_pack(TOWN, "water", "reclaimed"))
    assert "reclaimed has a tariff and no accounts" in mistake.message
