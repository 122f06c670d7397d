"""Writes e-mails: words in, text or HTML out.

A town's template runs in a sandbox, where it sees the words and nothing else, and a word it asks for in vain is an
error, never a blank.
"""

from functools import lru_cache

from jinja2 import DictLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from chassis.printable import one_line
from services.notifications.documents.templates import Templates


@lru_cache(maxsize=4)
def desk_for(templates: Templates) -> ImmutableSandboxedEnvironment:
    """Jinja with these templates loaded; HTML is escaped."""
    return ImmutableSandboxedEnvironment(
        loader=DictLoader(templates.texts),
        autoescape=_escapes,
        undefined=StrictUndefined,
        finalize=_clean,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _escapes(name: str | None) -> bool:
    return name is not None and ".html" in name


def _clean(value: object) -> object:
    return one_line(value) if isinstance(value, str) and not isinstance(value, Markup) else value
