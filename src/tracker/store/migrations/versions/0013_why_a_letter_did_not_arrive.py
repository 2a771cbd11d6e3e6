"""Why a letter did not reach an address is told apart; the whole of a message is kept beside its own words."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward; every address marked before stays marked."""
    op.add_column("bounces", sa.Column("cause", sa.String(length=20), server_default="missing", nullable=False))
    op.add_column("messages", sa.Column("whole", sa.Text(), nullable=True))
