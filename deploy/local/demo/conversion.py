"""The first day: the town's rules are put in force, and every service imports its files of the old system."""

import base64
import json
from datetime import date
from random import Random

from chassis.townpack import Bundle
from contracts.topics import SERVICES
from deploy.local.demo.month import Imported, Month
from deploy.local.demo.office import DANA, KIM, PAT
from deploy.local.demo.town.files import ImportFile, import_files, mended
from deploy.local.supervisor import REPOSITORY

PACK = REPOSITORY / "deploy" / "towns" / "windsor-co"
PART = "conversion import"


def put_in_force(month: Month) -> None:
    """Apply the town's pack to every service, as `curbstop town apply` does."""
    bundle = Bundle.read(PACK)
    files = {path: base64.b64encode(content).decode() for path, content in bundle.files.items()}
    with month.diary.part("town pack", "applying the town's pack"):
        for service in SERVICES:
            month.office.post(DANA, service, "/town", {"files": files})
    month.say(f"dana applies the pack of windsor-co ([cyan]{bundle.hash[:12]}[/]) to all six services")


def begin_day(month: Month, day: date) -> None:
    """Begin a business day in billing, and wait until every service has done its work of it."""
    month.day = day
    month.diary.turn(day)
    with month.diary.part("business days", "the day begins"):
        days = month.office.days(KIM)
        days.begin(day)
        days.wait_until_over()


def convert(month: Month) -> None:
    """Import every file, in an order that nobody planned; then what was bad, put right."""
    files = list(import_files(month.seed, month.homes))
    Random(f"{month.seed}/order").shuffle(files)
    for file in files:
        month.diary.write(f"import/{file.file_name}", file.text)
        with month.diary.part(PART, f"importing {file.file_name}"):
            month.imported.append(_import(month, file))
    with month.diary.part(PART, "telling everybody of the accounts"):
        month.office.settle()
    month.say(f"dana imports {len(files)} files, {sum(one.rows for one in files):,} rows, in any order; all totals tie")
    _mend(month)
    month.passed.update({one.point: one.passed for one in month.homes})
    month.diary.write("import/reports.json", json.dumps([one.report for one in month.imported], indent=1))


def _import(month: Month, file: ImportFile) -> Imported:
    control = {"control_rows": file.rows} | ({"control_amount": str(file.amount)} if file.amount is not None else {})
    path, refused_first = f"/imports/{file.name}", ""
    if file.bad:
        refusal = month.office.refusal(DANA, file.service, path, content=file.text, **control)
        lines = [bad["line"] for bad in refusal.report.get("refused", ())] if refusal else []
        month.expect(lines == list(file.bad), f"{file.file_name}: lines {lines} were refused instead of {file.bad}.")
        refused_first = refusal.sentence if refusal else ""
        month.say(f"{file.file_name}: [yellow]{refused_first}[/] dana reads the list and takes the rest")
    report = month.office.post(DANA, file.service, path, content=file.text, **control, accept_bad_rows=bool(file.bad))
    good = file.rows - len(file.bad)
    month.expect(
        report["ties"] and report["imported"] == good,
        f"{file.file_name}: {report['imported']} of {good} good rows were imported.",
    )
    return Imported(file, report, refused_first)


def _mend(month: Month) -> None:
    """Accounts whose person is on a bad line are nobody's news until the line is mended."""
    month.incomplete = len(month.office.get(PAT, "accounts", "/accounts/incomplete"))
    file = mended(month.homes)
    month.diary.write(f"import/{file.file_name}", file.text)
    with month.diary.part(PART, "importing the mended rows"):
        month.imported.append(_import(month, file))
        month.office.settle()
    left = len(month.office.get(PAT, "accounts", "/accounts/incomplete"))
    month.expect(left == 0, f"{left} accounts are still incomplete after the mended rows were imported.")
    month.say(f"pat mends {file.rows} rows of people; {month.incomplete} accounts that waited for them are complete")
