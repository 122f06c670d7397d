"""The examples of docs/integrating.md run as a vendor would run them."""

import json
import os
import re
import shutil
import sys
import uuid
from collections.abc import Mapping

from confluent_kafka import Producer

from contracts.check import check_vendor_messages
from contracts.payments import Outcome, PaymentOutcome
from deploy.local.demo.vendor_kafka import Login
from deploy.local.places import Places
from deploy.local.supervisor import REPOSITORY
from tests.vendor.builders import SECRET, Clerk, logins, run, town_on_kafka, town_on_the_web

EXAMPLES = REPOSITORY / "docs" / "examples"
PAYMENT = EXAMPLES / "payment.json"


def environment(**given: str) -> Mapping[str, str]:
    """This process's environment with what a vendor was given."""
    return {**os.environ, **given}


def kafka_environment(login: Login) -> Mapping[str, str]:
    """What the vendor's .env file holds."""
    return environment(
        VENDOR=login.vendor,
        KAFKA_SERVERS=login.servers,
        KAFKA_USER=login.user,
        KAFKA_PASSWORD=login.password,
        KAFKA_TLS=login.tls,
    )


def test_the_payment_of_the_examples_is_one_the_town_would_take() -> None:
    assert check_vendor_messages(PAYMENT.read_text()) == []


async def test_the_python_example_publishes_a_payment_and_prints_its_answer(places: Places) -> None:
    name = f"v{uuid.uuid4().hex[:10]}"
    known = logins(places, "", name)
    async with town_on_kafka(known["payments"]) as clerk:
        vendor = kafka_environment(known[f"vendor.{name}"])
        status, out, err = await run(sys.executable, str(EXAMPLES / "vendor.py"), "10042", "41.12", env=vendor)
    assert (status, err) == (0, "")
    assert PaymentOutcome.model_validate_json(out).outcome is Outcome.ACCEPTED
    assert json.loads(clerk.seen[-1])["amount"] == "41.12"


async def test_the_python_example_says_what_is_wrong_with_an_amount() -> None:
    vendor = environment(KAFKA_SERVERS="localhost:1", KAFKA_USER="x", KAFKA_PASSWORD="x")
    status, _, err = await run(sys.executable, str(EXAMPLES / "vendor.py"), "10042", "41.125", env=vendor)
    assert status == 1
    assert "at most 2 decimal places" in err


def test_librdkafka_accepts_the_settings_of_the_kcat_example(places: Places) -> None:
    name = f"v{uuid.uuid4().hex[:10]}"
    login = logins(places, "", name)[f"vendor.{name}"]
    given = dict(re.findall(r"-X ([a-z.]+)=(\S+)", (EXAMPLES / "kcat.sh").read_text()))
    given |= {"bootstrap.servers": login.servers, "sasl.username": login.user, "sasl.password": login.password}
    refusals: list[object] = []
    producer = Producer({**given})
    producer.produce(
        f"PaymentReceived.{name}", PAYMENT.read_bytes(), on_delivery=lambda error, _: refusals.append(error)
    )
    producer.flush(30)
    assert refusals == [None]


async def test_the_python_webhook_example_is_accepted() -> None:
    clerk = Clerk()
    with town_on_the_web(clerk) as url:
        vendor = environment(WEBHOOK_URL=url, WEBHOOK_SECRET=SECRET)
        status, out, err = await run(sys.executable, str(EXAMPLES / "webhook.py"), str(PAYMENT), env=vendor)
    assert (status, err) == (0, "")
    assert out.startswith('200 {"outcome_id":')
    assert clerk.seen == [PAYMENT.read_bytes()]


async def test_the_shell_webhook_example_is_accepted() -> None:
    assert shutil.which("curl"), "The example needs curl and openssl."
    clerk = Clerk()
    with town_on_the_web(clerk) as url:
        vendor = environment(WEBHOOK_URL=url, WEBHOOK_SECRET=SECRET)
        status, out, err = await run("sh", str(EXAMPLES / "webhook.sh"), str(PAYMENT), env=vendor)
    assert (status, err) == (0, "")
    assert PaymentOutcome.model_validate_json(out).outcome is Outcome.ACCEPTED
    assert clerk.seen == [PAYMENT.read_bytes()]


async def test_a_webhook_signed_with_another_secret_is_not_accepted() -> None:
    with town_on_the_web(Clerk()) as url:
        vendor = environment(WEBHOOK_URL=url, WEBHOOK_SECRET="whsec_b3RoZXIgc2VjcmV0")
        _, out, _ = await run(sys.executable, str(EXAMPLES / "webhook.py"), str(PAYMENT), env=vendor)
    assert out == "401 No matching signature found\n"


def test_every_example_has_a_test() -> None:
    tested = {"vendor.py", "first_account.py", "payment.json", "kcat.sh", "webhook.py", "webhook.sh"}
    assert {file.name for file in EXAMPLES.iterdir() if file.is_file()} == tested
