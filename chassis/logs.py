"""Logs are JSON lines: an event name and its facts, never a customer's name or address."""

import logging
import sys
from typing import Any

import structlog


def set_up(service: str, instance: str, level: str) -> None:
    """Begin logging for a process."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
    )
    structlog.contextvars.bind_contextvars(service=service, instance=instance)
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)


def logger(part: str) -> Any:
    """The log of one part of a service."""
    return structlog.get_logger().bind(part=part)
