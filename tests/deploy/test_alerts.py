"""Alerts ask for what services tell, and lead to what there is to do; dashboards show what services tell."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.grafana.generate import DASHBOARDS, dashboard, text
from deploy.local.places import Places
from tests.conftest import GivenDatabase, GivenTopics
from tests.deploy.images import DEPLOY
from tests.deploy.monitoring import asked_for, metrics_of_billing, told

RULES: list[dict[str, Any]] = yaml.safe_load((DEPLOY / "alerts" / "curbstop.yaml").read_text())["groups"][0]["rules"]
PAGE = Path("docs/operating.md")


def anchors(page: Path) -> set[str]:
    """The headings of a page, as links name them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", one.lower()).replace(" ", "-") for one in headings}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule["alert"]))
def test_an_alert_leads_to_a_heading_that_says_what_to_do(rule: dict[str, Any]) -> None:
    page, _, anchor = rule["annotations"]["runbook_url"].partition("#")
    assert Path(page) == PAGE
    assert anchor in anchors(PAGE)
    assert rule["annotations"]["summary"]
    assert rule["labels"]["severity"] in ("page", "ticket")


def test_no_two_alerts_have_one_name() -> None:
    names = [rule["alert"] for rule in RULES]
    assert len(set(names)) == len(names)


async def test_alerts_and_dashboards_ask_for_what_a_running_service_tells(
    places: Places, database: GivenDatabase, topic_prefix: str, make_topics: GivenTopics
) -> None:
    queries = [rule["expr"] for rule in RULES]
    queries += [panel["targets"][0]["expr"] for name in DASHBOARDS for panel in dashboard(name)["panels"]]
    async with metrics_of_billing(places, database, topic_prefix, make_topics) as page:
        wanted = set().union(*map(asked_for, queries))
        assert wanted - told(page) == set()
        assert "curbstop_ledger_out_of_balance_dollars 0.0" in page
        assert "curbstop_business_day_not_done 0.0" in page


def test_everything_that_is_kept_as_a_gauge_of_trouble_has_an_alert() -> None:
    asked = set().union(*(asked_for(rule["expr"]) for rule in RULES))
    for trouble in ("dead_letters", "waiting_facts", "consumer_lag", "outbox_age_seconds", "business_day_not_done"):
        assert f"curbstop_{trouble}" in asked


@pytest.mark.parametrize("name", DASHBOARDS)
def test_a_dashboards_file_is_current(name: str) -> None:
    file = DEPLOY / "grafana" / f"{name}.json"
    assert file.read_text() == text(name), "run `make contracts`"
    panels = json.loads(file.read_text())["panels"]
    assert len({(one["gridPos"]["x"], one["gridPos"]["y"]) for one in panels}) == len(panels)
