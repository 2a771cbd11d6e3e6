"""Decisions are rows of their own; those of before are read from the journal, which keeps its lines."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    decisions = op.create_table(
        "decisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("duty_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(length=20), nullable=False),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("contributions", sa.Integer(), nullable=True),
        sa.Column("who", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["duty_id"], ["duties.id"], name=op.f("fk_decisions_duty_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
    )
    op.create_index(op.f("ix_decisions_duty_id"), "decisions", ["duty_id"])
    journal = sa.table(
        "journal",
        sa.column("id"),
        sa.column("at", sa.DateTime(timezone=True)),
        sa.column("who"),
        sa.column("did"),
        sa.column("about"),
        sa.column("detail"),
    )
    bind = op.get_bind()
    known = set(bind.scalars(sa.text("SELECT id FROM duties")))
    lines = sa.select(journal).where(journal.c.did.in_(["accepted", "returned"])).order_by(journal.c.id)
    rows = []
    for line in bind.execute(lines):
        kind, _, duty = line.about.partition(" ")
        if kind != "duty" or not duty.isdecimal() or int(duty) not in known:
            continue
        detail = json.loads(line.detail) if isinstance(line.detail, str) else line.detail
        rows.append(
            {
                "duty_id": int(duty),
                "revision": detail.get("revision", 1),  # the first lines named none: there was one answer
                "verdict": line.did,
                "comment": detail.get("comment"),
                "contributions": detail.get("parts"),
                "who": line.who,
                "at": line.at,
            }
        )
    if rows:
        op.bulk_insert(decisions, rows)
