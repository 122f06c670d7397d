"""Makes text from outside safe to set in type and to put in a mail header.

Names and addresses come from old systems: they hold line breaks, control characters, and now and then letters that the
fonts inside typst don't have. PDF/UA refuses a page with a letter it can't draw, and a bill must go out all the same,
so such a letter is printed as a white square. The e-mail keeps it.
"""

import re
import unicodedata

_MISSING = "\u25a1"

# What Libertinus Serif and DejaVu Sans Mono (the fonts embedded in typst) draw between them.
_DRAWN = (
    (0x20, 0x7E), (0xA0, 0xAC), (0xAE, 0x377), (0x384, 0x38A), (0x38E, 0x3A1), (0x3A3, 0x482), (0x48A, 0x4FF),
    (0x5D0, 0x5EA), (0x621, 0x63A), (0x641, 0x64A), (0x1E00, 0x1EFF), (0x2010, 0x2027), (0x2030, 0x2040),
    (0x20A0, 0x20C0), (0x2122, 0x2122), (0x2212, 0x2212), (0x25A1, 0x25A1),
)  # fmt: skip


_UNDRAWN = re.compile("[^" + "".join(f"{chr(first)}-{chr(last)}" for first, last in _DRAWN) + "]")


def one_line(text: str) -> str:
    """The text in composed form on one line, without control, direction and zero-width characters."""
    if not text.isprintable():
        text = "".join(map(_visible, text))
    return unicodedata.normalize("NFC", " ".join(text.split()))


def typeset(text: str) -> str:
    """One line of text in which every letter can be drawn by the embedded fonts."""
    return _UNDRAWN.sub(_MISSING, one_line(text))


def _visible(char: str) -> str:
    category = unicodedata.category(char)
    if category in {"Cc", "Zl", "Zp"}:
        return " "
    return "" if category.startswith("C") else char
