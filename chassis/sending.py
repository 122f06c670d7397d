"""Messages on their way to Kafka, packed by partition: one acknowledgment for hundreds of messages, not for each."""

import asyncio
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from zlib import crc32

from aiokafka import AIOKafkaProducer


@dataclass(frozen=True, slots=True)
class Pending:
    """One unsent message; `headers` are a JSON list of pairs, as they are kept."""

    number: int
    topic: str
    key: str | None
    value: bytes | None
    headers: str


async def send(sender: AIOKafkaProducer, messages: Sequence[Pending], prefix: str) -> None:
    """Send messages, those of one key in their order; returns when Kafka has them all."""
    packing = _Packing(sender)
    for one, headers in zip(messages, _read_headers(messages), strict=True):
        topic, key = prefix + one.topic, (one.key or "").encode()
        await packing.add(topic, await packing.partition_of(topic, key), key, one.value, headers)
    await packing.finish()


def _read_headers(messages: Iterable[Pending]) -> list[list[tuple[str, bytes]]]:
    """All in one go: a JSON reader's beginning and end cost more than a few headers."""
    kept: list[list[tuple[str, str]]] = json.loads(f"[{','.join([one.headers for one in messages])}]")
    return [[(name, value.encode()) for name, value in headers] for headers in kept]


class _Packing:
    """Batches that are being filled, one a partition."""

    def __init__(self, sender: AIOKafkaProducer) -> None:
        self._sender = sender
        self._partitions: dict[str, int] = {}
        self._open: dict[tuple[str, int], Any] = {}
        self._acknowledged: list[asyncio.Future[Any]] = []

    async def partition_of(self, topic: str, key: bytes) -> int:
        """Where a key's messages go. The relay is the one writer of its topics, so any lasting rule keeps their order;
        aiokafka's own is written in Python and slow."""
        if topic not in self._partitions:
            self._partitions[topic] = len(await self._sender.partitions_for(topic))
        return crc32(key) % self._partitions[topic]

    async def add(
        self, topic: str, partition: int, key: bytes, value: bytes | None, headers: list[tuple[str, bytes]]
    ) -> None:
        """Put a message into its partition's batch; one that is full is sent first."""
        place = (topic, partition)
        batch = self._open.get(place)
        if batch is None or batch.append(timestamp=None, key=key, value=value, headers=headers) is None:
            if batch is not None:
                await self._send(place, batch)
            batch = self._open[place] = self._sender.create_batch()
            batch.append(timestamp=None, key=key, value=value, headers=headers)

    async def finish(self) -> None:
        """Send what is open, and wait for every acknowledgment."""
        for place, batch in self._open.items():
            await self._send(place, batch)
        await asyncio.gather(*self._acknowledged)

    async def _send(self, place: tuple[str, int], batch: Any) -> None:
        topic, partition = place
        self._acknowledged.append(await self._sender.send_batch(batch, topic, partition=partition))
