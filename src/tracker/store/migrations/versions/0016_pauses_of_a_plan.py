"""A pause is of one plan. One of before held back all: it becomes one for each plan that names its agency."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

THE_ONE = "ke-hoach"
"""What a plan is called that does not say what it is called."""


def upgrade() -> None:
    """Bring the schema forward; what was paused stays paused, so that the upgrade starts no letter."""
    op.add_column("pauses", sa.Column("plan_id", sa.String(40), nullable=False, server_default=THE_ONE))
    connection = op.get_bind()
    named = sa.text("SELECT plan_id FROM plan_versions GROUP BY plan_id ORDER BY min(id)")
    plans = connection.scalars(named).all() or [THE_ONE]
    first = THE_ONE if THE_ONE in plans else plans[0]
    connection.execute(sa.text("UPDATE pauses SET plan_id = :first"), {"first": first})
    copied = sa.text(
        "INSERT INTO pauses (plan_id, agency_id, activity_id, until, reason, paused_by, paused_at)"
        " SELECT CAST(:plan AS VARCHAR(40)), agency_id, activity_id, until, reason, paused_by, paused_at"
        " FROM pauses"
        " WHERE plan_id = :first AND lifted_at IS NULL AND EXISTS (SELECT 1 FROM plan_versions"
        " WHERE plan_versions.plan_id = :plan AND plan_versions.text LIKE '%' || pauses.agency_id || '%')"
    )
    for plan in plans:
        if plan != first:
            connection.execute(copied, {"plan": plan, "first": first})
