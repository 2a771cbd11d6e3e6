"""What part of a period a memo tells, which memo is final, and a period's own first and last words."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.add_column("reports", sa.Column("choice", sa.Text(), nullable=False, server_default=""))
    op.add_column("reports", sa.Column("final", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("periods", sa.Column("opening", sa.Text(), nullable=False, server_default=""))
    op.add_column("periods", sa.Column("closing", sa.Text(), nullable=False, server_default=""))
