"""Services that nobody knew of when their days were billed."""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Expand: copies of the release before note changes without it."""
    op.execute("alter table span_change add column begun uuid[] not null default '{}'")
