"""The outbox may say where a message's letters are kept."""

from alembic import op

from chassis.schema import V2

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Two columns that a message with letters of its own leaves empty."""
    op.execute(V2)
