"""A tariff back as a file: what an import writes, and what reads again as the same tariff."""

from decimal import Decimal
from typing import Any

import yaml

from services.billing.tariffs.model import Tariff


class _Dumper(yaml.SafeDumper):
    """Decimals as they are, never as floats."""


def _decimal(dumper: yaml.SafeDumper, number: Decimal) -> yaml.Node:
    return dumper.represent_scalar("tag:yaml.org,2002:float", f"{number:f}")


_Dumper.add_representer(Decimal, _decimal)


def print_tariff(tariff: Tariff) -> str:
    """The tariff as YAML, in the order of the format, without what is only a default."""
    content: dict[str, Any] = tariff.model_dump(by_alias=True, exclude_defaults=True)
    return str(yaml.dump(content, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100))
