"""What a table is looked up by, in the many spellings of one thing: `1 1/2"`, `1_1/2"`, `1|1/2"`, `1.5 in`.

A pack keeps the file's spelling, and a value that a person gives is matched to it; only a spelling that could
not be written into a table key, or that a spreadsheet has turned into a date, is mended.
"""

import re
from decimal import Decimal
from fractions import Fraction

OTHERWISE = "otherwise"
_OTHERWISE = {"default", "otherwise", "else", "all others", "all other", "any", "*"}

_SIZE_NAMES = re.compile(r"(.*_)?(meter|service|line|pipe|connection)_size")
_SIZE = re.compile(
    r"""(?:(?P<whole>\d+)(?:[\s_|-]+|(?=\D)))??(?:(?P<up>\d+)/(?P<down>\d+)|(?P<plain>\d*\.?\d+))\s*
        (?:"|''|-?\s*in(?:ch(?:es)?)?\.?)?""",
    re.VERBOSE | re.IGNORECASE,
)
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_SPREADSHEET_DATES = (
    re.compile(r"(?P<day>\d{1,2})-(?P<month>[A-Za-z]{3})(-\d{2,4})?"),
    re.compile(r"(?P<month>[A-Za-z]{3})-(?P<day>\d{1,2})"),
    re.compile(r"\d{4}-(?P<month>\d\d)-(?P<day>\d\d)([ T].*)?"),
)


def is_size(attribute: str) -> bool:
    return _SIZE_NAMES.fullmatch(attribute.lower()) is not None


def sameness(attribute: str, text: str) -> str:
    """What is equal for two spellings of the same value, and different for different values."""
    text = " ".join(text.split()).casefold()
    if is_size(attribute) and (inches := _inches(text)) is not None:
        return f"{inches} in"
    if re.fullmatch(r"\d+(\.\d*)?", text):
        return str(Decimal(text).normalize())
    return {"true": "yes", "false": "no"}.get(text, re.sub(r"[\s_-]+", " ", text))


def spelled(attribute: str, text: str) -> str:
    """The value as a table key of a pack may say it."""
    text = " ".join(text.split())
    if text.casefold() in _OTHERWISE:
        return OTHERWISE
    if is_size(attribute) and ("|" in text or _date_parts(text)) and (inches := _inches(text)) is not None:
        return _size_text(inches)
    return text.replace("|", " ").replace(",", " ")


def split_key(key: str, names: tuple[str, ...]) -> tuple[str, ...] | None:
    """A row's key `a|b` taken apart for these names, or None if it does not fit them.

    Some files write an inch and a half as `1|1/2"`, so a part that is the whole of a fraction is joined to it.
    """
    parts = [part.strip() for part in key.split("|")]
    if len(names) == 1:
        return (key.strip(),)
    while len(parts) > len(names):
        at = next((i for i in range(len(parts) - 1) if _is_mixed(parts[i], parts[i + 1])), None)
        if at is None:
            return None
        parts[at : at + 2] = [f"{parts[at]} {parts[at + 1]}"]
    return tuple(parts) if len(parts) == len(names) else None


def _is_mixed(whole: str, fraction: str) -> bool:
    return re.fullmatch(r"\d+", whole) is not None and re.match(r"\d+/\d+", fraction) is not None


def _inches(text: str) -> Fraction | None:
    if found := _date_parts(text):
        return Fraction(*found)
    match = _SIZE.fullmatch(text.strip())
    if match is None:
        return None
    part = Fraction(match["plain"]) if match["plain"] else _fraction(match["up"], match["down"])
    return None if part is None else part + int(match["whole"] or 0)


def _fraction(up: str, down: str) -> Fraction | None:
    return Fraction(int(up), int(down)) if int(down) else None


def _date_parts(text: str) -> tuple[int, int] | None:
    """A spreadsheet reads `5/8` as the eighth of May: the month is what stood over the line."""
    for form in _SPREADSHEET_DATES:
        if match := form.fullmatch(text.strip().rstrip('"').strip()):
            month, day = match["month"].lower(), int(match["day"])
            number = int(month) if month.isdigit() else _MONTHS.index(month) + 1 if month in _MONTHS else 0
            return (number, day) if 0 < number < day else None
    return None


def _size_text(inches: Fraction) -> str:
    whole, part = divmod(inches, 1)
    return " ".join(str(each) for each in (int(whole) or None, part or None) if each is not None) + '"'
