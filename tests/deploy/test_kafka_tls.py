"""A Kafka that speaks TLS, as a town's own does: everybody who signs in there checks who it is."""

import datetime
import ipaddress
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiokafka.errors import KafkaError
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pydantic import ValidationError

from chassis import kafka
from chassis.settings import Settings
from contracts.payments import Outcome, PaymentOutcome
from deploy.local import kafka_admin, topics
from deploy.local.folder import Folder
from deploy.local.kafka import ADMIN, Kafka
from deploy.local.places import Places
from deploy.local.trouble import TroubleError
from tests.running import environment, eventually, sign_in
from tests.vendor.builders import logins, run, town_on_kafka

VENDOR = "kiosk"


@dataclass(frozen=True)
class Guarded:
    """A Kafka behind TLS, the file of the authority that vouches for it, and one of an authority that doesn't."""

    login: kafka_admin.Login
    stranger: str


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    path = tmp_path_factory.mktemp("tls")
    with Folder(path / "stack").held() as folder:
        port = folder.port("kafka tls")
        server = Kafka(folder, more=doors(folder, port, certificate(path / "server.pem")))
        server.start()
        try:
            login = kafka_admin.Login(f"127.0.0.1:{port}", ADMIN, server.password, str(path / "server.pem"))
            yield Guarded(login, str(certificate(path / "stranger.pem")))
        finally:
            server.stop()


def certificate(path: Path) -> Path:
    """A key and a certificate for this machine that vouches for itself, in one PEM file."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.datetime.now(datetime.UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, path.stem)])
    here = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(here, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


def doors(folder: Folder, port: int, certified: Path) -> dict[str, str]:
    """Settings of a Kafka that also listens through TLS on a port, with the logins it has."""
    places = {"CLIENTS": folder.port("kafka"), "GUARDED": port, "CONTROLLER": folder.port("kafka controller")}
    scram = "org.apache.kafka.common.security.scram.ScramLoginModule required;"
    return {
        "listeners": ",".join(f"{name}://127.0.0.1:{number}" for name, number in places.items()),
        "advertised.listeners": f"CLIENTS://127.0.0.1:{places['CLIENTS']},GUARDED://127.0.0.1:{port}",
        "listener.security.protocol.map": "CLIENTS:SASL_PLAINTEXT,GUARDED:SASL_SSL,CONTROLLER:SASL_PLAINTEXT",
        "listener.name.guarded.scram-sha-512.sasl.jaas.config": scram,
        "listener.name.guarded.ssl.keystore.type": "PEM",
        "listener.name.guarded.ssl.keystore.location": str(certified),
    }


def settings_of(at: kafka_admin.Login) -> Settings:
    return Settings(**environment(places_of(at), "postgresql://nowhere", ""))


def places_of(at: kafka_admin.Login) -> Places:
    """A town of which only Kafka matters."""
    return Places(at.servers, at.user, at.password, "", at.tls)


async def test_a_service_publishes_and_reads_through_it(guarded: Guarded) -> None:
    topics.create_by_name(kafka_admin.connect(guarded.login), ["Said"], "", 1)
    settings, heard = settings_of(guarded.login), []
    broker, producer = kafka.consuming_broker(settings), kafka.producer(settings)

    @broker.subscriber("Said", group_id="test.Said", auto_offset_reset="earliest")
    async def hear(said: str) -> None:
        heard.append(said)

    async def was_heard() -> bool:
        return heard == ["good evening"]

    await kafka.start(broker)
    await producer.start()
    try:
        await producer.send_and_wait("Said", b"good evening")
        await eventually(was_heard)
    finally:
        await producer.stop()
        await broker.stop()


@pytest.mark.parametrize("trusted", ["stranger", "system"])
async def test_a_kafka_that_nobody_known_vouches_for_is_not_signed_in_to(guarded: Guarded, trusted: str) -> None:
    fooled = guarded.login._replace(tls=guarded.stranger if trusted == "stranger" else trusted)
    with pytest.raises(KafkaError):
        await sign_in(settings_of(fooled))
    assert not kafka_admin.answers(fooled)


def test_a_file_that_is_not_there_is_told(guarded: Guarded) -> None:
    lost = guarded.login._replace(tls="/nowhere/ca.pem")
    with pytest.raises(TroubleError, match="does not let admin in"):
        kafka_admin.connect(lost)
    with pytest.raises(ValidationError, match="there is no file /nowhere/ca"):
        settings_of(lost)


async def test_the_vendors_example_pays_through_it(guarded: Guarded) -> None:
    at = guarded.login
    known = logins(places_of(at), "", VENDOR)
    vendor = known[f"vendor.{VENDOR}"]
    told = {"VENDOR": VENDOR, "KAFKA_SERVERS": at.servers, "KAFKA_USER": vendor.user, "KAFKA_PASSWORD": vendor.password}
    async with town_on_kafka(known["payments"]):
        status, out, err = await run(
            sys.executable, "docs/examples/vendor.py", "10042", "41.12", env={**os.environ, **told, "KAFKA_TLS": at.tls}
        )
    assert (status, err) == (0, "")
    assert PaymentOutcome.model_validate_json(out).outcome is Outcome.ACCEPTED
