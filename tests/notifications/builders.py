"""Builders for the documents of a small invented town."""

from datetime import date
from decimal import Decimal
from typing import Any

from contracts.accounts import PostalAddress
from contracts.billing import BilledRead, BillIssued, BillKind, BillLine, MonthlyUsage, OwedItem
from contracts.delinquency import AccountDelinquent, Step
from contracts.ids import thing_id
from contracts.metering import ReadFlag, ReadKind, UsageFlagged
from services.notifications.documents import Letterhead, Recipient
from services.notifications.documents.letterhead import LocalText

TOWN = "fairview"


def an_address(line1: str = "412 Cottonwood Ln", line2: str = "") -> PostalAddress:
    return PostalAddress(line1=line1, line2=line2, city="Fairview", state="CO", zip_code="80550")


def a_letterhead(**changes: Any) -> Letterhead:
    values: dict[str, Any] = {
        "town_name": "Town of Fairview",
        "department": "Utility Billing",
        "address": an_address("301 Walnut St"),
        "phone": "970-555-0142",
        "web": "https://fairview.example/utilities",
        "email": "utilities@fairview.example",
        "office_hours": LocalText(en="Monday to Friday, 8 a.m. to 5 p.m.", es="De lunes a viernes, de 8 a.m. a 5 p.m."),
        "payable_to": "Town of Fairview",
        "remit_address": PostalAddress(line1="PO Box 1180", city="Fairview", state="CO", zip_code="80550-1180"),
        "pay_online_url": "https://pay.fairview.example/{account}",
        "sender_address": "bills@fairview.example",
        "pay_by_phone": "970-555-0188",
        "late_charge": LocalText(
            en="A late charge of 5% is added to any part of this bill that is unpaid after the due date.",
            es="Se agrega un recargo de 5% a la parte de esta factura que no se pague a tiempo.",
        ),
    }
    return Letterhead(**(values | changes))


def a_recipient(**changes: Any) -> Recipient:
    values: dict[str, Any] = {
        "account_number": "10004217",
        "name": "Maria Delgado",
        "mailing": an_address(),
        "service_address": an_address(),
        "email": "maria.delgado@mail.example",
        "language": "en",
    }
    return Recipient(**(values | changes))


def a_line(service: str, code: str, description: str, amount: str, *how: str) -> BillLine:
    quantity, unit, rate = (*how, None, None, None)[:3]
    return BillLine(
        service=service,
        code=code,
        description=description,
        quantity=Decimal(quantity) if quantity else None,
        unit=unit,
        rate=Decimal(rate) if rate else None,
        amount=Decimal(amount),
        rule=f"{service}.{code}",
        tariff_version=f"{service}-2023",
    )


def the_usual_lines() -> list[BillLine]:
    return [
        a_line("water", "base", 'Base charge, 3/4" meter', "20.62"),
        a_line("water", "block1", "Usage up to 16 kgal", "97.12", "16", "kgal", "6.07"),
        a_line("water", "block2", "Usage from 16 to 22.5 kgal", "18.14", "2", "kgal", "9.07"),
        a_line("sewer", "base", "Base charge", "14.50"),
        a_line("sewer", "usage", "Winter average usage", "22.05", "5", "kgal", "4.41"),
        a_line("stormwater", "base", "Stormwater fee", "4.89", "1", "ERU", "4.89"),
        a_line("garbage", "cart", "96-gallon cart", "16.75", "1", "cart", "16.75"),
    ]


def a_read(kind: ReadKind = ReadKind.ACTUAL, quantity: str = "18") -> BilledRead:
    return BilledRead(
        service="water",
        meter_number="48211907",
        previous_date=date(2023, 7, 5),
        previous_value=Decimal("1462"),
        current_date=date(2023, 8, 4),
        current_value=Decimal("1462") + Decimal(quantity),
        quantity=Decimal(quantity),
        unit="kgal",
        kind=kind,
    )


def a_history(estimated: tuple[int, ...] = ()) -> list[MonthlyUsage]:
    quantities = ["17", "12", "7", "4", "4", "3.5", "4", "3", "4", "8", "14", "16"]
    ends = [(2022, month) for month in range(8, 13)] + [(2023, month) for month in range(1, 8)]
    return [
        MonthlyUsage(
            service="water",
            period_end=date(*end, 5),
            quantity=Decimal(quantity),
            unit="kgal",
            estimated=place in estimated,
        )
        for place, (end, quantity) in enumerate(zip(ends, quantities, strict=True))
    ]


def a_bill(lines: list[BillLine] | None = None, account: str = "10004217", **changes: Any) -> BillIssued:
    """A bill that adds up: current charges and amount due follow from the lines and the parts given."""
    lines = the_usual_lines() if lines is None else lines
    parts = {
        "previous_balance": Decimal("131.40"),
        "payments": Decimal("131.40"),
        "adjustments": Decimal(0),
        "current_charges": sum((line.amount for line in lines), Decimal(0)),
    }
    parts |= {name: Decimal(str(changes.pop(name))) for name in list(changes) if name in parts}
    due = parts["previous_balance"] - parts["payments"] + parts["adjustments"] + parts["current_charges"]
    values: dict[str, Any] = {
        "bill_id": thing_id(TOWN, "bill", account),
        "number": "2308-" + account[-5:],
        "account_id": thing_id(TOWN, "account", account),
        "account_number": account,
        "kind": BillKind.REGULAR,
        "cycle": "1",
        "run_id": thing_id(TOWN, "run", "2023-08-1"),
        "bill_date": date(2023, 8, 8),
        "due_date": date(2023, 8, 29),
        "period_start": date(2023, 7, 5),
        "period_end": date(2023, 8, 4),
        "amount_due": due,
        "past_due": Decimal(0),
        "lines": tuple(lines),
        "reads": (a_read(),),
        "usage_history": tuple(a_history()),
        "pack_hash": "0" * 64,
        "business_date": date(2023, 8, 8),
    }
    return BillIssued(**(values | parts | changes))


def an_overdue_account(**changes: Any) -> AccountDelinquent:
    item = OwedItem(
        item_id=thing_id(TOWN, "item", "1"), kind="bill", amount=Decimal("131.40"), due_date=date(2023, 7, 28)
    )
    values: dict[str, Any] = {
        "case_id": thing_id(TOWN, "case", "1"),
        "account_id": thing_id(TOWN, "account", "10004217"),
        "step": Step.REMINDER,
        "past_due_items": (item,),
        "amount_to_pay": Decimal("131.40"),
        "deadline": date(2023, 8, 21),
        "to_stop": "Once we have 131.40, no further step is taken.",
        "business_date": date(2023, 8, 9),
    }
    return AccountDelinquent(**(values | changes))


def a_flagged_read(**changes: Any) -> UsageFlagged:
    values: dict[str, Any] = {
        "read_id": thing_id(TOWN, "read", "1"),
        "service_point_id": thing_id(TOWN, "service_point", "1"),
        "flag": ReadFlag.HIGH,
        "quantity": Decimal("41"),
        "usual_quantity": Decimal("16"),
        "unit": "kgal",
        "read_date": date(2023, 8, 4),
        "business_date": date(2023, 8, 5),
    }
    return UsageFlagged(**(values | changes))
