"""A tariff back in plain words, in English or Spanish, for a customer or a council."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from services.billing.tariffs import words
from services.billing.tariffs.asked import AskedError
from services.billing.tariffs.forms import charges_of, class_names, rates_of
from services.billing.tariffs.model import (
    Block,
    Bound,
    ByUsage,
    Charge,
    Definition,
    Flat,
    Percent,
    Quantity,
    Rates,
    Rounding,
    Tariff,
    Version,
    When,
)
from services.billing.tariffs.phrases import PHRASES, date_words, term
from services.billing.tariffs.values import Table, Value, Words


def explain(service: str, tariff: Tariff, day: date | None = None, language: words.Language = "en") -> str:
    """The version in force on a day (the newest without a day), charge by charge.

    Raises AskedError if no version is in force on the day.
    """
    chosen = _chosen(service, tariff, day)
    speaker = _Speaker(service, tariff, language)
    return "\n\n".join("\n".join(speaker.version(version)) for version in chosen)


def _chosen(service: str, tariff: Tariff, day: date | None) -> list[Version]:
    """The version of a day, and beside it those for some accounts only."""
    ordered = sorted(tariff.versions, key=lambda version: version.effective, reverse=True)
    found: dict[str, Version] = {}
    for version in ordered:
        over = day is not None and (version.effective > day or (version.until is not None and version.until < day))
        if not over:
            found.setdefault(version.applies.model_dump_json() if version.applies else "", version)
    if not found:
        first = ordered[-1].effective
        raise AskedError(f"No version of the {service} tariff is in force on {day}; the first is from {first}.")
    return list(found.values())


@dataclass(frozen=True, slots=True)
class _Speaker:
    """Says the parts of one tariff in one language."""

    service: str
    tariff: Tariff
    language: words.Language

    def say(self, phrase: str, **parts: object) -> str:
        return PHRASES[self.language][phrase].format(**parts)

    def version(self, version: Version) -> Iterator[str]:
        label = words.said(words.service_label(self.service, self.tariff.label), self.language)
        yield self.say("from", service=label, day=date_words(version.effective, self.language))
        if version.applies is not None:
            yield self.say("for", whom=self._when(version.applies))
        if version.illustrative:
            yield self.say("illustrative")
        yield from self._bodies(version)
        for code, fee in version.fees.items():
            yield f"  {words.humanized(code).capitalize()}: {self._rate(fee)}"
        yield from self._rules(version)
        yield self.say("source", source=version.source)
        if version.note:
            yield self.say("note", note=version.note)

    def _bodies(self, version: Version) -> Iterator[str]:
        if not version.classes:
            yield from self._rates(rates_of(version, None), version)
        for key in version.classes:
            yield self.say("class", name=", ".join(self._word(name) for name in class_names(key)))
            yield from self._rates(rates_of(version, key), version)

    def _rates(self, rates: Rates, version: Version) -> Iterator[str]:
        for code, charge in charges_of(rates).items():
            label = words.line_label(words.service_label(self.service, self.tariff.label), code, charge.label)
            when = f" ({self._when(charge.when)})" if charge.when else ""
            yield f"  {words.said(label, self.language)}{when}: {self._rate(charge)}"
            if isinstance(charge, ByUsage) and charge.blocks:
                yield from (f"    {line}" for line in self._blocks(charge))
        for name, definition in rates.definitions.items():
            yield f"  {self.say('where', name=words.humanized(name), value=self._defined(definition))}"
        if version.factor is not None:
            yield f"  {self.say('factor', value=self._number(version.factor))}"

    def _rate(self, charge: Charge) -> str:
        match charge:
            case Flat():
                return self._flat(charge)
            case ByUsage():
                return self._by_usage(charge)
            case Percent():
                of = ", ".join(self._line(name) for name in charge.of)
                return self.say("percent", percent=self._number(charge.percent), of=of)
            case Bound():
                return self._bounds(charge)

    def _flat(self, charge: Flat) -> str:
        told = [self.say(f"every_{charge.every}", amount=self._money(charge.amount))]
        if charge.per is not None:
            told.append(self.say("for_each", what=self._quantity(charge.per)))
        return " ".join(told + self._edges(charge))

    def _by_usage(self, charge: ByUsage) -> str:
        unit = self._unit(charge)
        told = [self.say("price", amount=self._money(charge.price), unit=unit)] if charge.price is not None else []
        if charge.blocks:
            told.append(self.say("blocks", unit=unit))
        if charge.on is not None:
            told.append(self.say("on", what=self._quantity(charge.on)))
        if charge.includes is not None:
            told.append(self.say("includes", what=self._number(charge.includes), unit=self.tariff.unit))
        if charge.scale is not None:
            told.append(self.say("scaled", by=self._number(charge.scale)))
        return " ".join(told + self._edges(charge))

    def _edges(self, charge: Flat | ByUsage) -> list[str]:
        told = []
        if charge.factor is not None:
            told.append(self.say("times", value=self._number(charge.factor)))
        if charge.at_least is not None or charge.at_most is not None:
            told.append(self._bounds(charge))
        return told

    def _bounds(self, charge: Flat | ByUsage | Bound | Quantity, plain: bool = False) -> str:
        say = self._number if plain else self._money
        told = []
        if charge.at_least is not None:
            told.append(self.say("at_least", amount=say(charge.at_least)))
        if charge.at_most is not None:
            told.append(self.say("at_most", amount=say(charge.at_most)))
        return ", ".join(told)

    def _blocks(self, charge: ByUsage) -> Iterator[str]:
        """Blocks that are numbers are said as ranges; others by where they end."""
        low, unit = Decimal(0), (charge.on.called if charge.on else None) or self.tariff.unit or ""
        for block in charge.blocks or ():
            end = self._end(block, low)
            where = words.block(low, end, unit, self.language) if end is not None else self._ends(block)
            yield f"{where}: {self._money(block.price)}"
            low = end if end is not None else Decimal("NaN")

    def _end(self, block: Block, low: Decimal) -> Decimal | None:
        if low.is_nan():
            return None
        if block.to is None and block.next is None:
            return Decimal("Infinity")
        if block.to is not None:
            return block.to if isinstance(block.to, Decimal) else None
        return low + block.next if isinstance(block.next, Decimal) else None

    def _ends(self, block: Block) -> str:
        if block.to is not None:
            return self.say("up_to", what=self._number(block.to))
        return self.say("next", what=self._number(block.next)) if block.next is not None else self.say("rest")

    def _quantity(self, quantity: Quantity) -> str:
        told = self._name(quantity.called or quantity.of.root)
        if quantity.percent is not None:
            told = self.say("percent", percent=self._number(quantity.percent), of=told)
        if quantity.less is not None:
            told += " " + self.say("less", what=self._number(quantity.less))
        if quantity.each is not None:
            told += " " + self.say("each", what=self._number(quantity.each), of=self._name(quantity.of.root))
        if quantity.round is not None:
            told += " " + self.say(f"round_{quantity.round}", to=words.quantity(quantity.to))
        bounds = self._bounds(quantity, plain=True)
        return f"{told} ({bounds})" if bounds else told

    def _defined(self, definition: Definition) -> str:
        if definition.quantity is not None:
            return self._quantity(definition.quantity)
        return self._number(definition.value) if definition.value is not None else ""

    def _when(self, when: When) -> str:
        if isinstance(when.root, Words):
            return self._number(when.root)
        either = f" {self.say('or')} "
        return ", ".join(
            f"{self._name(name)}: {either.join(self._word(value) for value in values)}"
            for name, values in when.root.items()
        )

    def _money(self, value: Value | None) -> str:
        return self._said(value, words.amount)

    def _number(self, value: Value | None) -> str:
        return self._said(value, words.quantity)

    def _said(self, value: Value | None, number: Callable[[Decimal], str]) -> str:
        if isinstance(value, Decimal):
            return number(value)
        if isinstance(value, Table):
            by = ", ".join(self._name(name) for name in value.names)
            rows = "; ".join(f"{self._word(key)}: {self._said(row, number)}" for key, row in value.rows.items())
            return f"{self.say('by', what=by)}: {rows}"
        return self._name(value.root) if value is not None else ""

    def _name(self, name: str) -> str:
        return term(name.removeprefix("=").strip(), self.language)

    def _word(self, word: str) -> str:
        return term(word, self.language)

    def _line(self, code: str) -> str:
        label = words.LINES.get(code)
        return words.said(label, self.language) if label else self._name(code)

    def _unit(self, charge: ByUsage) -> str:
        called = charge.on.called if charge.on else None
        unit = words.ONE_UNIT.get(self.tariff.unit or "")
        return called or (words.said(unit, self.language) if unit else "")

    def _rules(self, version: Version) -> Iterator[str]:
        yield self.say(f"by_{self.tariff.chosen_by}")
        rule = self.tariff.prorate
        if rule is not None:
            items = ", ".join(self.say(f"prorates_{item}") for item in rule.items)
            yield self.say("prorates", items=items, days=words.quantity(rule.full_period))
            if rule.normal is not None:
                yield self.say("normal", low=rule.normal.start, high=rule.normal.end)
        if self.tariff.usage is not None:
            yield self.say(f"usage_{self.tariff.usage.round}", to=words.quantity(self.tariff.usage.to))
        if self.tariff.rounding != Rounding():
            yield self._rounding(self.tariff.rounding)

    def _rounding(self, rounding: Rounding) -> str:
        how = self.say(f"round_{rounding.how}", to=words.amount(rounding.to))
        return self.say("rounding", how=how, per=self.say(f"per_{rounding.per}"))
