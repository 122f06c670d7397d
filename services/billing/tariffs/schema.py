"""The JSON Schema of a tariff file, so that an editor completes and checks it while a clerk types.

`python -m services.billing.tariffs.schema` writes docs/tariff.schema.json again after a change of the format.
"""

import json
from pathlib import Path
from typing import Any

from services.billing.tariffs.model import Tariff

PATH = Path(__file__).parents[3] / "docs" / "tariff.schema.json"


def tariff_schema() -> dict[str, Any]:
    """The schema: a file with `versions`, or one whose entries are the single version's."""
    schema = Tariff.model_json_schema(by_alias=True)
    version = schema["$defs"]["Version"]
    of_file = {name: part for name, part in schema["properties"].items() if name != "versions"}
    single = {**version, "title": "A tariff of one version", "properties": {**of_file, **version["properties"]}}
    several = {name: part for name, part in schema.items() if name not in ("$defs", "title", "description")}
    edited: dict[str, Any] = _for_editors(
        {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": "Tariff of one service",
            "description": "tariffs/<service>.yaml in a town pack; taught in docs/tariffs.md.",
            "if": {"required": ["versions"]},
            "then": several,
            "else": single,
            "$defs": schema["$defs"],
        }
    )
    return edited


def _for_editors(part: Any) -> Any:
    """Numbers are numbers (a quoted one is read too, but nobody should write it), and any form that fits will do."""
    if isinstance(part, list):
        return [_for_editors(item) for item in part]
    if not isinstance(part, dict):
        return part
    if _is_decimal(part):
        return {**{name: item for name, item in part.items() if name != "anyOf"}, "type": "number"}
    return {"anyOf" if name == "oneOf" else name: _for_editors(item) for name, item in part.items()}


def _is_decimal(part: dict[str, Any]) -> bool:
    kinds = [item.get("type") for item in part.get("anyOf", []) if isinstance(item, dict)]
    return kinds == ["number", "string"]


def text() -> str:
    return json.dumps(tariff_schema(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    PATH.write_text(text(), encoding="utf-8")
