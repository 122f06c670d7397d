"""A message as it came from Kafka, read and checked."""

from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import Any, Generic, TypeVar

from aiokafka import ConsumerRecord
from pydantic import BaseModel, TypeAdapter, ValidationError

from chassis.envelope import new_trace, readable
from chassis.topic import E, Topic

T = TypeVar("T", bound=BaseModel)


@dataclass(frozen=True)
class RawMessage:
    """A record's bytes and where it stood."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...] = ()

    @property
    def place(self) -> str:
        """Topic, partition and offset, as an operator types them."""
        return f"{self.topic}/{self.partition}/{self.offset}"


@dataclass(frozen=True)
class Received(Generic[T]):
    """An event with the message that carried it. `actor` and `trace` are those of whoever caused it."""

    event: T
    identity: str
    raw: RawMessage

    @cached_property
    def headers(self) -> dict[str, str]:
        """What it travelled with, as text: read when it is asked for, which most of a batch never is."""
        return readable(self.raw.headers)

    @property
    def actor(self) -> str:
        """Who caused it."""
        return self.headers.get("actor", "unknown")

    @cached_property
    def trace(self) -> str:
        """The trace it belongs to; a message that came without one begins one."""
        return self.headers.get("traceparent") or new_trace()

    @cached_property
    def content_hash(self) -> bytes:
        """Equal for equal content, whichever release wrote it: fields left at their defaults don't count."""
        return blake2b(self.event.model_dump_json(exclude_defaults=True).encode(), digest_size=16).digest()

    @cached_property
    def body_hash(self) -> bytes:
        """Equal for the same letters: cheaper than `content_hash`, for one who keeps the body and can look again."""
        return blake2b(self.raw.value or b"", digest_size=16).digest()


class Unreadable(ValueError):
    """A message that can't be read; the text says why, for the one who looks through the dead letters."""


def raw_of(record: "ConsumerRecord[Any, Any]") -> RawMessage:
    """The bytes of a record."""
    return RawMessage(record.topic, record.partition, record.offset, record.key, record.value, tuple(record.headers))


def read(topic: Topic[E], raw: RawMessage) -> Received[E]:
    """Check a message against its topic's event. Decimals never pass through a float here."""
    if raw.value is None:
        raise Unreadable(f"{topic.name} message at {raw.place} has no body.")
    try:
        event = _adapter(topic.model).validate_json(raw.value)
    except ValidationError as error:
        raise Unreadable(explain(topic.name, raw.place, error)) from None
    return Received(event, topic.identity_of(event), raw)


def explain(name: str, place: str, error: ValidationError) -> str:
    """Each mistake of a message, with its field."""
    faults = "; ".join(
        f"{'.'.join(str(part) for part in fault['loc']) or 'body'}: {fault['msg']}"
        for fault in error.errors(include_url=False, include_input=False)
    )
    return f"{name} message at {place} is not valid: {faults}."


_ADAPTERS: dict[type[BaseModel], TypeAdapter[Any]] = {}


def _adapter(model: type[E]) -> TypeAdapter[E]:
    if model not in _ADAPTERS:
        _ADAPTERS[model] = TypeAdapter(model)
    return _ADAPTERS[model]
