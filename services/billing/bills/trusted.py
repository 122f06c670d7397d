"""Events out of values that were validated when they came in.

A bill has some twenty parts, and a night makes a hundred thousand bills: pydantic's `model_construct` takes as long as
pricing does. Only for complete fields of the right types; a test reads every bill back through its contract.
"""

from functools import cache
from typing import Any, TypeVar

from pydantic import BaseModel

M = TypeVar("M", bound=BaseModel)

_set = object.__setattr__


@cache
def _names(model: type[BaseModel]) -> set[str]:
    """All fields of a model: one set for all its events, which are frozen and never change theirs."""
    return set(model.model_fields)


def trusted(model: type[M], fields: dict[str, Any]) -> M:
    """A model of exactly these fields, unchecked: each field of the model must be among them."""
    one = model.__new__(model)
    _set(one, "__dict__", fields)
    _set(one, "__pydantic_fields_set__", _names(model))
    _set(one, "__pydantic_extra__", None)
    _set(one, "__pydantic_private__", None)
    return one
