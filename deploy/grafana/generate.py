"""The Grafana dashboards: `python -m deploy.grafana.generate` (part of `make contracts`) writes them from these."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Panel:
    """One picture: its title, the question to Prometheus, what a line is called, the unit."""

    title: str
    query: str
    legend: str = "{{job}}"
    unit: str = "short"
    kind: str = "timeseries"


OPERATING = (
    Panel("Services up", 'up{job=~"curbstop.*"}', kind="stat"),
    Panel("Dead letters", "max by (job) (curbstop_dead_letters)", kind="stat"),
    Panel("Waiting facts", "max by (job) (curbstop_waiting_facts)", kind="stat"),
    Panel("Messages behind", "max by (job, topic) (curbstop_consumer_lag)", "{{job}} {{topic}}"),
    Panel("Messages handled a second", "sum by (job) (rate(curbstop_messages_handled_total[5m]))"),
    Panel(
        "Seconds for a batch, 95 of 100",
        "histogram_quantile(0.95, sum by (job, le) (rate(curbstop_batch_seconds_bucket[5m])))",
        unit="s",
    ),
    Panel("Age of unsent news", "max by (job) (curbstop_outbox_age_seconds)", unit="s"),
    Panel("Unsent messages", "max by (job) (curbstop_outbox_depth)"),
    Panel("Since Kafka was heard", "max by (job) (curbstop_last_poll_age_seconds)", unit="s"),
    Panel("Requests a second", "sum by (job, status) (rate(curbstop_request_seconds_count[5m]))", "{{job}} {{status}}"),
    Panel(
        "Seconds for a request, 95 of 100",
        "histogram_quantile(0.95, sum by (job, le) (rate(curbstop_request_seconds_bucket[5m])))",
        unit="s",
    ),
)
BOOKS = (
    Panel("Ledger out of balance", "max(curbstop_ledger_out_of_balance_dollars)", "dollars", "currencyUSD", "stat"),
    Panel("Services not done with the day", "max(curbstop_business_day_not_done)", "services", kind="stat"),
    Panel("Since the day began", "max(curbstop_business_day_age_seconds)", "day", "s", "stat"),
    Panel("Oldest run without certificate", "max(curbstop_run_without_certificate_seconds)", "run", "s", "stat"),
    Panel(
        "Reads, bills and payments taken a second",
        'sum by (topic) (rate(curbstop_messages_handled_total{topic=~"ReadPosted|BillIssued|PaymentReceived.*"}[5m]))',
        "{{topic}}",
    ),
)
DASHBOARDS = {"operating": ("Curbstop: operating", OPERATING), "books": ("Curbstop: the books", BOOKS)}


def dashboard(name: str) -> dict[str, Any]:
    """One dashboard as Grafana imports it; the data source is asked for then."""
    title, panels = DASHBOARDS[name]
    return {
        "__inputs": [{"name": "PROMETHEUS", "label": "Prometheus", "type": "datasource", "pluginId": "prometheus"}],
        "uid": f"curbstop-{name}",
        "title": title,
        "tags": ["curbstop"],
        "timezone": "browser",
        "schemaVersion": 39,
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "panels": [_panel(number, one) for number, one in enumerate(panels)],
    }


def _panel(number: int, panel: Panel) -> dict[str, Any]:
    source = {"type": "prometheus", "uid": "${PROMETHEUS}"}
    return {
        "id": number + 1,
        "type": panel.kind,
        "title": panel.title,
        "datasource": source,
        "gridPos": {"h": 8, "w": 8, "x": number % 3 * 8, "y": number // 3 * 8},
        "fieldConfig": {"defaults": {"unit": panel.unit}, "overrides": []},
        "targets": [{"refId": "A", "expr": panel.query, "legendFormat": panel.legend, "datasource": source}],
    }


def text(name: str) -> str:
    """A dashboard's file."""
    return json.dumps(dashboard(name), indent=1) + "\n"


if __name__ == "__main__":
    for one in DASHBOARDS:
        (FOLDER / f"{one}.json").write_text(text(one))
