"""Replies are handled by the coordinator, and the journal is looked up by what it is about."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward; replies that came before wait to be handled."""
    op.add_column("messages", sa.Column("uses", sa.Integer(), server_default="0", nullable=False))
    op.add_column("messages", sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("messages", sa.Column("handled_by", sa.String(length=200), nullable=True))
    op.add_column("messages", sa.Column("dismissed", sa.Text(), nullable=True))
    op.create_index(op.f("ix_journal_about"), "journal", ["about"])
