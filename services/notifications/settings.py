"""What notifications is told by its environment beyond what every service is."""

from pathlib import Path

from chassis.settings import Settings


class NotificationsSettings(Settings):
    """The mail server, and the folder that the mailing house's files are written to."""

    smtp_host: str = "localhost"
    smtp_port: int = 25
    mail_lease_seconds: int = 300
    """How long a copy may take over the e-mails it took up, before another takes them for left behind."""
    print_folder: Path = Path("print")
