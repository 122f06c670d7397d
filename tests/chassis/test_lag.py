"""How much is left to be handled, asked of Kafka."""

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete
from aiokafka.errors import KafkaError

from chassis.kafka import credentials
from chassis.lag import Lag
from chassis.settings import Settings
from deploy.local.places import Places
from tests.conftest import GivenTopics
from tests.running import environment, eventually


async def test_what_nobody_can_read_any_more_is_not_left_to_be_handled(
    places: Places, topic_prefix: str, make_topics: GivenTopics
) -> None:
    spoken, silent = make_topics(["Gained", "PurseChanged"], topic_prefix, 1)
    settings = Settings(**environment(places, "postgresql+psycopg://nowhere/none", topic_prefix))
    lag = Lag(settings, "sample")
    asked = {name: [TopicPartition(name, 0)] for name in (spoken, silent)}
    producer = AIOKafkaProducer(bootstrap_servers=places.kafka_servers, **credentials(settings))
    admin = AIOKafkaAdminClient(bootstrap_servers=places.kafka_servers, **credentials(settings))
    await producer.start()
    await admin.start()
    try:
        for number in range(3):
            await producer.send_and_wait(spoken, b"%d" % number)
        await eventually(lambda: _answers(lag, asked))  # a Kafka that no group has used yet has nobody to ask
        assert await lag.unhandled(asked) == {spoken: 3, silent: 0}
        await admin.delete_records({TopicPartition(spoken, 0): RecordsToDelete(before_offset=2)})
        assert await lag.unhandled(asked) == {spoken: 1, silent: 0}
    finally:
        await admin.close()
        await producer.stop()
        await lag.stop()


async def _answers(lag: Lag, asked: dict[str, list[TopicPartition]]) -> bool:
    try:
        return bool(await lag.unhandled(asked))
    except KafkaError:
        return False
