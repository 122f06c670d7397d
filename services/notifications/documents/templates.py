"""The wording and the layout of every document: the package's own files, or the town's in their place.

A town changes a letter by putting a file of the same name into the `templates/` folder of its pack. A file of messages
need only hold the messages that differ. What a town gives is checked when it is given, not when a bill is due: its form
here, and that documents can be made with it in `proof`.
"""

from collections.abc import Mapping
from functools import cached_property, lru_cache
from importlib.resources import files

import yaml
from jinja2 import Environment, TemplateSyntaxError

from services.notifications.documents.letterhead import Language
from services.notifications.documents.wording import Wording, placeholders

_FOLDER = "templates/"
_STYLE = "style.typ"
_LANGUAGES: tuple[Language, ...] = ("en", "es")


class TemplateError(ValueError):
    """A template that a town gave can't be used; `file` names it and the message says what to do."""

    def __init__(self, file: str, message: str) -> None:
        super().__init__(f"{file}: {message}")
        self.file = file


class Templates:
    """Template files by name, and the messages of each language. One object is one set: it compares by identity."""

    def __init__(self, texts: Mapping[str, str], messages: Mapping[Language, Mapping[str, str]]) -> None:
        self.texts = dict(texts)
        self._messages = messages

    @cached_property
    def _wordings(self) -> dict[Language, Wording]:
        return {language: Wording(language, dict(self._messages[language])) for language in _LANGUAGES}

    def wording(self, language: Language) -> Wording:
        """What is said in one language."""
        return self._wordings[language]

    def source(self, layout: str) -> str:
        """The typst source of a layout, after the style that all of them share."""
        return self.texts[_STYLE] + "\n" + self.texts[layout]

    def labels(self) -> dict[str, dict[str, str]]:
        """The fixed labels of every language, for the layouts."""
        return {language: wording.labels() for language, wording in self._wordings.items()}


@lru_cache(maxsize=1)
def standard_templates() -> Templates:
    """The templates that come with Curbstop."""
    texts = _package_files()
    return Templates(texts, {language: _messages(name, texts[name]) for language, name in _message_files().items()})


def town_templates(pack_files: Mapping[str, bytes]) -> Templates:
    """The standard templates with a town's in their place; `pack_files` are path -> bytes, `templates/bill.typ`.

    Files outside `templates/` are passed over. Raises TemplateError for a name that replaces nothing, a file that is
    not UTF-8, an unknown message, or a message with a placeholder that nobody fills.
    """
    own = {path.removeprefix(_FOLDER): data for path, data in pack_files.items() if path.startswith(_FOLDER)}
    standard = standard_templates()
    texts = {name: _replacement(name, data, standard) for name, data in own.items()}
    messages = {language: _merged(language, name, texts) for language, name in _message_files().items()}
    return Templates(standard.texts | texts, messages)


def _message_files() -> dict[Language, str]:
    return {language: f"messages.{language}.yaml" for language in _LANGUAGES}


def _package_files() -> dict[str, str]:
    folder = files("services.notifications.documents") / "templates"
    return {entry.name: entry.read_text(encoding="utf-8") for entry in folder.iterdir() if entry.is_file()}


def _replacement(name: str, data: bytes, standard: Templates) -> str:
    if name not in standard.texts:
        known = ", ".join(sorted(standard.texts))
        raise TemplateError(_FOLDER + name, f"there is no template of this name to replace; the names are {known}.")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise TemplateError(_FOLDER + name, f"byte {error.start} is not UTF-8; save the file as UTF-8.") from None
    if name.endswith(".j2"):
        _check_jinja(name, text)
    return text


def _check_jinja(name: str, text: str) -> None:
    try:
        Environment().parse(text)
    except TemplateSyntaxError as error:
        raise TemplateError(_FOLDER + name, f"line {error.lineno}: {error.message}") from None


def _merged(language: Language, name: str, texts: Mapping[str, str]) -> dict[str, str]:
    standard = dict(standard_templates().wording(language).messages)
    own = _messages(name, texts[name]) if name in texts else {}
    for key, message in own.items():
        _check_message(name, key, message, standard)
    return standard | own


def _messages(name: str, text: str) -> dict[str, str]:
    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise TemplateError(_FOLDER + name, f"this is not YAML: {error}") from None
    if not isinstance(found, dict) or not all(isinstance(text, str) for pair in found.items() for text in pair):
        raise TemplateError(_FOLDER + name, "write one message a line, as `key: text`, with text in quotes.")
    return found


def _check_message(name: str, key: str, message: str, standard: Mapping[str, str]) -> None:
    if key.startswith("line."):
        return
    if key not in standard:
        raise TemplateError(_FOLDER + name, f"there is no message `{key}`; compare it with the standard file.")
    try:
        unknown = placeholders(message) - placeholders(standard[key])
    except ValueError as error:
        raise TemplateError(_FOLDER + name, f"message `{key}`: its braces don't close ({error}).") from None
    if unknown:
        raise TemplateError(
            _FOLDER + name, f"message `{key}` asks for {', '.join(sorted(unknown))}, which it can't get."
        )
