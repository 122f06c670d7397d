"""What the environment gives a command: a variable, or a file of its name in the folder CURBSTOP_SECRETS."""

import os
from pathlib import Path


def given(name: str) -> str | None:
    """A variable's value; a secret's file is named like it in small letters, as the services' own are."""
    if name in os.environ:
        return os.environ[name]
    folder = os.environ.get("CURBSTOP_SECRETS")
    file = Path(folder, name.lower()) if folder else None
    return file.read_text().strip() if file and file.is_file() else None
