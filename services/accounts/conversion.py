"""The import files of accounts: what each row says. Keys are those of the town's old system."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, StringConstraints

from chassis.imports import Blank, Flag
from contracts.ids import thing_id

Key = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
OptionalKey = Annotated[Key | None, Blank]
OptionalDate = Annotated[date | None, Blank]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
ZipCode = Annotated[str, StringConstraints(pattern=r"^\d{5}(-\d{4})?$")]


def _attributes(value: object) -> dict[str, str]:
    """`class=residential;meter_size=3/4` as a mapping."""
    found: dict[str, str] = {}
    for part in filter(None, (piece.strip() for piece in str(value).split(";"))):
        name, equals, content = part.partition("=")
        if not equals or not name.strip():
            raise ValueError(f'"{part}" is not name=value')
        found[name.strip()] = content.strip()
    return found


def _no_at_sign_twice(value: str | None) -> str | None:
    if value is not None and (value.count("@") != 1 or value.startswith("@") or value.endswith("@")):
        raise ValueError(f'"{value}" is not an e-mail address')
    return value


Email = Annotated[str | None, AfterValidator(_no_at_sign_twice), Blank]


class PremiseRow(BaseModel):
    """One line of premises.csv."""

    premise: Key
    line1: Text
    line2: str
    city: Text
    state: Annotated[str, StringConstraints(pattern="^[A-Z]{2}$")]
    zip: ZipCode
    parcel: str
    inside_city: Flag


class PersonRow(BaseModel):
    """One line of people.csv."""

    person: Key
    name: Text
    email: Email
    phone: Annotated[str | None, Blank]
    line1: Text
    line2: str
    city: Text
    state: Text
    zip: ZipCode
    language: Literal["en", "es"]


class AccountRow(BaseModel):
    """One line of accounts.csv; people and premise may come in a later file."""

    account: Key
    premise: Key
    responsible: Key
    co_responsible: OptionalKey
    owner: OptionalKey
    cycle: Key
    opened: date
    closed: OptionalDate
    ebill: Flag
    autopay: Flag
    level_pay: Flag


class AgreementRow(BaseModel):
    """One line of agreements.csv; `end` is the first day not served."""

    account: Key
    service: Key
    service_point: OptionalKey
    start: date
    end: OptionalDate
    status: Literal["active", "vacant", "seasonal_hold", "off_for_non_payment"]
    attributes: Annotated[dict[str, str], BeforeValidator(_attributes), Field(default_factory=dict)]


def premise_values(town: str, row: PremiseRow) -> dict[str, object]:
    """A premise as its table has it."""
    return {
        "id": thing_id(town, "premise", row.premise),
        "line1": row.line1,
        "line2": row.line2,
        "city": row.city,
        "state": row.state,
        "zip_code": row.zip,
        "parcel": row.parcel,
        "inside_city": row.inside_city,
    }


def person_values(town: str, row: PersonRow) -> dict[str, object]:
    """A person as its table has them."""
    return {
        "id": thing_id(town, "person", row.person),
        "name": row.name,
        "email": row.email,
        "phone": row.phone,
        "line1": row.line1,
        "line2": row.line2,
        "city": row.city,
        "state": row.state,
        "zip_code": row.zip,
        "language": row.language,
    }


def account_values(town: str, row: AccountRow) -> dict[str, object]:
    """An account as its table has it."""
    return {
        "id": thing_id(town, "account", row.account),
        "number": row.account,
        "premise_id": thing_id(town, "premise", row.premise),
        "responsible_id": thing_id(town, "person", row.responsible),
        "co_responsible_id": _person(town, row.co_responsible),
        "owner_id": _person(town, row.owner),
        "cycle": row.cycle,
        "opened": row.opened,
        "closed": row.closed,
        "ebill": row.ebill,
        "autopay": row.autopay,
        "level_pay": row.level_pay,
    }


def agreement_values(town: str, row: AgreementRow) -> dict[str, object]:
    """An agreement as its table has it: one per account, service, service point and start."""
    point = thing_id(town, "service_point", row.service_point) if row.service_point else None
    key = f"{row.account}/{row.service}/{row.service_point or ''}/{row.start}"
    return {
        "id": thing_id(town, "agreement", key),
        "account_id": thing_id(town, "account", row.account),
        "service": row.service,
        "service_point_id": point,
        "start_date": row.start,
        "end_date": row.end,
        "status": row.status,
        "attributes": row.attributes,
    }


def _person(town: str, key: str | None) -> UUID | None:
    return thing_id(town, "person", key) if key else None
