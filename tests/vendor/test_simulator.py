"""The simulated vendor sends what stands in its file, as it stands, and writes down each answer."""

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import pytest

from deploy.local.demo import vendor
from deploy.local.demo.vendor_kafka import Login
from deploy.local.places import Places
from tests.vendor.builders import SECRET, VENDOR, Clerk, line, logins, town_on_kafka, town_on_the_web

LINES = [
    line("SP-1"),
    line("SP-2", amount="9.99"),
    line("SP-1"),
    line("SP-1", amount="5.00"),
    '{"vendor_payment_id": "SP-3", "amount": 12.50',
    line("SP-4", amount="12.505"),
    "not json at all",
    "null",
]
EXPECTED = ["accepted", "accepted", "duplicate", "conflict", "refused", "refused", "refused", "refused"]


@pytest.fixture
def payments(tmp_path: Path) -> Path:
    """A file of good and bad messages, with a blank line that is not sent."""
    file = tmp_path / "payments.jsonl"
    file.write_text("\n".join([*LINES, "", ""]))
    return file


def written(file: Path) -> list[dict[str, Any]]:
    """The lines of an answers file."""
    return [json.loads(one) for one in file.read_text().splitlines()]


def outcomes(file: Path) -> list[str]:
    """What became of each line."""
    return [one["answer"]["outcome"] if one["answer"] else "none" for one in written(file)]


def kafka_options(login: Login) -> list[str]:
    """The vendor's credentials as options."""
    given = {"vendor": login.vendor, "servers": login.servers, "user": login.user, "password": login.password}
    return [f"--{name}={value}" for name, value in {**given, "prefix": login.prefix}.items()]


async def test_over_kafka_every_line_is_sent_as_it_is_and_answered(
    places: Places, topic_prefix: str, payments: Path, tmp_path: Path
) -> None:
    known = logins(places, topic_prefix)
    answers, said = tmp_path / "answers.jsonl", list[str]()
    options = [str(payments), "--answers", str(answers), *kafka_options(known[f"vendor.{VENDOR}"])]
    async with town_on_kafka(known["payments"]) as clerk:
        status = await asyncio.to_thread(vendor.main, options, said.append)
    assert status == 0
    assert sorted(clerk.seen) == sorted(text.encode() for text in LINES)
    found = outcomes(answers)
    # The broken lines carry no key, so only what shares an account keeps its order.
    assert [found[n] for n in (0, 1, 2, 3)] == EXPECTED[:4]
    assert found[4:] == EXPECTED[4:]
    assert [one["line"] for one in written(answers)] == list(range(1, 9))
    assert "1 conflict, 1 duplicate, 4 refused" in said[0]


async def test_what_is_not_answered_in_time_is_written_down_as_such(
    places: Places, topic_prefix: str, payments: Path, tmp_path: Path
) -> None:
    login = logins(places, topic_prefix)[f"vendor.{VENDOR}"]
    answers, said = tmp_path / "answers.jsonl", list[str]()
    options = [str(payments), "--answers", str(answers), "--timeout", "1", *kafka_options(login)]
    assert await asyncio.to_thread(vendor.main, options, said.append) == 1
    assert outcomes(answers) == ["none"] * len(LINES)
    assert "8 not answered" in said[0]


async def test_a_message_that_kafka_refuses_for_its_size_does_not_keep_the_others_back(
    places: Places, topic_prefix: str, tmp_path: Path
) -> None:
    known = logins(places, topic_prefix)
    file, answers = tmp_path / "payments.jsonl", tmp_path / "answers.jsonl"
    file.write_text("\n".join([line("SP-1"), line("SP-2") + " " * 10_000_000, line("SP-3")]))
    options = [str(file), "--answers", str(answers), *kafka_options(known[f"vendor.{VENDOR}"])]
    async with town_on_kafka(known["payments"]):
        assert await asyncio.to_thread(vendor.main, options, str) == 1
    assert outcomes(answers) == ["accepted", "none", "accepted"]


async def test_thousands_of_payments_are_pipelined(places: Places, topic_prefix: str, tmp_path: Path) -> None:
    login = logins(places, topic_prefix)[f"vendor.{VENDOR}"]
    file = tmp_path / "many.jsonl"
    file.write_text("\n".join(line(f"SP-{n}", account=str(n)) for n in range(5_000)))
    began = time.monotonic()
    options = [str(file), "--answers", str(tmp_path / "answers.jsonl"), "--timeout", "0", *kafka_options(login)]
    assert await asyncio.to_thread(vendor.main, options, str) == 1
    assert time.monotonic() - began < 30


def test_over_the_webhook_every_line_gets_the_same_answers(payments: Path, tmp_path: Path) -> None:
    answers, said, clerk = tmp_path / "answers.jsonl", list[str](), Clerk()
    with town_on_the_web(clerk, failures=3) as url:
        options = [str(payments), "--answers", str(answers), "--webhook", url, "--secret", SECRET]
        assert vendor.main(options, said.append) == 0
    assert sorted(clerk.seen) == sorted(text.encode() for text in LINES)
    assert sorted(outcomes(answers)) == sorted(EXPECTED)


def test_a_town_that_cannot_be_reached_is_said_in_a_sentence(
    payments: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = [str(payments), "--answers", str(tmp_path / "a"), "--vendor", "acme", "--servers", "localhost:1"]
    assert vendor.main([*options, "--user", "", "--password", ""], str) == 2
    assert "The vendor could not send" in capsys.readouterr().err
