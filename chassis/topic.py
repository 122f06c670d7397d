"""What the chassis needs to know of a topic. `contracts.topics.Topic` is one."""

from typing import Protocol, TypeVar

from pydantic import BaseModel

E = TypeVar("E", bound=BaseModel)


class Topic(Protocol[E]):
    """A named stream of one event."""

    @property
    def name(self) -> str:
        """Its name, before any prefix."""

    @property
    def model(self) -> type[E]:
        """The event it carries."""

    def key_of(self, event: E) -> str:
        """The message key, which orders messages."""

    def identity_of(self, event: E) -> str:
        """The id that the same fact has each time it is sent."""
