"""Tables and classes that leave somebody without a rate."""

from collections.abc import Iterator
from decimal import Decimal

from chassis.townpack import Mistake
from services.billing.tariffs import words
from services.billing.tariffs.attributes import attribute
from services.billing.tariffs.check.scopes import Opened, own_parts, parts, suggest
from services.billing.tariffs.forms import class_names
from services.billing.tariffs.mentions import Path
from services.billing.tariffs.model import Version, When
from services.billing.tariffs.values import OTHERWISE, Range, Table


def table_mistakes(opened: Opened) -> Iterator[Mistake]:
    for path, version in opened.versions():
        yield from _classes_without_rates(opened, path, version)
        for place, table in parts(version, Table, path):
            yield from _of_table(opened, place, table, version)
    for place, when in own_parts(opened, When):
        yield from _unknown_values(opened, place, when)


def _of_table(opened: Opened, path: Path, table: Table, version: Version) -> Iterator[Mistake]:
    if not table.rows:
        yield opened.mistake(path, "The table has no rows.", "Add a row for each value of what it is `by`.")
    elif table.of_ranges:
        yield from _ranges(opened, path, table)
    else:
        yield from _mixed(opened, path, table)
        yield from _rows_wrong(opened, path, table, version)


def _mixed(opened: Opened, path: Path, table: Table) -> Iterator[Mistake]:
    for key in table.rows:
        if Range.is_one(key):
            message = f"`{key}` is a range, and other rows of the table are not."
            yield opened.mistake((*path, key), message, "Make all rows ranges (`up to 2000`, `over 2000`), or none.")


def _rows_wrong(opened: Opened, path: Path, table: Table, version: Version) -> Iterator[Mistake]:
    keys = [key for key, _ in table.keyed() if key != (OTHERWISE,)]
    for key in keys:
        if len(key) != len(table.names):
            wanted = " | ".join(table.names)
            yield opened.mistake(
                (*path, " | ".join(key)), f"`{' | '.join(key)}` does not say {wanted}.", f"Write rows as `{wanted}`."
            )
            return
    for name, values in zip(table.names, zip(*keys, strict=True), strict=True):
        yield from _values_wrong(opened, path, table, name, set(values), version)


def _values_wrong(
    opened: Opened, path: Path, table: Table, name: str, values: set[str], version: Version
) -> Iterator[Mistake]:
    wanted = _wanted(opened, name, version, path)
    for value in sorted(values - wanted) if wanted else ():
        yield opened.mistake((*path, value), f"`{value}` is no value of `{name}`.", suggest(value, wanted))
    if OTHERWISE not in table.rows:
        for value in sorted(wanted - values):
            what = "class" if name == opened.tariff.class_by else f"`{name}`"
            message = f"The {what} {value} has no rate in this table."
            yield opened.mistake(path, message, f"Add a row `{value}:`, or `otherwise:` for all others.")


def _wanted(opened: Opened, name: str, version: Version, path: Path) -> set[str]:
    """The values that a table by an attribute must have rows for: those declared, or those of its sisters."""
    declared = attribute(opened.tariff, name)
    if declared is not None and declared.values:
        return set(declared.values)
    if name == "season" and opened.tariff.seasons:
        return set(opened.tariff.seasons) | ({"none"} & _said(version, name))
    if name == "month":
        return {str(month) for month in range(1, 13)}
    if name == opened.tariff.class_by and version.classes and "classes" not in path:
        return {one for key in version.classes for one in class_names(key)}
    return _sisters(version, name, path)


def _sisters(version: Version, name: str, path: Path) -> set[str]:
    """The values in all tables by one attribute that an account meets together: of its class and of everybody."""
    mine = path[path.index("classes") + 1] if "classes" in path else None
    values: set[str] = set()
    for place, table in parts(version, Table, path[:2]):
        other = place[place.index("classes") + 1] if "classes" in place else None
        if other in (None, mine) and table.names == (name,) and not table.of_ranges and "fees" not in place:
            values |= {key[0] for key, _ in table.keyed() if key != (OTHERWISE,)}
    return set() if "fees" in path or _nested(version, path) else values


def _nested(version: Version, path: Path) -> bool:
    """Whether the table stands in a row of another, which decides for whom it must be whole."""
    return any(path[: len(place)] == place and path != place for place, _ in parts(version, Table, path[:2]))


def _said(version: Version, name: str) -> set[str]:
    return {key[0] for _, table in parts(version, Table) if table.names == (name,) for key, _ in table.keyed()}


def _ranges(opened: Opened, path: Path, table: Table) -> Iterator[Mistake]:
    limits = [Range(key) for key in table.rows if key != OTHERWISE]
    over = [limit.limit for limit in limits if limit.open]
    ends = [limit.limit for limit in limits if not limit.open]
    highest = max(ends, default=Decimal(0))
    if ends != sorted(set(ends)):
        mend = "Let each `up to` be higher than the last."
        yield opened.mistake(path, "The ranges overlap or are not in order.", mend)
    if not over and OTHERWISE not in table.rows:
        message = f"There is a gap: over {words.quantity(highest)} there is no row."
        yield opened.mistake(path, message, f"Add `over {words.quantity(highest)}:`.")
    elif over and over != [highest]:
        message = f"`over {words.quantity(over[0])}` does not go on where `up to {words.quantity(highest)}` ends."
        yield opened.mistake(path, message, f"Write `over {words.quantity(highest)}:`.")


def _classes_without_rates(opened: Opened, path: Path, version: Version) -> Iterator[Mistake]:
    if not version.classes:
        return
    listed = [one for key in version.classes for one in class_names(key)]
    for one in sorted({one for one in listed if listed.count(one) > 1}):
        yield opened.mistake((*path, "classes"), f"The class {one} stands twice.", "Keep one of them.")
    declared = opened.tariff.attributes.get(opened.tariff.class_by)
    for one in sorted(set((declared.values if declared else None) or ()) - set(listed)):
        message = f"The class {one} has no rate in the version of {version.effective}."
        yield opened.mistake((*path, "classes"), message, f"Add `{one}:` under `classes:`.")


def _unknown_values(opened: Opened, path: Path, when: When) -> Iterator[Mistake]:
    for name, values in when.root.items() if isinstance(when.root, dict) else ():
        known = _values_known(opened, name, path)
        for value in values if known else ():
            if value not in known:
                message = f"`{value}` is no value of `{name}`."
                yield opened.mistake((*path, name), message, suggest(value, known))


def _values_known(opened: Opened, name: str, path: Path) -> set[str]:
    """The values that an attribute can have: those declared, or those that the version has classes or rows for."""
    declared = attribute(opened.tariff, name)
    if declared is not None and declared.values:
        return set(declared.values)
    version = opened.tariff.versions[int(path[1])]
    classes = {one for key in version.classes for one in class_names(key)} if name == opened.tariff.class_by else set()
    tables = [table for _, table in parts(version, Table) if name in table.names]
    if any(OTHERWISE in table.rows or table.of_ranges for table in tables):
        return set()
    return classes | {key[table.names.index(name)] for table in tables for key, _ in table.keyed()}
