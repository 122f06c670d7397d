"""Published by accounts: who is served with what, and how to reach them."""

from uuid import UUID

from contracts.base import Count, Day, Event, Flag, Line, Name, OpenEnum, Part


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


class Language(OpenEnum):
    """What a resident reads."""

    ENGLISH = "en"
    SPANISH = "es"


class ServiceAgreement(Part):
    """One service at one premise for a span of days; `end` is the first day not served."""

    agreement_id: UUID
    service: Name
    service_point_id: UUID | None = None
    start: Day
    end: Day | None = None
    status: AgreementStatus = AgreementStatus.ACTIVE
    attributes: dict[Name, Line] = {}
    """What the tariff asks about: class, meter_size, inside, units, eru, cart; quantities as decimal strings."""


class Exemption(Part):
    """A reduced rate or waiver, up to and including a day."""

    kind: Name
    until: Day | None = None


class AccountChanged(Event):
    """Snapshot of an account: services and their dates, never names or addresses."""

    account_id: UUID
    version: Count
    number: Name
    status: AccountStatus
    opened: Day
    closed: Day | None = None
    cycle: Name
    premise_id: UUID
    responsible_person_id: UUID
    agreements: tuple[ServiceAgreement, ...] = ()
    exemptions: tuple[Exemption, ...] = ()
    ebill: Flag = False
    autopay: Flag = False
    level_pay: Flag = False
    language: Language = Language.ENGLISH
    business_date: Day


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
    line2: Line = ""
    city: Name
    state: Name
    zip_code: Name


class Contact(Part):
    """A person, in a role, and the ways to reach them."""

    person_id: UUID
    role: ContactRole
    name: Name
    email: Line | None = None
    phone: Line | None = None
    mailing: PostalAddress
    language: Language = Language.ENGLISH


class ContactChanged(Event):
    """Snapshot of the people of an account: the only event with names and addresses, erased by a tombstone."""

    account_id: UUID
    version: Count
    number: Name
    service_address: PostalAddress
    contacts: tuple[Contact, ...]
    ebill: Flag = False
    business_date: Day
