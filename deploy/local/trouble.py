"""What the embedded stack says when it cannot go on."""


class TroubleError(Exception):
    """One sentence for the person at the terminal: what was wrong, where, and what to do."""


def tail(text: str, lines: int = 12) -> str:
    """The last lines of a log, indented, to stand under such a sentence."""
    kept = [line for line in text.splitlines() if line.strip()][-lines:]
    return "\n".join(f"    {line}" for line in kept)
