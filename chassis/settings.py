"""What a service process is told by its environment; every name begins with CURBSTOP_."""

import os
import socket
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


def _readable(authority: str) -> str:
    if authority not in ("", "system") and not Path(authority).is_file():
        raise ValueError(f"there is no file {authority}; name the PEM file that Kafka's certificates are checked by")
    return authority


class DatabaseSettings(BaseSettings):
    """Where the database is: all that a migration needs to know.

    A setting may also stand in a file of its own, in the folder CURBSTOP_SECRETS and named like its variable in small
    letters.
    """

    model_config = SettingsConfigDict(
        env_prefix="CURBSTOP_", frozen=True, secrets_dir=os.environ.get("CURBSTOP_SECRETS"), extra="ignore"
    )

    database_url: str


class Settings(DatabaseSettings):
    """Where the database and Kafka are, and how to know a caller."""

    database_connections: int = 8
    kafka_servers: str
    kafka_user: str = ""
    kafka_password: SecretStr = SecretStr("")
    kafka_tls: Annotated[str, AfterValidator(_readable)] = ""
    """PEM file of the authority that vouches for Kafka's certificates, or `system` for the machine's own authorities.
    Empty: connections are in the clear."""
    kafka_session_seconds: int = 30
    """How long Kafka waits for a copy that died before its messages go to another, or to its successor."""
    topic_prefix: str = ""
    """Lets a practice town share a cluster: it stands before every topic and consumer group."""
    signing_key: SecretStr | None = None
    """The local key that signs tokens where no identity provider is (HS256, at least 32 bytes)."""
    oidc_issuer: str | None = None
    oidc_audience: str = "curbstop"
    instance: str = f"{socket.gethostname()}-{os.getpid()}"
    log_level: str = "INFO"
    otlp_endpoint: str = ""
    """Where spans go by OTLP over HTTP, such as http://collector:4318/v1/traces; nowhere unless it is set."""
