"""An account that a person opened with the town, as far as its welcome speaks of it."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from contracts.accounts import AccountChanged, AgreementStatus


class NewAccount(BaseModel):
    """What the welcome says; kept with the notice as its source."""

    model_config = ConfigDict(frozen=True)

    account_id: UUID
    opened: date
    services: tuple[str, ...] = ()
    ebill: bool = False
    autopay: bool = False
    business_date: date

    @classmethod
    def of(cls, event: AccountChanged) -> "NewAccount":
        """The account as its first snapshots show it."""
        served = [one.service for one in event.agreements if one.status == AgreementStatus.ACTIVE]
        return cls(
            account_id=event.account_id,
            opened=event.opened,
            services=tuple(dict.fromkeys(served)),
            ebill=event.ebill,
            autopay=event.autopay,
            business_date=event.business_date,
        )
