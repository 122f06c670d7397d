"""What stands over the rates, in all the ways that people and spreadsheets write it."""

import re
from datetime import date, datetime, timedelta

from services.billing.tariffs.units import UnitName

_DATE_FORMS = (
    "%Y-%m-%d",
    "%m/%d/%Y",
    "%m-%d-%Y",
    "%Y/%m/%d",
    "%m/%d/%y",
    "%m-%d-%y",
    "%m.%d.%Y",
    "%B %d, %Y",
    "%b %d, %Y",
    "%d-%b-%Y",
    "%d-%b-%y",
    "%d %B %Y",
    "%Y%m%d",
)
_SPREADSHEET_DAY_ZERO = date(1899, 12, 30)
_SPREADSHEET_DAYS = range(20_000, 80_000)  # 1954 to 2119
_IN_NAME = re.compile(r"(\d{4}-\d{1,2}-\d{1,2}|\d{1,2}-\d{1,2}-\d{4})")

_UNITS: dict[str, UnitName] = {
    "ccf": "ccf",
    "hcf": "ccf",
    "100cf": "ccf",
    "100cubicfeet": "ccf",
    "hundredcubicfeet": "ccf",
    "kgal": "kgal",
    "tgal": "kgal",
    "thousandgallons": "kgal",
    "1000gallons": "kgal",
    "1000gal": "kgal",
    "gal": "gal",
    "gallon": "gal",
    "mg": "mgal",
    "mgal": "mgal",
    "milliongallons": "mgal",
    "cf": "ft3",
    "ft3": "ft3",
    "cubicfeet": "ft3",
    "cubicfoot": "ft3",
    "m3": "m3",
    "kl": "m3",
    "kiloliter": "m3",
    "kilolitre": "m3",
    "cubicmeter": "m3",
    "cubicmetre": "m3",
    "af": "acre_foot",
    "acrefoot": "acre_foot",
    "acrefeet": "acre_foot",
}

_BILLS_A_YEAR = {
    "monthly": 12,
    "month": 12,
    "bimonthly": 6,
    "everyothermonth": 6,
    "everytwomonths": 6,
    "trimonthly": 4,
    "quarterly": 4,
    "trimester": 3,
    "semiannual": 2,
    "semiannually": 2,
    "biannual": 2,
    "biannually": 2,
    "annual": 1,
    "annually": 1,
    "yearly": 1,
    "weekly": 52,
}


def date_of(text: str) -> date | None:
    """A date as people write it, month first, or as a spreadsheet's day number."""
    text = re.sub(r"[T ]\d{1,2}:\d\d(:\d\d)?(\.\d+)?Z?$", "", text.strip())
    if re.fullmatch(r"\d{5}(\.\d+)?", text) and int(float(text)) in _SPREADSHEET_DAYS:
        return _SPREADSHEET_DAY_ZERO + timedelta(days=int(float(text)))
    for form in _DATE_FORMS:
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007  (a calendar day, in no zone)
        except ValueError:
            continue
    return None


def date_in_name(file: str) -> date | None:
    """The date that rate files carry in their name: `07-01-2017.owrs`, `bc-2016-07-01.owrs`."""
    found = _IN_NAME.findall(file.rsplit("/", 1)[-1])
    return date_of(found[-1]) if found else None


def unit_of(text: str) -> UnitName | None:
    plain = re.sub(r"[^a-z0-9]", "", text.lower())
    return _UNITS.get(plain) or _UNITS.get(plain.removesuffix("s"))


def bills_a_year_of(text: str) -> int | None:
    return _BILLS_A_YEAR.get(re.sub(r"[^a-z]", "", text.lower()))
