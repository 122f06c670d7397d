"""A balance says when its next item falls due: a day's look waits for billing's word on what fell due with it."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Unknown for the balances that are there, until billing says them again."""
    op.execute("alter table balance add column next_due date")
