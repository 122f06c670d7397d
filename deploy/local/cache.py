"""What all stacks of a user share: it saves time at the next start, or keeps them out of each other's way."""

from pathlib import Path


def cache() -> Path:
    """The folder; whatever is in it may be deleted while nothing runs."""
    return Path.home() / ".cache" / "curbstop"
