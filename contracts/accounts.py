"""Published by accounts: who is served with what, and how to reach them."""

from datetime import date
from typing import Literal
from uuid import UUID

from contracts.base import Event, Name, OpenEnum, Part


class AccountStatus(OpenEnum):
    """Whether an account is billed."""

    ACTIVE = "active"
    CLOSED = "closed"


class AgreementStatus(OpenEnum):
    """How a service stands within its dates."""

    ACTIVE = "active"
    VACANT = "vacant"
    SEASONAL_HOLD = "seasonal_hold"
    OFF_FOR_NON_PAYMENT = "off_for_non_payment"


class ServiceAgreement(Part):
    """One service at one premise for a span of days; `end` is the first day not served."""

    agreement_id: UUID
    service: Name
    service_point_id: UUID | None = None
    start: date
    end: date | None = None
    status: AgreementStatus = AgreementStatus.ACTIVE
    attributes: dict[str, str] = {}
    """What the tariff asks about: class, meter_size, inside, units, eru, cart; quantities as decimal strings."""


class Exemption(Part):
    """A reduced rate or waiver, up to and including a day."""

    kind: Name
    until: date | None = None


class AccountChanged(Event):
    """Snapshot of an account: services and their dates, never names or addresses."""

    account_id: UUID
    version: int
    number: Name
    status: AccountStatus
    opened: date
    closed: date | None = None
    cycle: Name
    premise_id: UUID
    responsible_person_id: UUID
    agreements: tuple[ServiceAgreement, ...] = ()
    exemptions: tuple[Exemption, ...] = ()
    ebill: bool = False
    autopay: bool = False
    level_pay: bool = False
    language: Literal["en", "es"] = "en"
    business_date: date


class ContactRole(OpenEnum):
    """Why a person is told about an account."""

    RESPONSIBLE = "responsible"
    CO_RESPONSIBLE = "co_responsible"
    OWNER = "owner"
    AGENT = "agent"
    THIRD_PARTY = "third_party"


class PostalAddress(Part):
    """Where mail goes, as the postal service prints it."""

    line1: Name
    line2: str = ""
    city: Name
    state: Name
    zip_code: Name


class Contact(Part):
    """A person, in a role, and the ways to reach them."""

    person_id: UUID
    role: ContactRole
    name: Name
    email: str | None = None
    phone: str | None = None
    mailing: PostalAddress
    language: Literal["en", "es"] = "en"


class ContactChanged(Event):
    """Snapshot of the people of an account: the only event with names and addresses, erased by a tombstone."""

    account_id: UUID
    version: int
    number: Name
    service_address: PostalAddress
    contacts: tuple[Contact, ...]
    ebill: bool = False
    business_date: date
