"""Brings the PostgreSQL cluster of a data folder back to an instant, from a backup folder.

What the data folder held before stays beside it until the restore has held good; what its log knew beyond the archive
is used too, so that after a mistake (and not a lost disk) the instant may be a second ago.
"""

import shutil
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from deploy.local.archive import KEPT_WITH_IT, Archive, Base, restore_command, verify
from deploy.local.folder import Folder
from deploy.local.news import Tell, silent
from deploy.local.postgres import Postgres
from deploy.local.trouble import TroubleError

RECOVERY_SECONDS = 6 * 3600
TOO_SHORT = "recovery ended before configured recovery target was reached"


@dataclass(frozen=True)
class Recovered:
    """What was restored: the base it began from, the last transaction that is in, how long it took, what was before."""

    base: Base
    last_transaction: datetime | None
    seconds: float
    aside: Path | None


def recover(folder: Folder, archive: Archive, instant: datetime | None, tell: Tell = silent) -> Recovered:
    """Restore the cluster to an instant, or with None to the end of the log. The folder is held by the caller.

    Raises TroubleError, and leaves the data folder as it was, when the instant cannot be reached.
    """
    began = time.monotonic()
    base = archive.base_for(instant)
    verify(base.data)
    _bring_back_secrets(folder, base)
    there = Postgres(folder)
    aside = _set_aside(there.data)
    postgres = Postgres(folder, tell, archive, _settings(archive, aside, instant))
    try:
        tell("PostgreSQL", f"laying out the base backup of {base.finished:%Y-%m-%d %H:%M:%S} UTC")
        _lay_out(base, postgres)
        last = _replay(postgres, instant, tell)
    except BaseException:
        _put_back(aside, there.data)
        raise
    return Recovered(base, last, time.monotonic() - began, aside)


def _bring_back_secrets(folder: Folder, base: Base) -> None:
    """Passwords, keys, ports and printed files, where the data folder lost them."""
    for name in KEPT_WITH_IT:
        kept, place = base.path / name, folder.path / name
        if kept.is_dir() and not place.exists():
            shutil.copytree(kept, place)
        elif kept.is_file() and not place.exists():
            shutil.copy2(kept, place)


def _set_aside(data: Path) -> Path | None:
    if not data.exists():
        return None
    aside = data.with_name(f"data.before-{datetime.now(UTC):%Y%m%dT%H%M%SZ}")
    data.rename(aside)
    return aside


def _put_back(aside: Path | None, data: Path) -> None:
    shutil.rmtree(data, ignore_errors=True)
    if aside is not None:
        aside.rename(data)


def _settings(archive: Archive, aside: Path | None, instant: datetime | None) -> dict[str, str]:
    logs = [archive.wal] if aside is None else [archive.wal, aside / "pg_wal"]
    settings = {"restore_command": restore_command(logs), "recovery_target_action": "promote"}
    if instant is not None:
        settings["recovery_target_time"] = instant.astimezone(UTC).isoformat(sep=" ")
    return settings


def _lay_out(base: Base, postgres: Postgres) -> None:
    postgres.home.mkdir(parents=True, exist_ok=True)
    shutil.copytree(base.data, postgres.data)
    postgres.data.chmod(0o700)
    (postgres.data / "recovery.signal").touch()
    postgres.give(postgres.data)


def _replay(postgres: Postgres, instant: datetime | None, tell: Tell) -> datetime | None:
    """Start in recovery, wait until the instant is reached, stop; answers the last transaction's time."""
    try:
        postgres.start()
        tell("PostgreSQL", "replaying the log")
        return _last_transaction(postgres)
    except TroubleError as error:
        if instant is not None and TOO_SHORT in str(error):
            raise TroubleError(_too_short(postgres, instant)) from None
        raise
    finally:
        postgres.stop()


def _last_transaction(postgres: Postgres) -> datetime | None:
    deadline = time.monotonic() + RECOVERY_SECONDS
    while time.monotonic() < deadline:
        if died := postgres.obituary():
            raise TroubleError(died)
        recovering, last = _asked(postgres)
        if not recovering:
            return last
        time.sleep(0.1)
    raise TroubleError(f"PostgreSQL was still replaying its log after {RECOVERY_SECONDS // 3600} hours.")


def _asked(postgres: Postgres) -> tuple[bool, datetime | None]:
    try:
        with psycopg.connect(postgres.url.replace("+psycopg", "", 1), connect_timeout=3) as connection:
            row: Any = connection.execute("select pg_is_in_recovery(), pg_last_xact_replay_timestamp()").fetchone()
            return bool(row[0]), row[1]
    except psycopg.OperationalError:
        return True, None


def _too_short(postgres: Postgres, instant: datetime) -> str:
    log = (postgres.home / "postgres.log").read_text(errors="replace")
    marked = "last completed transaction was at log time "
    reached = log.rsplit(marked, 1)[1].splitlines()[0] if marked in log else "no transaction after the base backup"
    return (
        f"The log ends before {instant.isoformat()}; the last transaction in it: {reached}. "
        "Name an instant before that, or restore all there is with `--to latest`."
    )
