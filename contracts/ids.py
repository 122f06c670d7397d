"""Ids that every import file can work out for itself.

An id is the uuid5 of the town, the kind of thing and the key it had in the old system. So files that speak of the
same account agree on its id without asking anyone, and can be imported in any order, any number of times.
"""

from uuid import UUID, uuid5

_CURBSTOP = UUID("6f0d7f0e-3c0b-5d5a-9a52-0d7a3c1d3b11")


def thing_id(town: str, kind: str, legacy_key: str) -> UUID:
    """The id of one thing of a town.

    `town` is the pack's folder name (windsor-co), `kind` one of account, premise, person, service_point, meter,
    agreement, and `legacy_key` the key the town's old system knew it by.
    """
    return uuid5(_CURBSTOP, f"{town}/{kind}/{legacy_key}")


def derived_id(*parts: object) -> UUID:
    """The id of something that follows from other things, such as the bill of an account in a run.

    A slash inside a part is escaped: a vendor's free choice of its payment number must not make two things one.
    """
    return uuid5(_CURBSTOP, "/".join(str(part).replace("%", "%25").replace("/", "%2F") for part in parts))
