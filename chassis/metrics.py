"""What a service tells Prometheus."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest


class Metrics:
    """The instruments of one service process, on a registry of its own so that tests can run several."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.messages = Counter("curbstop_messages_handled", "Messages handled", ["topic"], registry=self.registry)
        self.latency = Histogram(
            "curbstop_batch_seconds", "Seconds to handle a batch", ["topic"], registry=self.registry
        )
        self.requests = Histogram(
            "curbstop_request_seconds",
            "Seconds to answer a request",
            ["method", "route", "status"],
            registry=self.registry,
        )
        self.lag = Gauge("curbstop_consumer_lag", "Messages not yet handled", ["topic"], registry=self.registry)
        self.poll_age = Gauge(
            "curbstop_last_poll_age_seconds", "Seconds since the consumer last heard from Kafka", ["topic"],
            registry=self.registry,
        )  # fmt: skip
        self.outbox_depth = Gauge("curbstop_outbox_depth", "Messages waiting to be sent", registry=self.registry)
        self.outbox_age = Gauge(
            "curbstop_outbox_age_seconds", "Age of the oldest unsent message", registry=self.registry
        )
        self.dead_letters = Gauge("curbstop_dead_letters", "Open dead letters", registry=self.registry)
        self.waiting_facts = Gauge("curbstop_waiting_facts", "Facts waiting for reference data", registry=self.registry)

    def handled(self, topic: str, count: int, seconds: float) -> None:
        """Note a batch."""
        self.messages.labels(topic).inc(count)
        self.latency.labels(topic).observe(seconds)

    def page(self) -> bytes:
        """The text Prometheus scrapes."""
        return generate_latest(self.registry)
