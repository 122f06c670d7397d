"""The month as a readable account: what happened, in figures. Written as Markdown, printed by rich."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.table import Table as RichTable
from rich.text import Text

from deploy.local.demo.books import Books
from deploy.local.demo.hearing import Moved
from deploy.local.demo.month import ZERO, Month, Reminded

Cell = object


@dataclass(frozen=True)
class Table:
    """Columns by name; those whose cells are numbers stand to the right."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class Section:
    """A heading, sentences, and a table if there is one."""

    title: str
    sentences: tuple[str, ...]
    table: Table | None = None


def account(month: Month, books: Books, samples: Sequence[str]) -> list[Section]:
    """Everything worth telling, in the order in which it happened."""
    return [
        _conversion(month),
        _readings(month),
        _runs(month),
        _mail(month, books),
        _payments(month),
        Section("What the vendor was told", (), _answers(month)),
        _unusable(books),
        _story(month),
        _reminders(month),
        _books(month, books),
        _topics(books),
        _time(month),
        _left(month, samples),
    ]


def _conversion(month: Month) -> Section:
    rows = [
        (
            one.file.file_name,
            one.file.rows,
            one.report["imported"],
            len(one.report["refused"]),
            _or_dash(one.file.amount),
        )
        for one in month.imported
    ]
    bad = [
        f"{one.file.file_name} line {row['line']}: {row['reason']}"
        for one in month.imported
        for row in one.report["refused"]
    ]
    told = f"{len(month.homes):,} accounts in four cycles, imported in any order; all control totals tie."
    return Section(
        "Conversion",
        (told, *bad, f"{month.incomplete} accounts waited for those people until the rows were mended."),
        Table(("file", "rows", "imported", "refused", "control amount"), tuple(rows)),
    )


def _readings(month: Month) -> Section:
    kinds = sorted({kind for one in month.readings for kind in one.findings})
    rows = [
        (
            f"{one.which.cycle}, {one.which.read_on:%b %d}",
            one.meters,
            sum(one.files.values()),
            *(one.findings.get(kind, 0) for kind in kinds),
            one.decisions.get("reread", 0),
            one.decisions.get("estimate", 0),
            one.flagged,
        )
        for one in month.readings
    ]
    files = sum((Counter(one.files) for one in month.readings), Counter[str]())
    told = ", ".join(f"{count} {form}" for form, count in sorted(files.items()))
    return Section(
        "Meters read",
        (f"Route files that went out and came back: {told}. Each decision has who and why.",),
        Table(("cycle", "meters", "files", *kinds, "reread", "estimated", "customers told"), tuple(rows)),
    )


def _runs(month: Month) -> Section:
    rows = []
    for one in month.runs:
        counts = one.certificate["accounts"]
        years = f"{one.which.read_on:%b %d}, {one.which.bill_on:%b %d}"
        rows.append(
            (
                one.which.cycle,
                years,
                counts["expected"],
                counts["billed"],
                counts["held"],
                one.charges,
                _said(one.certificate),
            )
        )
    held = Counter(hold["hold_reason"] for one in month.runs for hold in one.holds)
    reasons = tuple(f"Held {count} times: {reason}" for reason, count in held.most_common(4))
    told = "What was read on January 31 is billed at the rates of 2022, all after it at those of 2023."
    return Section(
        "Bills",
        (told, *reasons),
        Table(("cycle", "read, billed", "expected", "billed", "held", "charges", "certificate"), tuple(rows)),
    )


def _said(certificate: dict[str, object]) -> str:
    return "holds" if certificate["holds"] else "DOES NOT HOLD"


def _mail(month: Month, books: Books) -> Section:
    rows = tuple((one["kind"], one["channel"], one["state"], one["notices"]) for one in books.notices)
    pieces, pages = sum(one.pieces for one in month.mailed), sum(one.pages for one in month.mailed)
    told = (
        f"{books.mails:,} e-mails are in the mailbox; the mailing house confirmed {len(month.mailed)} mailings with "
        f"{pieces:,} pieces and {pages:,} pages."
    )
    return Section("Told to customers", (told,), Table(("what", "how", "state", "notices"), rows))


def _payments(month: Month) -> Section:
    rows = [(way, count, amount) for way, count, amount in month.money.taken]
    count, amount = month.money.posted
    return Section(
        "Money taken",
        (f"The counter batch was miscounted once: {month.money.out_of_balance}",),
        Table(("way in", "payments", "posted"), (*rows, ("together", count, amount))),
    )


def _unusable(books: Books) -> Section:
    letters = [
        (service, f"{one['topic']}/{one['partition']}/{one['offset']}", one["reason"])
        for service, kept in books.dead_letters.items()
        for one in kept
    ]
    suspense = [
        f"In suspense for {one['days']} days: {Decimal(one['amount']):,.2f} for {one['account_number']}, an account "
        "that there is not."
        for one in books.suspense
    ]
    return Section(
        "What could not be used",
        (f"{len(letters)} messages are kept as dead letters, each answered to the vendor with its reason.", *suspense),
        Table(("kept by", "message", "reason"), tuple(letters)),
    )


def _answers(month: Month) -> Table:
    counts = Counter((way, one.what, outcome, reason) for way, one, outcome, reason in month.money.sent)
    return Table(("way", "sent", "answered", "times"), tuple((*key[:3], count) for key, count in counts.items()))


def _story(month: Month) -> Section:
    rows = tuple((what, len(told), told[0]) for what, told in month.story.items())
    return Section("From past due to restored, and who moved", (), Table(("what", "times", "the first"), rows))


def _reminders(month: Month) -> Section:
    months: dict[str, list[Reminded]] = {}
    for one in month.reminded:
        months.setdefault(f"{one.on:%B}", []).append(one)
    rows = tuple(
        (
            name,
            sum(one.proposed for one in own),
            sum(one.reminded for one in own),
            sum(len(one.left_out) for one in own),
        )
        for name, own in months.items()
    )
    why = Counter(reason for one in month.reminded for reason in one.left_out.values())
    told = tuple(f"Left out {count} times: {reason}" for reason, count in why.items())
    return Section("Reminders", told, Table(("approved in", "proposed", "reminded", "left out"), rows))


def _books(month: Month, books: Books) -> Section:
    funds = {one["fund"]: one for one in books.trial_balance["funds"]}
    rows = tuple(
        (f"fund {fund}", Decimal(one["debit"]), Decimal(one["credit"]), Decimal(one["difference"]))
        for fund, one in funds.items()
    )
    verdict = books.verdict
    charges = sum((one.charges for one in month.runs), ZERO)
    taken = month.money.posted[1]
    return Section(
        "Books",
        (
            f"Opening items {books.opening:,.2f} + bills {charges:,.2f} + late charges {books.late_charges:,.2f} "
            f"{_others(books.moved)} - payments {taken:,.2f} = {books.balances_expected:,.2f}.",
            f"Customers owe {Decimal(verdict['customer_balances']):,.2f} (receivables "
            f"{Decimal(verdict['receivables']):,.2f} less credit {Decimal(verdict['credit']):,.2f}).",
            f"Deposits held: {Decimal(verdict['deposits']):,.2f}. {len(verdict['checks'])} laws of the ledger were "
            f"tried on {verdict['transfers']:,} postings: {_agrees(verdict)}.",
        ),
        Table(("trial balance", "debit", "credit", "difference"), rows),
    )


def _others(moved: Moved) -> str:
    return (
        f"+ final bills {moved.final_charges:,.2f} - deposits applied {moved.deposits_applied:,.2f} "
        f"+ fees {moved.fees:,.2f} + returned payments {moved.returned:,.2f} + refunds {moved.refunds:,.2f}"
    )


def _agrees(verdict: dict[str, Any]) -> str:
    return "all hold" if verdict["ok"] else " ".join(verdict["sentences"])


def _topics(books: Books) -> Section:
    rows = tuple((name, count) for name, count in sorted(books.topics.items(), key=lambda one: (-one[1], one[0])))
    return Section("Messages by topic", (), Table(("topic", "messages"), rows))


def _time(month: Month) -> Section:
    seconds = month.diary.seconds
    rows = (*((part, f"{spent:.1f}") for part, spent in seconds.items()), ("together", f"{sum(seconds.values()):.1f}"))
    return Section("Time taken", (), Table(("part", "seconds"), rows))


def _left(month: Month, samples: Sequence[str]) -> Section:
    there = {
        "bills/": f"single bills to look at: {', '.join(samples)}",
        "print/": "the mailing house's files: PDF and index",
        "mailbox/": "every e-mail (.eml)",
        "registers/, certificates/": "previews, exceptions, registers, holds and the certificate of each run",
        "ledger/": "verdict, trial balance, receivables, revenue, journal",
        "vendor/": "what the vendor sent, and each answer",
        "import/, handhelds/, payments/": "the files that came in, and their reports",
        "dead-letters.json, call-list.csv": "what could not be used, and whom to call about high usage",
        "log/": "what the services logged",
    }
    return Section("To look into", (f"In {month.diary.out}:",), Table(("where", "what"), tuple(there.items())))


def _or_dash(amount: Decimal | None) -> Cell:
    return "-" if amount is None else amount


def as_markdown(title: str, sections: Iterable[Section], broken: Sequence[str]) -> str:
    """The account as a file."""
    lines = [f"# {title}", ""]
    lines += [f"**Not as it must be:** {one}\n" for one in broken]
    for section in sections:
        lines += [f"## {section.title}", ""]
        lines += [f"{one}\n" for one in section.sentences]
        if section.table is not None and section.table.rows:
            lines += [*_markdown_rows(section.table), ""]
    return "\n".join(lines)


def _markdown_rows(table: Table) -> Iterable[str]:
    yield f"| {' | '.join(table.columns)} |"
    yield "|" + "|".join("---:" if right else "---" for right in _to_the_right(table)) + "|"
    for row in table.rows:
        yield "| " + " | ".join(_shown(cell).replace("|", "\\|") for cell in row) + " |"


def print_account(console: Console, title: str, sections: Iterable[Section]) -> None:
    """The account for the one who waited."""
    console.rule(f"[bold]{escape(title)}[/]")
    for section in sections:
        console.print(Group(Text(), Text(section.title, style="bold underline"), *_printed(section)), highlight=False)


def _printed(section: Section) -> Iterable[RenderableType]:
    yield from (Text(one) for one in section.sentences)
    if section.table is not None and section.table.rows:
        shown = RichTable(box=None, header_style="dim", padding=(0, 2, 0, 0))
        for name, right in zip(section.table.columns, _to_the_right(section.table), strict=True):
            shown.add_column(name, justify="right" if right else "left")
        for row in section.table.rows:
            shown.add_row(*(escape(_shown(cell)) for cell in row))
        yield shown


def _to_the_right(table: Table) -> list[bool]:
    return [all(_is_number(row[place]) for row in table.rows) for place in range(len(table.columns))]


def _is_number(cell: Cell) -> bool:
    return (
        isinstance(cell, int | Decimal)
        or _shown(cell).replace(".", "").replace("-", "").strip().isdigit()
        or cell == "-"
    )


def _shown(cell: Cell) -> str:
    if isinstance(cell, Decimal):
        return f"{cell:,.2f}"
    return f"{cell:,}" if isinstance(cell, int) else str(cell)
