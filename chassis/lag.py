"""How much each of a service's consumer groups has not handled yet.

Asked over connections of its own: on a consumer's connection the question would wait until its long poll for new
messages ends.
"""

import asyncio
from collections.abc import Collection, Iterable, Mapping

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from chassis.kafka import credentials
from chassis.settings import Settings

Places = Collection[TopicPartition]


class Lag:
    """Connects when it is first asked."""

    def __init__(self, settings: Settings, service: str) -> None:
        self._settings = settings
        self._service = service
        self._connecting = asyncio.Lock()
        self._keepers: dict[str, int] = {}
        # What a group has committed stays so while its service runs.
        self._done: dict[TopicPartition, int] = {}
        self._asks: tuple[AIOKafkaAdminClient, AIOKafkaConsumer] | None = None

    async def unhandled(self, topics: Mapping[str, Places]) -> dict[str, int]:
        """Per topic (as Kafka names it, with its partitions), how many messages its group has not committed.

        Asked often, so it asks little: nothing about a topic of which all that was ever said is known to be handled.
        """
        admin, reader = await self._connected()
        ends = await reader.end_offsets([place for own in topics.values() for place in own])
        spoken = [topic for topic, own in topics.items() if self._behind(own, ends)]
        for committed in await asyncio.gather(*(self._committed(admin, topic) for topic in spoken)):
            self._done |= committed
        behind = self._behind(ends, ends)
        # What was deleted before it was read, after a month away, is not there to be handled any more.
        begins = await reader.beginning_offsets(behind) if behind else {}
        left = {place: max(0, ends[place] - max(begins[place], self._done.get(place, 0))) for place in behind}
        return {topic: sum(left.get(place, 0) for place in own) for topic, own in topics.items()}

    def _behind(self, places: Iterable[TopicPartition], ends: Mapping[TopicPartition, int]) -> list[TopicPartition]:
        return [place for place in places if self._done.get(place, 0) < ends[place]]

    async def stop(self) -> None:
        """Close its connections."""
        if self._asks is not None:
            admin, reader = self._asks
            self._asks = None
            await reader.stop()
            await admin.close()

    async def _committed(self, admin: AIOKafkaAdminClient, topic: str) -> dict[TopicPartition, int]:
        """What a topic's group has committed. Who keeps that is asked once, and anew when they know of nothing."""
        group = group_of(self._settings, self._service, topic.removeprefix(self._settings.topic_prefix))
        keeper = self._keepers.pop(group, None)
        if keeper is None or not (kept := await admin.list_consumer_group_offsets(group, keeper)):
            keeper = await admin.find_coordinator(group)
            kept = await admin.list_consumer_group_offsets(group, keeper)
        self._keepers[group] = keeper
        return {place: one.offset for place, one in kept.items()}

    async def _connected(self) -> tuple[AIOKafkaAdminClient, AIOKafkaConsumer]:
        async with self._connecting:
            if self._asks is None:
                servers, login = self._settings.kafka_servers.split(","), credentials(self._settings)
                admin = AIOKafkaAdminClient(bootstrap_servers=servers, client_id=self._settings.instance, **login)
                reader = AIOKafkaConsumer(bootstrap_servers=servers, client_id=self._settings.instance, **login)
                await admin.start()
                await reader.start()
                self._asks = admin, reader
            return self._asks


def group_of(settings: Settings, service: str, topic: str) -> str:
    """The consumer group in which a service reads a topic: every copy of the service is in it."""
    return f"{settings.topic_prefix}{service}.{topic}"
