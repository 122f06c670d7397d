"""What the office says of a move, and what it is answered."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, PlainSerializer, model_validator

from chassis.web import Why
from contracts.base import Name
from services.accounts.conversion import Email, Key, Text, ZipCode

Amount = Annotated[Decimal, PlainSerializer(str, return_type=str)]
Deposit = Annotated[Decimal, Field(ge=0, decimal_places=2, max_digits=12), PlainSerializer(str, return_type=str)]
Value = Annotated[Decimal, Field(ge=0, decimal_places=6, max_digits=20), PlainSerializer(str, return_type=str)]


class Address(BaseModel):
    """Where mail goes."""

    line1: Text
    line2: str = ""
    city: Text
    state: Text
    zip: ZipCode


class MoveOut(BaseModel):
    """Who leaves: `last_day` is the last day served; the final bill goes to `forwarding`, if it is known."""

    account: Key
    last_day: date
    forwarding: Address | None = None


class NewPerson(BaseModel):
    """Someone the town does not know yet. Without `address` their mail goes to the premise."""

    name: Name
    email: Email = None
    phone: str | None = None
    language: Literal["en", "es"] = "en"
    address: Address | None = None


class Who(BaseModel):
    """The customer who comes: `new`; or `person` (an id, or the old system's key); or as on an `account` of theirs."""

    new: NewPerson | None = None
    person: Key | None = None
    account: Key | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if len([one for one in (self.new, self.person, self.account) if one is not None]) != 1:
            raise ValueError("say who comes in one way: new, person or account")
        return self


class ServiceGiven(BaseModel):
    """A service that the new customer is to have; `service_point` is an id, or the old system's key."""

    service: Key
    service_point: Key | None = None
    attributes: dict[Name, str] = {}


class MoveIn(BaseModel):
    """Who comes, where, and from which day. What is left out is taken over from the premise's last account.

    `deposit` is what they are to deposit, in dollars by service. Without `account_number` the next one is given.
    """

    premise: Key
    first_day: date
    who: Who
    services: Annotated[list[ServiceGiven], Field(min_length=1)] | None = None
    deposit: dict[Name, Deposit] = {}
    cycle: Key | None = None
    account_number: Key | None = None
    ebill: bool = False


class Transfer(BaseModel):
    """A customer who goes from one premise to another: out there and in here, with a new account."""

    account: Key
    last_day: date
    premise: Key
    first_day: date
    services: Annotated[list[ServiceGiven], Field(min_length=1)] | None = None
    deposit: dict[Name, Deposit] = {}


class GivenRead(BaseModel):
    """A reading that someone has. Without `read_on` it is of the day of the move, or of today if that has not come."""

    service_point: Key
    value: Value
    read_on: date | None = None
    kind: Literal["actual", "customer"] = "actual"


class Reads(BaseModel):
    """How the meters are read: by a crew (`ordered`), by someone already (`given`), or not for this move (`none`)."""

    how: Literal["ordered", "given", "none"] = "ordered"
    given: list[GivenRead] = []


class MoveGiven(BaseModel):
    """A move in one step. `request` is the caller's own name for it: the same again changes nothing."""

    request: Key
    move_out: MoveOut | None = None
    move_in: MoveIn | None = None
    transfer: Transfer | None = None
    reads: Reads = Reads()
    why: Why

    @model_validator(mode="after")
    def _something_moves(self) -> Self:
        if self.transfer and (self.move_out or self.move_in):
            raise ValueError("a transfer stands alone: it is a move out and a move in")
        if not (self.transfer or self.move_out or self.move_in):
            raise ValueError("say who moves: move_out, move_in, both, or transfer")
        return self

    @property
    def leaving(self) -> MoveOut | None:
        """Who leaves, in a transfer too."""
        if self.transfer:
            return MoveOut(account=self.transfer.account, last_day=self.transfer.last_day)
        return self.move_out

    @property
    def coming(self) -> MoveIn | None:
        """Who comes, in a transfer too."""
        if not self.transfer:
            return self.move_in
        values = self.transfer.model_dump(exclude={"account", "last_day"})
        return MoveIn.model_validate(values | {"who": {"account": self.transfer.account}})


class Redated(BaseModel):
    """The right days of a move that was entered with wrong ones."""

    last_day: date | None = None
    first_day: date | None = None
    reads: Reads = Reads(how="none")
    why: Why


class Cancelling(BaseModel):
    """Why a move did not happen; `billed_why` when it may be billed already, by a coordinator."""

    why: Why
    billed_why: Why | None = None


class AskedAgain(BaseModel):
    """How the reads that a move still misses are to be had."""

    reads: Reads = Reads()
    why: Why


class Confirmation(BaseModel):
    """That a new customer's services and rates are right, with what was corrected: attributes by service."""

    why: Why
    attributes: dict[Name, dict[Name, str]] = {}


class ReadShown(BaseModel):
    """A read that a move waits or waited for."""

    order_id: UUID
    service_point_id: UUID
    service: str
    kind: str
    wanted_on: date
    state: str
    read_on: date | None
    value: Annotated[Decimal, PlainSerializer(lambda value: f"{value.normalize():f}", return_type=str)] | None
    remark: str


class MoveShown(BaseModel):
    """A move. `ends` is the first day not served; `warnings` are for the clerk, and keep nothing from happening."""

    move_id: UUID
    request: str
    kind: str
    state: str
    out_account: str | None
    ends: date | None
    in_account: str | None
    starts: date | None
    made_on: date
    reads: list[ReadShown]
    warnings: list[str] = []


class OtherAccount(BaseModel):
    """Another account of the same customer, by billing's last word."""

    account_number: str
    owed: Amount
    past_due: Amount


class FinalAccount(BaseModel):
    """An account that ended, whom its final bill reaches, and what else its customer has."""

    account_number: str
    closed: date
    name: str | None
    owed: Amount | None
    credit: Amount | None
    reads: list[ReadShown]
    other_accounts: list[OtherAccount]
