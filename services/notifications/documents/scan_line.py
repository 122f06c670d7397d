"""The line a cashier's scanner or a lockbox reads from the remittance stub.

Forty-one digits: account (16), due date as YYMMDD (6), amount due in cents (18) and a mod-10 check digit. The check
digit weighs the digits 2, 1, 2, 1, ... from the left, adds the digits of the products, and completes the sum to the
next ten (the rule United States lockbox banks print in their remittance specifications).
"""

from datetime import date
from decimal import Decimal

_ACCOUNT_DIGITS = 16
_AMOUNT_DIGITS = 18
_SEPARATORS = str.maketrans("", "", "-. /")


def weighted_sum(digits: str) -> int:
    """The sum of the digits of the products with weights 2, 1, 2, 1, ... from the left."""
    if not (digits.isascii() and digits.isdigit()):
        raise ValueError(f"A scan line holds digits only, but {digits!r} was given")
    products = (int(digit) * (1 if position % 2 else 2) for position, digit in enumerate(digits))
    return sum(product // 10 + product % 10 for product in products)


def check_digit(digits: str) -> str:
    """The digit that completes the weighted sum of `digits` to a multiple of ten."""
    return str(-weighted_sum(digits) % 10)


def scan_line(account_number: str, due_date: date, amount_due: Decimal) -> str | None:
    """The scan line of a stub, or None for an account number that a scanner can't read.

    Hyphens, dots, slashes and spaces in the account number are left out. Letters and more than sixteen digits can't be
    scanned: such a stub carries no line and the cashier keys the account. A credit asks for nothing; its amount is 0.
    """
    account = account_number.translate(_SEPARATORS)
    cents = int(max(amount_due, Decimal(0)) * 100)
    if not (account.isascii() and account.isdigit()) or len(account) > _ACCOUNT_DIGITS:
        return None
    digits = f"{account:0>{_ACCOUNT_DIGITS}}{due_date:%y%m%d}{cents:0>{_AMOUNT_DIGITS}}"
    return digits + check_digit(digits)
