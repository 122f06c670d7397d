"""Builders for the documents of a small invented town."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from contracts.accounts import PostalAddress
from contracts.billing import BilledRead, BillIssued, BillKind, BillLine, MonthlyUsage, OwedItem
from contracts.delinquency import AccountDelinquent, Step
from contracts.ids import thing_id
from contracts.metering import ReadFlag, Reading, ReadKind, UsageFlagged
from contracts.notices import NoticeKind
from contracts.orders import OrderKind, ServiceOrderCompleted
from contracts.payments import PaymentReturned, ReturnKind
from services.notifications.documents import Letter, Letterhead, NewAccount, Recipient
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
    due -= changes.get("deposits_applied", Decimal(0))
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


def a_restore(**changes: Any) -> ServiceOrderCompleted:
    values: dict[str, Any] = {
        "order_id": thing_id(TOWN, "order", "1"),
        "account_id": thing_id(TOWN, "account", "10004217"),
        "service_point_id": thing_id(TOWN, "service_point", "1"),
        "kind": OrderKind.RESTORE,
        "completed_on": date(2023, 9, 8),
        "completed_at": datetime(2023, 9, 8, 20, tzinfo=UTC),
        "crew": "Pat",
        "read": Reading(date=date(2023, 9, 8), value=Decimal("1502"), kind=ReadKind.ACTUAL),
        "business_date": date(2023, 9, 8),
    }
    return ServiceOrderCompleted(**(values | changes))


def a_return(**changes: Any) -> PaymentReturned:
    values: dict[str, Any] = {
        "return_id": thing_id(TOWN, "return", "1"),
        "payment_id": thing_id(TOWN, "payment", "1"),
        "account_id": thing_id(TOWN, "account", "10004217"),
        "payment_seq": 4,
        "amount": Decimal("131.40"),
        "kind": ReturnKind.BANK_RETURN,
        "reason": "Insufficient funds.",
        "code": "R01",
        "fee": Decimal("25.00"),
        "returned_on": date(2023, 9, 8),
        "business_date": date(2023, 9, 8),
    }
    return PaymentReturned(**(values | changes))


def a_new_account(**changes: Any) -> NewAccount:
    values: dict[str, Any] = {
        "account_id": thing_id(TOWN, "account", "10004217"),
        "opened": date(2023, 9, 1),
        "services": ("water", "sewer", "stormwater", "garbage"),
        "business_date": date(2023, 9, 2),
    }
    return NewAccount(**(values | changes))


def a_final_bill(**changes: Any) -> BillIssued:
    """The last one: a deposit was held, and what is left of it goes back."""
    values: dict[str, Any] = {
        "kind": BillKind.FINAL,
        "previous_balance": "31.40",
        "payments": "20",
        "deposits_applied": Decimal(250),
        "refund": Decimal("44.53"),
    }
    return a_bill(**(values | changes))


def a_case(step: Step, **changes: Any) -> AccountDelinquent:
    """Two bills and a late charge are past due; services have items of their own."""
    owed = [
        ("bill", "62.10", date(2023, 6, 28)),
        ("bill", "57.92", date(2023, 6, 28)),
        ("late_charge", "6.00", date(2023, 7, 11)),
        ("bill", "71.38", date(2023, 7, 28)),
        ("fee", "30.00", date(2023, 7, 28)),
    ]
    items = [
        OwedItem(item_id=thing_id(TOWN, "item", str(place)), kind=kind, amount=Decimal(amount), due_date=due)
        for place, (kind, amount, due) in enumerate(owed)
    ]
    values: dict[str, Any] = {
        "step": step,
        "past_due_items": tuple(items),
        "amount_to_pay": Decimal("227.40"),
        "earliest_shutoff": date(2023, 9, 6),
        "restore_fee": Decimal(55),
        "services": ("water",),
    }
    return an_overdue_account(**(values | changes))


def a_letter(kind: NoticeKind, event: Any = None, bilingual: bool = False, copied: bool = False, **to: Any) -> Letter:
    """A letter of a kind, about something that gives rise to one."""
    return Letter(kind, event or _EVENTS[kind](), a_recipient(**to), bilingual, copied)


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


_EVENTS: dict[NoticeKind, Callable[[], Any]] = {
    NoticeKind.REMINDER: an_overdue_account,
    NoticeKind.STATUS_LETTER: lambda: a_case(Step.STATUS_LETTER),
    NoticeKind.DOOR_HANGER: lambda: a_case(Step.DOOR_HANGER),
    NoticeKind.SHUTOFF_NOTICE: lambda: a_case(Step.SHUTOFF_NOTICE),
    NoticeKind.RESTORED: a_restore,
    NoticeKind.RETURNED_PAYMENT: a_return,
    NoticeKind.WELCOME: a_new_account,
    NoticeKind.FINAL: a_final_bill,
    NoticeKind.HIGH_USAGE: a_flagged_read,
}
