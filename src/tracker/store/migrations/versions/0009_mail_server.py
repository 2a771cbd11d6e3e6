"""The journal tells of stores whose letters have left by a mail server."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

letters = sa.table("letters", *(sa.column(name, sa.Text()) for name in ("state", "reply")))
journal = sa.table(
    "journal",
    sa.column("at", sa.DateTime(timezone=True)),
    *(sa.column(name, sa.String()) for name in ("who", "did", "about")),
    sa.column("detail", sa.JSON()),
)


def upgrade() -> None:
    """Bring the schema forward: a server's answer to a letter begins with its number, a folder's with a path."""
    left = sa.select(letters.c.state).where(
        letters.c.state.in_(["sent", "bounced"]), letters.c.reply.like("250 %")
    )
    connection = op.get_bind()
    if connection.scalar(left.limit(1)) is None:
        return
    now = datetime.now(UTC)
    at = now if connection.dialect.name == "postgresql" else now.replace(tzinfo=None)
    entry = {
        "at": at,
        "who": "tracker",
        "did": "sent letters by a mail server",
        "about": "mail server",
        "detail": {},
    }
    op.bulk_insert(journal, [entry])
