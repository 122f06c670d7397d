"""The backup folder: base backups of the PostgreSQL cluster, and the log (WAL) that leads from each to any instant.

    BACKUPS/wal/                      every finished piece of the log, put there by PostgreSQL itself
    BACKUPS/base/20230301T140500Z/    a base backup, the stack's secrets and ports, the mailing house's files

Keep it on another disk than the data. It holds all personal data and every secret of the stack: its folders are
private.
"""

import hashlib
import json
import os
import shlex
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import make_url

from deploy.local.folder import write_private
from deploy.local.trouble import TroubleError, tail

ARCHIVE_SECONDS = 60
"""A piece of the log is finished at the latest after so long: what a lost disk can cost, in time."""
KEPT_WITH_IT = ("secrets.json", "ports.json", "vendors", "print")


@dataclass(frozen=True, order=True)
class Base:
    """A base backup: any instant after `finished` can be restored from it."""

    finished: datetime
    path: Path

    @property
    def data(self) -> Path:
        """The cluster's files."""
        return self.path / "data"


@dataclass(frozen=True)
class Archive:
    """A backup folder."""

    path: Path
    seconds: int = ARCHIVE_SECONDS

    @property
    def wal(self) -> Path:
        return self.path / "wal"

    def settings(self) -> dict[str, str]:
        """With these PostgreSQL keeps its log here."""
        return {
            "archive_mode": "on",
            "archive_timeout": str(self.seconds),
            "archive_command": archive_command(self.wal),
        }

    def bases(self) -> list[Base]:
        """Finished base backups, the oldest first."""
        return sorted(map(_base, (self.path / "base").glob("*/backup.json")))

    def base_for(self, instant: datetime | None) -> Base:
        """The newest from which an instant can be reached. Raises TroubleError when there is none."""
        bases = self.bases()
        reaching = [one for one in bases if instant is None or one.finished <= instant]
        if not bases:
            raise TroubleError(f"There is no finished base backup in {self.path / 'base'}.")
        if not reaching:
            oldest = bases[0].finished.isoformat()
            raise TroubleError(f"The oldest base backup was finished at {oldest}: nothing before can be restored.")
        return reaching[-1]

    def take(self, cluster: str, programs: Path, folder: Path, release: str) -> Base:
        """Take a base backup of a running cluster. Raises TroubleError with what pg_basebackup says."""
        began = datetime.now(UTC)
        path = self.path / "base" / f"{began:%Y%m%dT%H%M%SZ}"
        unfinished = path.with_name(path.name + ".unfinished")
        unfinished.mkdir(parents=True, mode=0o700)
        try:
            _copy_cluster(cluster, programs, unfinished / "data")
            _keep_beside(folder, unfinished)
        except BaseException:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise
        about = {"finished": datetime.now(UTC).isoformat(), "release": release}
        write_private(unfinished / "backup.json", json.dumps(about))
        unfinished.rename(path)
        return _base(path / "backup.json")

    def forget_old(self, keep: int, programs: Path) -> list[Base]:
        """Delete all but the newest base backups, and the log that only the deleted ones needed."""
        bases = self.bases()
        leaving, staying = bases[:-keep], bases[-keep:]
        for one in leaving:
            shutil.rmtree(one.path)
        if leaving:
            run([str(programs / "pg_archivecleanup"), str(self.wal), first_piece(staying[0])])
        return leaving


def archive_command(wal: Path) -> str:
    """Keep a piece of the log, whole or not at all; one that is there already with the same content is well kept."""
    there = f"{_for_postgres(wal)}/%f"
    return f'if test -f {there}; then cmp -s "%p" {there}; else cp "%p" {there}.part && mv {there}.part {there}; fi'


def restore_command(folders: Iterable[Path]) -> str:
    """Fetch a piece of the log from the first of these folders that has it."""
    tries = (f'cp {_for_postgres(folder)}/%f "%p" 2>/dev/null' for folder in folders)
    return " || ".join(tries)


def _for_postgres(folder: Path) -> str:
    return shlex.quote(str(folder)).replace("%", "%%")


def first_piece(base: Base) -> str:
    """The piece of the log at which a base backup begins."""
    label = (base.data / "backup_label").read_text()
    return label.split("(file ", 1)[1].split(")", 1)[0]


def _base(about: Path) -> Base:
    said = json.loads(about.read_text())
    return Base(datetime.fromisoformat(said["finished"]), about.parent)


def _copy_cluster(cluster: str, programs: Path, target: Path) -> None:
    address = make_url(cluster)
    login = ["--host", address.host or "127.0.0.1", "--port", str(address.port or 5432)]
    login += ["--username", address.username or "postgres", "--no-password"]
    how = ["--format=plain", "--wal-method=stream", "--checkpoint=fast", "--manifest-checksums=SHA256"]
    environment = {**os.environ, "PGPASSWORD": str(address.password or "")}
    run([str(programs / "pg_basebackup"), *login, *how, "--pgdata", str(target)], environment)
    verify(target)


def verify(data: Path) -> None:
    """Compare a base backup with the checksums that PostgreSQL wrote beside it. Raises TroubleError for a bad file."""
    manifest = json.loads((data / "backup_manifest").read_text())
    for one in manifest["Files"]:
        if not _whole(data / one["Path"], one["Size"], one["Checksum"]):
            raise TroubleError(f"The base backup is damaged: {data / one['Path']}. Restore from another one.")


def _whole(file: Path, size: int, checksum: str) -> bool:
    try:
        with file.open("rb") as content:
            return file.stat().st_size == size and hashlib.file_digest(content, "sha256").hexdigest() == checksum
    except OSError:
        return False


def _keep_beside(folder: Path, target: Path) -> None:
    """What a stack needs to come back the same and PostgreSQL does not have."""
    for name in KEPT_WITH_IT:
        if (folder / name).is_dir():
            shutil.copytree(folder / name, target / name)
        elif (folder / name).exists():
            shutil.copy2(folder / name, target / name)


def run(command: list[str], environment: Mapping[str, str] | None = None) -> None:
    """Run one of PostgreSQL's programs. Raises TroubleError with what it says."""
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise TroubleError(f"{Path(command[0]).name} failed; it says:\n{tail(done.stderr)}")
