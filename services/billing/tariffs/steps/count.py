"""How many units a rate is charged on: ERUs of impervious area, dwelling units, 90% of the water used."""

from dataclasses import dataclass
from decimal import Decimal

from services.billing.tariffs import words
from services.billing.tariffs.lines import PricingError
from services.billing.tariffs.numbers import Live, Number, now
from services.billing.tariffs.rounding import How, round_to
from services.billing.tariffs.units import convert
from services.billing.tariffs.working import ZERO, Working, ccf

_HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Count:
    """A compiled `Quantity`."""

    of: Live
    unit: str | None
    less: Number | None
    percent: Number | None
    each: Number | None
    round: How | None
    to: Decimal
    least: Number | None
    most: Number | None
    caps_scale: bool
    called: str | None
    name: str

    def now(self, working: Working) -> Decimal:
        """The count for one bill. Raises PricingError."""
        count = self._measured(working)
        if self.less is not None:
            count = max(ZERO, count - now(self.less, working))
        if self.percent is not None:
            count = count * now(self.percent, working) / _HUNDRED
        if self.each is not None:
            count = self._in_each(count, now(self.each, working))
        if self.round is not None:
            count = round_to(count, self.to, self.round)
        return self._bounded(count, working)

    def _measured(self, working: Working) -> Decimal:
        count = self.of.now(working)
        tariff = working.setting.tariff
        if self.unit is None or tariff.unit is None:
            return count
        return convert(count, self.unit, tariff.unit, ccf(tariff))

    def _in_each(self, count: Decimal, each: Decimal) -> Decimal:
        if each == 0:
            raise PricingError(f"`{self.name}` is counted in units of zero.")
        return count / each

    def _bounded(self, count: Decimal, working: Working) -> Decimal:
        # Only a cap on usage is a cap of a period; the most ERUs a lot can have does not depend on days.
        least = None if self.least is None else now(self.least, working)
        most = None if self.most is None else now(self.most, working)
        if self.caps_scale:
            least = None if least is None else working.share.of("minimum").of_units(least)
            most = None if most is None else working.share.of("caps").of_units(most)
        if least is not None and count < least:
            return least
        return most if most is not None and count > most else count

    @property
    def fixed_rule(self) -> str | None:
        """The counting in words, if no bill changes them."""
        told = [number for number in self._told() if number is None or isinstance(number, Decimal)]
        return self._rule(*told) if len(told) == len(self._told()) else None

    def rule(self, working: Working) -> str:
        """The counting of one bill in words."""
        return self._rule(*(None if number is None else now(number, working) for number in self._told()))

    def _told(self) -> tuple[Number | None, Number | None, Number | None]:
        return self.less, self.percent, self.each

    def _rule(self, less: Decimal | None, percent: Decimal | None, each: Decimal | None) -> str:
        steps = [self.name]
        if less is not None:
            steps.append(f"less {words.quantity(less)}")
        if percent is not None:
            steps.insert(0, f"{words.quantity(percent)}% of")
        if each is not None:
            steps.append(f"/ {words.quantity(each)}")
        if self.round is not None:
            steps.append(f"rounded {words.ROUNDED[self.round]}")
        return " ".join(steps)
