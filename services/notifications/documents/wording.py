"""What is said, in one language: messages by key, and the names of months, services and units."""

from collections.abc import Mapping, Sequence
from datetime import date
from string import Formatter

from services.notifications.documents.letterhead import Language


def placeholders(message: str) -> frozenset[str]:
    """The names a message leaves open, such as {amount}."""
    return frozenset(field for _, field, _, _ in Formatter().parse(message) if field is not None)


class Wording:
    """The messages of one language. A message missing from it is a mistake of ours and raises KeyError."""

    def __init__(self, language: Language, messages: Mapping[str, str]) -> None:
        self.language = language
        self.messages = messages

    def say(self, key: str, **values: str) -> str:
        """The message with its placeholders filled; values are text that is already written for people."""
        return self.messages[key].format_map(values)

    def phrase(self, key: str, service: str) -> str:
        """A message about a service as a label of its own: the name in lower case unless it comes first."""
        text = self.say(key, service=service.lower())
        return text[:1].upper() + text[1:]

    def name(self, kind: str, code: str) -> str:
        """The name of a service, unit or other listed thing; a code nobody has named stands for itself."""
        return self.messages.get(f"{kind}.{code}", code.replace("_", " "))

    def listed(self, names: Sequence[str]) -> str:
        """Names as a sentence has them: `water`, `water and sewer`, `water, sewer and garbage`."""
        if len(names) < 2:
            return "".join(names)
        return self.say("list.and", first=", ".join(names[:-1]), last=names[-1])

    def line(self, service: str, code: str, description: str) -> str:
        """A charge's name: the town's own (`line.water.base`) if it has one in this language, else the tariff's."""
        return self.messages.get(f"line.{service}.{code}", description)

    def day(self, day: date) -> str:
        """A date in full: March 5, 2023."""
        return self.say("date.full", day=str(day.day), month=self.month(day), year=str(day.year))

    def short_day(self, day: date) -> str:
        """A date for narrow columns: Mar 5, 2023."""
        return self.say("date.short", day=str(day.day), month=self.short_month(day), year=str(day.year))

    def month(self, day: date) -> str:
        """The month's name."""
        return self.messages[f"month.{day.month}"]

    def short_month(self, day: date) -> str:
        """The month's name in a few letters."""
        return self.messages[f"month.short.{day.month}"]

    def labels(self) -> dict[str, str]:
        """The fixed labels for the templates, by the part of their key after `label.`."""
        return {key.removeprefix("label."): text for key, text in self.messages.items() if key.startswith("label.")}
