"""Published by metering: what the meters say."""

from uuid import UUID

from contracts.base import Count, Day, Event, Name, OpenEnum, Part, Quantity


class ReadKind(OpenEnum):
    """How a reading came to be."""

    ACTUAL = "actual"
    ESTIMATED = "estimated"
    CUSTOMER = "customer"
    FINAL = "final"
    EXCHANGE = "exchange"


class ReadFlag(OpenEnum):
    """What the review noticed and a person, or the town's rule, accepted."""

    HIGH = "high"
    LOW = "low"
    ZERO = "zero"
    NEGATIVE = "negative"
    ROLLOVER = "rollover"
    LEAK = "leak"
    MISSING = "missing"


class Reading(Part):
    """What a register showed on a day."""

    date: Day
    value: Quantity
    kind: ReadKind


class ReadPosted(Event):
    """A reviewed read of a service point, with the one before it.

    `quantity` is the usage between the two in `unit`, after rollover and multiplier. `replaces` names an earlier
    read whose place this one takes.
    """

    read_id: UUID
    service_point_id: UUID
    meter_id: UUID
    meter_number: Name
    register_number: Name
    route: Name
    cycle: Name
    previous: Reading
    current: Reading
    dials: Count
    unit: Name
    multiplier: Quantity
    quantity: Quantity
    kind: ReadKind
    flags: tuple[ReadFlag, ...] = ()
    replaces: UUID | None = None
    business_date: Day


class UsageFlagged(Event):
    """An accepted read a customer should hear about: unusually high usage, or a leak."""

    read_id: UUID
    service_point_id: UUID
    flag: ReadFlag
    quantity: Quantity
    usual_quantity: Quantity
    unit: Name
    read_date: Day
    business_date: Day
