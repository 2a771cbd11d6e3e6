"""Versions and periods say of which plan they are, and a period's code is unique in its plan."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

THE_ONE = "ke-hoach"
"""What a plan is called that does not say what it is called."""


def upgrade() -> None:
    """Bring the schema forward; all versions and periods of before belong to one plan."""
    with op.batch_alter_table("plan_versions") as versions:
        versions.add_column(_plan_id())
    with op.batch_alter_table("periods") as periods:
        periods.add_column(_plan_id())
        periods.drop_constraint(op.f("uq_periods_code"), type_="unique")
        periods.create_unique_constraint(op.f("uq_periods_plan_id_code"), ["plan_id", "code"])
    op.create_index(op.f("ix_plan_versions_plan_id"), "plan_versions", ["plan_id"])


def _plan_id() -> sa.Column[str]:
    return sa.Column("plan_id", sa.String(40), nullable=False, server_default=THE_ONE)
