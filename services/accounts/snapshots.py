"""What accounts says about an account: its two snapshots, made from what is kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b

from contracts.accounts import (
    AccountChanged,
    AccountStatus,
    AgreementStatus,
    Contact,
    ContactChanged,
    ContactRole,
    PostalAddress,
    ServiceAgreement,
)
from services.accounts.tables import Account, Agreement, Person, Premise


@dataclass(frozen=True)
class Dossier:
    """An account with its premise, its people by role and its agreements."""

    account: Account
    premise: Premise
    people: Sequence[tuple[ContactRole, Person]]
    agreements: Sequence[Agreement]


def account_changed(dossier: Dossier, today: date | None) -> AccountChanged:
    """The account's services and dates; no name, no address."""
    account, day = dossier.account, _as_of(dossier, today)
    responsible = dossier.people[0][1]
    return AccountChanged(
        account_id=account.id,
        version=account.version,
        number=account.number or "",
        status=AccountStatus.CLOSED if account.closed and account.closed <= day else AccountStatus.ACTIVE,
        opened=_opened(account),
        closed=account.closed,
        cycle=account.cycle or "",
        premise_id=dossier.premise.id,
        responsible_person_id=responsible.id,
        agreements=tuple(_agreement(one) for one in dossier.agreements),
        ebill=account.ebill,
        autopay=account.autopay,
        level_pay=account.level_pay,
        language="es" if responsible.language == "es" else "en",
        business_date=day,
    )


def contact_changed(dossier: Dossier, today: date | None) -> ContactChanged:
    """The account's people and addresses: personal, so on a topic of its own."""
    account = dossier.account
    return ContactChanged(
        account_id=account.id,
        version=account.contact_version,
        number=account.number or "",
        service_address=_address(dossier.premise),
        contacts=tuple(_contact(role, person) for role, person in dossier.people),
        ebill=account.ebill,
        business_date=_as_of(dossier, today),
    )


def content_hashes(dossier: Dossier, today: date | None) -> tuple[bytes, bytes]:
    """What tells whether the snapshots would say something new: their content without version and date."""
    told = account_changed(dossier, today).model_dump_json(exclude={"version", "business_date"})
    contact_told = contact_changed(dossier, today).model_dump_json(exclude={"version", "business_date"})
    return blake2b(told.encode(), digest_size=16).digest(), blake2b(contact_told.encode(), digest_size=16).digest()


def _as_of(dossier: Dossier, today: date | None) -> date:
    """The business day; before the town's first one, the day the account opened."""
    return today or _opened(dossier.account)


def _opened(account: Account) -> date:
    assert account.opened is not None, "an account with a number has an opening date"
    return account.opened


def _agreement(one: Agreement) -> ServiceAgreement:
    return ServiceAgreement(
        agreement_id=one.id,
        service=one.service,
        service_point_id=one.service_point_id,
        start=one.start_date,
        end=one.end_date,
        status=AgreementStatus(one.status),
        attributes=one.attributes,
    )


def _contact(role: ContactRole, person: Person) -> Contact:
    return Contact(
        person_id=person.id,
        role=role,
        name=person.name,
        email=person.email,
        phone=person.phone,
        mailing=_address(person),
        language="es" if person.language == "es" else "en",
    )


def _address(place: Premise | Person) -> PostalAddress:
    return PostalAddress(
        line1=place.line1, line2=place.line2, city=place.city, state=place.state, zip_code=place.zip_code
    )
