"""Nothing leaves while a hold is in force, as after a restore."""

from alembic import op

from chassis.holding import HOLD

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """The hold; none is in force."""
    op.execute(HOLD)
