"""What payments is told by its environment beyond what every service is."""

from chassis.settings import Settings


class PaymentsSettings(Settings):
    """`webhook_secrets`: each vendor's signing secret (whsec_...). Its keys are the vendors whose topics are read."""

    webhook_secrets: dict[str, str] = {}
