"""docs/integrating.md shows what the files hold and names what the contracts know."""

import json
import re
from pathlib import Path

import pytest

from chassis.imports import parse
from contracts.check import check_vendor_messages
from contracts.payments import Channel, Outcome, PaymentOutcome, Purpose, TenderKind, VendorPayment
from services.accounts.conversion import AccountRow, PersonRow, PremiseRow

REPOSITORY = Path(__file__).resolve().parents[2]
PAGE = (REPOSITORY / "docs" / "integrating.md").read_text(encoding="utf-8")
SNIPPETS = re.findall(r"<!-- (\S+?):?( [\w]+)? -->\n```\w+\n(.*?)```\n", PAGE, re.DOTALL)


def test_the_page_shows_files() -> None:
    assert len(SNIPPETS) == PAGE.count("\n```\n") >= 7


@pytest.mark.parametrize(("file", "part", "shown"), SNIPPETS, ids=[f"{file}{part}" for file, part, _ in SNIPPETS])
def test_a_snippet_is_what_its_file_holds(file: str, part: str, shown: str) -> None:
    held = (REPOSITORY / file).read_text(encoding="utf-8")
    if part == " value":
        assert {**json.loads(held)["value"], "outcome_id": "…", "payment_id": "…"} == json.loads(shown)
    else:
        assert shown in held


def test_the_python_parts_shown_are_whole_functions() -> None:
    functions = [shown for file, _, shown in SNIPPETS if file.endswith(".py")]
    assert all(shown.lstrip("async ").startswith("def ") for shown in functions)


def test_every_field_is_explained() -> None:
    assert all(f"\n| `{name}` |" in PAGE for name in VendorPayment.model_fields)
    assert all(f"`{name}`" in PAGE for name in PaymentOutcome.model_fields if name not in ("vendor", "business_date"))


@pytest.mark.parametrize("value", [*Channel, *TenderKind, *Purpose])
def test_every_known_value_is_named(value: str) -> None:
    assert f"`{value}`" in PAGE


@pytest.mark.parametrize("outcome", Outcome)
def test_every_outcome_says_what_to_do(outcome: Outcome) -> None:
    (row,) = re.findall(rf"^\| `{outcome}` \|.*$", PAGE, re.MULTILINE)
    assert all(len(cell.strip()) > 10 for cell in row.split("|")[2:4])


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\(((?!https?:|#)[^)]+)\)", PAGE))))
def test_every_link_leads_to_a_file(link: str) -> None:
    assert (REPOSITORY / "docs" / link).exists()


@pytest.mark.parametrize("anchor", sorted(set(re.findall(r"\]\(#([^)]+)\)", PAGE))))
def test_every_link_within_the_page_leads_to_a_heading(anchor: str) -> None:
    headings = {
        re.sub(r"[^\w -]", "", title).lower().replace(" ", "-") for title in re.findall(r"^#+ (.+)$", PAGE, re.M)
    }
    assert anchor in headings


@pytest.mark.parametrize("file", sorted(set(re.findall(r"docs/examples/[\w.]+", PAGE))))
def test_every_example_named_is_there(file: str) -> None:
    assert (REPOSITORY / file).is_file()


@pytest.mark.parametrize(("name", "row"), [("premises", PremiseRow), ("people", PersonRow), ("accounts", AccountRow)])
def test_the_first_account_can_be_imported(
    name: str, row: type[PremiseRow] | type[PersonRow] | type[AccountRow]
) -> None:
    text = (REPOSITORY / "docs" / "examples" / "first_account" / f"{name}.csv").read_text()
    rows, bad = parse(text, row)
    assert (len(rows), bad) == (1, [])


def test_the_payment_shown_would_be_taken_for_the_first_account() -> None:
    message = (REPOSITORY / "docs" / "examples" / "payment.json").read_text()
    assert check_vendor_messages(message) == []
    accounts = (REPOSITORY / "docs" / "examples" / "first_account" / "accounts.csv").read_text()
    assert VendorPayment.model_validate_json(message).account_number in accounts
