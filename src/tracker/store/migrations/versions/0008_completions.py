"""When each flow of the lasting service last completed."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "completions",
        sa.Column("flow", sa.String(length=40), nullable=False),
        sa.Column("expected_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("flow", name=op.f("pk_completions")),
    )
