"""Kafka comes from the network once; without one, a sentence says what to do."""

from pathlib import Path

import pytest

from deploy.local import kafka_jars
from deploy.local.trouble import TroubleError


def test_a_download_that_fails_is_one_sentence_with_the_mend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("HOME", str(tmp_path))
    news: list[tuple[str, str]] = []
    with pytest.raises(TroubleError, match=r"could not be downloaded .*: check the network .* CURBSTOP_KAFKA_SERVERS"):
        kafka_jars.class_path(lambda part, what: news.append((part, what)))
    assert news == [("Kafka", f"downloading {kafka_jars.VERSION} (once, about 70 MB)")]
    assert kafka_jars.java().exists()
