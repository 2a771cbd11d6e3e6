"""What a letter mentions is a row each, read from the list that stood with the letter; the list is dropped."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward; ids of duties that the store does not have are left out."""
    letter_duties = op.create_table(
        "letter_duties",
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("duty_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["letters.id"], name=op.f("fk_letter_duties_letter_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["duty_id"], ["duties.id"], name=op.f("fk_letter_duties_duty_id")),
        sa.PrimaryKeyConstraint("letter_id", "duty_id", name=op.f("pk_letter_duties")),
    )
    op.create_index(op.f("ix_letter_duties_duty_id"), "letter_duties", ["duty_id"])
    op.create_index(op.f("ix_letters_period_id"), "letters", ["period_id"])
    bind = op.get_bind()
    known = set(bind.scalars(sa.text("SELECT id FROM duties")))
    letters = bind.execute(sa.text("SELECT id, duties FROM letters ORDER BY id")).all()
    rows = [
        {"letter_id": letter_id, "duty_id": duty}
        for letter_id, listed in letters
        for duty in sorted(known.intersection(json.loads(listed) if isinstance(listed, str) else listed))
    ]
    if rows:
        op.bulk_insert(letter_duties, rows)
    op.drop_column("letters", "duties")
