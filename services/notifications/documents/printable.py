"""Makes text from outside safe to set in type and to put in a mail header.

Names and addresses come from old systems: they hold line breaks, control characters, and now and then letters that the
fonts inside typst don't have. PDF/UA refuses a page with a letter it can't draw, and a bill must go out all the same,
so such a letter is printed as a white square. The e-mail keeps it.
"""

import unicodedata

_MISSING = "\u25a1"

# What Libertinus Serif and DejaVu Sans Mono (the fonts embedded in typst) draw between them.
_DRAWN = (
    (0x20, 0x7E), (0xA0, 0xAC), (0xAE, 0x377), (0x384, 0x38A), (0x38E, 0x3A1), (0x3A3, 0x482), (0x48A, 0x4FF),
    (0x5D0, 0x5EA), (0x621, 0x63A), (0x641, 0x64A), (0x1E00, 0x1EFF), (0x2010, 0x2027), (0x2030, 0x2040),
    (0x20A0, 0x20C0), (0x2122, 0x2122), (0x2212, 0x2212), (0x25A1, 0x25A1),
)  # fmt: skip


def one_line(text: str) -> str:
    """The text in composed form on one line, without control, direction and zero-width characters."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    visible = (" " if unicodedata.category(char) in {"Cc", "Zl", "Zp"} else char for char in text)
    kept = (char for char in visible if unicodedata.category(char) not in {"Cf", "Cs", "Co", "Cn"})
    return unicodedata.normalize("NFC", " ".join("".join(kept).split()))


def typeset(text: str) -> str:
    """One line of text in which every letter can be drawn by the embedded fonts."""
    line = one_line(text)
    return line if line.isascii() else "".join(char if _drawn(char) else _MISSING for char in line)


def _drawn(char: str) -> bool:
    return any(first <= ord(char) <= last for first, last in _DRAWN)
