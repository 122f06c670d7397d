"""To whom a document goes, and about which account."""

from pydantic import BaseModel, ConfigDict

from contracts.accounts import Contact, ContactChanged, PostalAddress
from services.notifications.documents.letterhead import Language


class Recipient(BaseModel):
    """A person who is written to, their mailing address, and the account and premise it is about."""

    model_config = ConfigDict(frozen=True)

    account_number: str
    name: str
    mailing: PostalAddress
    service_address: PostalAddress
    email: str | None = None
    language: Language = "en"

    @classmethod
    def of(cls, account: ContactChanged, contact: Contact) -> "Recipient":
        """One of the people of an account."""
        return cls(
            account_number=account.number,
            name=contact.name,
            mailing=contact.mailing,
            service_address=account.service_address,
            email=contact.email,
            language=contact.language,
        )

    def postal_lines(self) -> list[str]:
        """The name and mailing address, a line each, as they stand in the envelope's window."""
        return [self.name, *postal_lines(self.mailing)]


def postal_lines(address: PostalAddress) -> list[str]:
    """An address as the postal service prints it; empty lines are left out."""
    last = f"{address.city} {address.state} {address.zip_code}"
    return [line for line in (address.line1, address.line2, last) if line.strip()]
