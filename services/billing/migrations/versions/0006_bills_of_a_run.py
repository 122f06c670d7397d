"""A run's bills are found by their accounts."""

from alembic import op

revision = "0006"
down_revision = "0005"

_BILLS = """
create index bill_of_run on bill (run_id, account_id);
drop index bill_run;
"""


def upgrade() -> None:
    """One index in the place of another."""
    op.execute(_BILLS)
