"""How a service signs in to Kafka."""

import pytest
from aiokafka.errors import KafkaError

from chassis import kafka
from chassis.settings import Settings
from deploy.local.places import Places
from tests.running import environment, sign_in


def settings_of(places: Places, **changed: str) -> Settings:
    return Settings(**{**environment(places, "postgresql://nowhere", ""), **changed})


async def test_a_password_is_stretched_once_however_many_connections_there_are(places: Places) -> None:
    kafka.stretched.cache_clear()
    for _ in range(3):
        await sign_in(settings_of(places))
    assert kafka.stretched.cache_info().misses == bool(places.kafka_user)


async def test_a_wrong_password_is_still_refused(places: Places) -> None:
    await sign_in(settings_of(places))
    if places.kafka_user:
        with pytest.raises(KafkaError):
            await sign_in(settings_of(places, kafka_password="another"))
