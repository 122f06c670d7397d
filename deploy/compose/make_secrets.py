"""`python deploy/compose/make_secrets.py [FOLDER]`: random passwords and keys for deploy/compose, a file each.

Needs nothing but Python. What is there stays as it is, so it may run again when a service or a vendor is added
(`--vendor NAME`). The folder is private; the files in it may be read, because each container reads its own as an
ordinary user.
"""

import argparse
import base64
import json
import secrets
from pathlib import Path

SERVICES = ("accounts", "metering", "billing", "payments", "collections", "notifications")


def make(folder: Path, vendors: list[str]) -> list[str]:
    """Make the files that are missing; answer their names."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    made: list[str] = []

    def keep(name: str, text: str) -> str:
        file = folder / name
        if not file.exists():
            file.write_text(text)
            file.chmod(0o444)
            made.append(name)
        return file.read_text()

    keep("postgres_password", _password())
    keep("kafka_admin_password", _password())
    keep("signing_key", _password())
    logins = {}
    for service in SERVICES:
        logins[service] = keep(f"{service}_kafka_password", _password())
        password = keep(f"{service}_database_password", _password())
        keep(f"{service}_database_url", f"postgresql+psycopg://{service}:{password}@postgres:5432/{service}")
    for vendor in vendors:
        logins[f"vendor.{vendor}"] = keep(f"vendor_{vendor}_kafka_password", _password())
    _gather(folder, "kafka_logins", logins)
    keys = {vendor: keep(f"vendor_{vendor}_webhook_secret", _webhook_secret()) for vendor in vendors}
    _gather(folder, "webhook_secrets", keys)
    return made


def _gather(folder: Path, name: str, found: dict[str, str]) -> None:
    """One JSON file of several secrets; those it had before stay."""
    file = folder / name
    before = json.loads(file.read_text()) if file.exists() else {}
    file.unlink(missing_ok=True)
    file.write_text(json.dumps({**before, **found}))
    file.chmod(0o444)


def _password() -> str:
    return secrets.token_urlsafe(32)


def _webhook_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def main() -> None:
    """Make them and say which."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("folder", nargs="?", type=Path, default=Path(__file__).parent / "secrets")
    asked.add_argument("--vendor", action="append", default=[], help="a payment vendor; may be given again")
    given = asked.parse_args()
    made = make(given.folder, given.vendor or ["sample-bank"])
    print(f"Made {len(made)} secrets in {given.folder}.")  # noqa: T201


if __name__ == "__main__":
    main()
