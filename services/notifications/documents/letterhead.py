"""What a town prints on everything it sends: who it is, how to reach it, how to pay it."""

from typing import Annotated, Literal
from urllib.parse import quote

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

from contracts.accounts import PostalAddress

Language = Literal["en", "es"]

_LEAST_CONTRAST = 4.5
_WHITE = 1.0


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LocalText(_Value):
    """The same words in the two languages of residents."""

    en: str
    es: str

    def in_language(self, language: Language) -> str:
        """The words in one language."""
        return self.es if language == "es" else self.en


def _channel(value: int) -> float:
    share = value / 255
    return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4


def _luminance(color: str) -> float:
    red, green, blue = (_channel(int(color[start : start + 2], 16)) for start in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _readable_with_white(color: str) -> str:
    """WCAG 2.1 AA asks for a contrast of 4.5 between text and what it stands on."""
    contrast = (_WHITE + 0.05) / (_luminance(color) + 0.05)
    if contrast < _LEAST_CONTRAST:
        raise ValueError(
            f"White text on {color} has a contrast of {contrast:.1f}, and accessible documents need 4.5. "
            "Choose a darker color."
        )
    return color


Accent = Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$"), AfterValidator(_readable_with_white)]
"""A color as #rrggbb, dark enough to carry white text."""

EmailAddress = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$")]
WebAddress = Annotated[str, StringConstraints(pattern=r"^https?://[^\s]+$")]


class Letterhead(_Value):
    """The town's own values on bills, letters and e-mails.

    `pay_online_url` may hold `{account}`, which becomes the account number. `sender_address` is what e-mail is sent
    from; `email` is the one people write to. `late_charge` says what happens after the due date, and `bill_message`
    is the town's word of the month; both are left out when absent.
    """

    town_name: str
    department: str
    address: PostalAddress
    phone: str
    web: WebAddress
    email: EmailAddress
    office_hours: LocalText
    payable_to: str
    remit_address: PostalAddress
    pay_online_url: WebAddress
    sender_address: EmailAddress
    pay_by_phone: str | None = None
    late_charge: LocalText | None = None
    bill_message: LocalText | None = None
    accent: Accent = "#1f4e79"

    def pay_link(self, account_number: str) -> str:
        """Where this account is paid online."""
        return self.pay_online_url.replace("{account}", quote(account_number, safe=""))
