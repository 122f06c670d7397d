"""Billing a cycle: preview, exceptions, approval by another person, issue, certificate."""

import csv
import io
import json
from decimal import Decimal
from typing import Any

from deploy.local.demo.month import Month, RunDone
from deploy.local.demo.office import KIM, SAM
from deploy.local.demo.town.schedule import Round, month_before

PART = "billing"
PAGE = 1000


def bill_cycle(month: Month, which: Round) -> None:
    """Everything from the preview to the closed run."""
    with month.diary.part(PART, f"cycle {which.cycle}: preview"):
        run_id = _preview(month, which)
    with month.diary.part(PART, f"cycle {which.cycle}: kim approves, bills are issued"):
        path = f"/runs/{run_id}"
        month.office.post(
            KIM, "billing", f"{path}/approve", {"why": "the register and its exceptions were looked through"}
        )
        month.office.settle()
        certificate = month.office.get(KIM, "billing", f"{path}/certificate")
        month.expect(
            certificate["holds"], f"The certificate of cycle {which.cycle} does not hold: {certificate['faults']}"
        )
        month.office.post(KIM, "billing", f"{path}/close", {"why": "everybody is billed, or held with a reason"})
        done = _done(month, which, path, certificate)
    month.runs.append(done)
    month.owed.update(done.amounts_due)
    counts = certificate["accounts"]
    month.say(
        f"cycle {which.cycle} is billed: {counts['expected']} accounts = {counts['billed']} billed + {counts['held']} "
        f"held, [green]{done.charges:,.2f}[/]; the certificate holds"
    )


def _preview(month: Month, which: Round) -> str:
    order: dict[str, Any] = {"cycle": which.cycle, "period_end": str(which.read_on), "bill_date": str(which.bill_on)}
    if not any(one.which.cycle == which.cycle for one in month.runs):
        order["period_start"] = str(month_before(which.read_on))
    run_id = str(month.office.post(SAM, "billing", "/runs", order)["id"])
    month.office.settle()
    run = month.office.get(SAM, "billing", f"/runs/{run_id}")
    month.expect(run["state"] == "review", f"The run of cycle {which.cycle} is {run['state']} instead of in review.")
    name = f"registers/{which.read_on}-cycle-{which.cycle}"
    month.diary.write(f"{name}-preview.csv", month.office.get(SAM, "billing", f"/runs/{run_id}/register.csv"))
    exceptions = month.office.get(SAM, "billing", f"/runs/{run_id}/exceptions", limit=PAGE)
    month.diary.write(f"{name}-exceptions.csv", _table(exceptions, "account", "total", "exceptions"))
    refusal = month.office.refusal(SAM, "billing", f"/runs/{run_id}/approve", {"why": "mine"})
    month.expect(refusal is not None, "Sam could approve the run that sam began.")
    return run_id


def _done(month: Month, which: Round, path: str, certificate: dict[str, Any]) -> RunDone:
    run = month.office.get(SAM, "billing", path)
    holds = month.office.get(SAM, "billing", f"{path}/holds", limit=PAGE)
    register = month.office.get(SAM, "billing", f"{path}/register.csv").decode()
    name = f"registers/{which.read_on}-cycle-{which.cycle}"
    month.diary.write(f"{name}.csv", register)
    month.diary.write(f"{name}-held.csv", _table(holds, "account", "hold_code", "hold_reason"))
    month.diary.write(f"certificates/{which.read_on}-cycle-{which.cycle}.json", json.dumps(certificate, indent=1))
    if any(one.which.cycle == which.cycle for one in month.runs):
        comparison = month.office.get(SAM, "billing", f"{path}/comparison")
        month.diary.write(f"{name}-comparison.json", json.dumps(comparison, indent=1))
    return RunDone(which, run, certificate, holds, _amounts_due(register))


def _amounts_due(register: str) -> dict[str, Decimal]:
    rows = csv.DictReader(io.StringIO(register))
    return {row["account"]: Decimal(row["amount_due"]) for row in rows if row["bill"]}


def _table(rows: list[dict[str, Any]], *columns: str) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        cells = (row[column] for column in columns)
        writer.writerow([" ".join(cell) if isinstance(cell, list) else cell for cell in cells])
    return text.getvalue()
