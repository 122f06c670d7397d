"""A cluster goes back to an instant and no further; what cannot be reached is said, and changes nothing."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg
import pytest

from deploy.local.archive import Archive, archive_command, restore_command
from deploy.local.folder import Folder
from deploy.local.postgres import Postgres, binaries
from deploy.local.recovery import recover
from deploy.local.trouble import TroubleError

pytestmark = pytest.mark.timeout(300)


class Cluster:
    """An embedded cluster that keeps its log, with one table of receipts."""

    def __init__(self, path: Path) -> None:
        self.folder, self.archive = Folder(path / "data"), Archive(path / "backups", 3600)
        self.folder.hold()
        self.postgres = Postgres(self.folder, archive=self.archive)

    def run(self, statement: str) -> list[Any]:
        with psycopg.connect(self.postgres.url.replace("+psycopg", ""), autocommit=True) as connection:
            found = connection.execute(statement.encode())
            return found.fetchall() if found.description else []

    def receipts(self) -> list[int]:
        return [number for (number,) in self.run("select number from receipt order by number")]

    def takes(self, number: int) -> datetime:
        """One receipt; answers an instant right after it."""
        self.run(f"insert into receipt values ({number})")
        ((instant,),) = self.run("select clock_timestamp()")
        time.sleep(0.02)
        assert isinstance(instant, datetime)
        return instant


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    with TemporaryDirectory(prefix="curbstop-tests-") as path:
        cluster = Cluster(Path(path))
        cluster.postgres.start()
        cluster.run("create table receipt (number int)")
        cluster.takes(1)
        cluster.archive.take(cluster.postgres.url, binaries(), cluster.folder.path, "test")
        yield cluster
        cluster.postgres.stop()
        cluster.folder.release()


def test_a_mistake_of_a_moment_ago_is_undone_without_any_archived_log_of_it(cluster: Cluster) -> None:
    instant = cluster.takes(2)
    cluster.takes(3)
    cluster.postgres.stop()
    done = recover(cluster.folder, cluster.archive, instant)
    assert done.aside is not None
    assert done.last_transaction is not None
    assert timedelta() <= instant - done.last_transaction < timedelta(seconds=1)
    cluster.postgres.start()
    assert cluster.receipts() == [1, 2]
    cluster.takes(4)
    assert cluster.receipts() == [1, 2, 4]


def test_an_instant_that_cannot_be_reached_is_one_sentence_and_the_data_stays_as_it_was(cluster: Cluster) -> None:
    cluster.takes(2)
    cluster.postgres.stop()
    with pytest.raises(TroubleError, match="nothing before can be restored"):
        recover(cluster.folder, cluster.archive, datetime(2020, 1, 1, tzinfo=UTC))
    with pytest.raises(TroubleError, match=r"The log ends before .*the last transaction in it: .*--to latest"):
        recover(cluster.folder, cluster.archive, datetime.now(UTC))
    cluster.postgres.start()
    assert cluster.receipts() == [1, 2]


def test_latest_is_all_there_is(cluster: Cluster) -> None:
    cluster.takes(2)
    cluster.postgres.stop()
    recover(cluster.folder, cluster.archive, None)
    cluster.postgres.start()
    assert cluster.receipts() == [1, 2]


def test_a_damaged_base_backup_is_found_before_anything_is_touched(cluster: Cluster) -> None:
    cluster.postgres.stop()
    (base,) = cluster.archive.bases()
    (base.data / "PG_VERSION").write_text("17\n")
    with pytest.raises(TroubleError, match=r"The base backup is damaged: .*PG_VERSION"):
        recover(cluster.folder, cluster.archive, None)
    cluster.postgres.start()
    assert cluster.receipts() == [1]


def test_only_the_newest_base_backups_stay_and_the_log_since_the_oldest(cluster: Cluster) -> None:
    time.sleep(1)
    newer = cluster.archive.take(cluster.postgres.url, binaries(), cluster.folder.path, "test")
    gone = cluster.archive.forget_old(1, binaries())
    assert ([one.path for one in cluster.archive.bases()], len(gone)) == ([newer.path], 1)


def test_folders_with_strange_names_are_quoted_for_the_shell_and_for_postgresql() -> None:
    assert "'/backups of 100%%/wal'/%f" in archive_command(Path("/backups of 100%/wal"))
    assert restore_command([Path("/a"), Path("/b")]) == 'cp /a/%f "%p" 2>/dev/null || cp /b/%f "%p" 2>/dev/null'
