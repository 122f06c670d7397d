"""Formulas as files write them, made into expressions of the tariff language.

Files were written for R, sometimes in a spreadsheet: `ifelse(a == 1 & b, 2, 3)`, `=a+b`, `$1.20`, `5%`.
"""

import re
from decimal import Decimal, InvalidOperation

from services.billing.tariffs.expressions import Expression, compile_expression

_QUOTED = re.compile(r"(\"[^\"]*\"|'[^']*')")
_NUMBER = re.compile(r"[-+]?\$?(\d{1,3}(,\d{3})+|\d+)?(\.\d*)?([eE][-+]?\d+)?")
_SPELLINGS = [
    (re.compile(r"[–−—]"), "-"),
    (re.compile(r"[×∙·]"), "*"),
    (re.compile(r"÷"), "/"),
    (re.compile(r"&&?"), " and "),
    (re.compile(r"\|\|?"), " or "),
    (re.compile(r"!(?!=)"), " not "),
    (re.compile(r"\bifelse\s*\("), "if("),
    (re.compile(r"\bp(min|max)\s*\("), r"\1("),
    (re.compile(r"\bTRUE\b|\bTrue\b"), "true"),
    (re.compile(r"\bFALSE\b|\bFalse\b"), "false"),
    (re.compile(r"\$\s*(?=[\d.])"), ""),
    (re.compile(r"(\d+(?:\.\d*)?|\.\d+)\s*%"), r"(\1/100)"),
]


def number_of(text: str) -> Decimal | None:
    """A plain number, perhaps with a dollar sign or thousands separators; None if it is something else."""
    text = text.strip().strip("\"'").strip()
    if not re.search(r"\d", text) or not _NUMBER.fullmatch(text):
        return None
    try:
        number = Decimal(text.replace("$", "").replace(",", ""))
    except InvalidOperation:
        return None
    return number if abs(number.adjusted()) < 15 else None


def percent_of(text: str) -> Decimal | None:
    """The number in `125%` or `125 % of budget`; None if it is something else."""
    match = re.fullmatch(r"(\d+(?:\.\d*)?|\.\d+)\s*%(\s*of\s+budget)?", text.strip(), re.IGNORECASE)
    return Decimal(match[1]) if match else None


def expression_of(text: str) -> Expression:
    """The formula as an expression. Raises ExpressionError."""
    text = text.strip().removeprefix("=")
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'" and text[0] not in text[1:-1]:
        text = text[1:-1]
    parts = _QUOTED.split(text)
    parts[::2] = [_respelled(part) for part in parts[::2]]
    return compile_expression("".join(parts))


def _respelled(part: str) -> str:
    for pattern, replacement in _SPELLINGS:
        part = pattern.sub(replacement, part)
    return part
