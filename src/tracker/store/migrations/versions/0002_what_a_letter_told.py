"""What a letter told and its whole message; pauses; addresses from which letters came back."""

import zlib
from datetime import timedelta

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None
HANOI = timedelta(hours=7)
"""What a stored UTC time needs to give the day in Vietnam."""


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "pauses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.String(length=40), nullable=False),
        sa.Column("activity_id", sa.String(length=40), nullable=True),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("paused_by", sa.String(length=200), nullable=False),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pauses")),
    )
    op.create_index(op.f("ix_pauses_agency_id"), "pauses", ["agency_id"])
    op.create_table(
        "bounces",
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["letter_id"], ["letters.id"], name=op.f("fk_bounces_letter_id")),
        sa.PrimaryKeyConstraint("address", name=op.f("pk_bounces")),
    )
    op.create_index(op.f("ix_links_agency_id"), "links", ["agency_id"])
    _drop_unsent()
    with op.batch_alter_table("letters") as letters:
        letters.add_column(sa.Column("cc", sa.JSON(), nullable=True))
        letters.add_column(sa.Column("duties", sa.JSON(), nullable=True))
        letters.add_column(sa.Column("stage_day", sa.Date(), nullable=True))
        letters.add_column(sa.Column("plan_version_id", sa.Integer(), nullable=True))
        letters.add_column(sa.Column("message", sa.LargeBinary(), nullable=True))
        letters.drop_column("html")
        letters.create_foreign_key(
            op.f("fk_letters_plan_version_id"), "plan_versions", ["plan_version_id"], ["id"]
        )
        letters.create_index(op.f("ix_letters_message_id"), ["message_id"])
        letters.drop_index("ix_letters_queue")
        letters.create_index("ix_letters_queue", ["state", "try_at", "id"])
    _fill()
    with op.batch_alter_table("letters") as letters:
        for name, kind in (
            ("cc", sa.JSON()),
            ("duties", sa.JSON()),
            ("plan_version_id", sa.Integer()),
            ("message", sa.LargeBinary()),
        ):
            letters.alter_column(name, existing_type=kind, nullable=False)


def _drop_unsent() -> None:
    """Drop what has not left: the next runs find it owed and queue it whole, under the same key and Message-ID."""
    unsent = "(select id from letters where state in ('queued', 'sending'))"
    op.execute(f"update updates set receipt_id = null where receipt_id in {unsent}")  # noqa: S608
    op.execute("delete from letters where state in ('queued', 'sending')")


def _fill() -> None:
    """Say of the letters that have left what can still be known."""
    connection = op.get_bind()
    table = sa.table(
        "letters",
        *(sa.column(name) for name in ("id", "kind", "period_id", "agency_id", "plan_version_id")),
        sa.column("queued_at", sa.DateTime(timezone=True)),
        sa.column("cc", sa.JSON()),
        sa.column("duties", sa.JSON()),
        sa.column("stage_day", sa.Date()),
        sa.column("message", sa.LargeBinary()),
    )
    version = connection.scalar(sa.text("select max(id) from plan_versions"))
    rest = {"cc": [], "duties": [], "plan_version_id": version, "message": zlib.compress(b"")}
    connection.execute(table.update().values(rest))
    owed = sa.text("select id from duties where period_id = :period and agency_id = :agency order by id")
    for letter in connection.execute(sa.select(table).where(table.c.kind == "remind")).all():
        ids = connection.scalars(owed, {"period": letter.period_id, "agency": letter.agency_id}).all()
        told = {"duties": list(ids), "stage_day": (letter.queued_at + HANOI).date()}
        connection.execute(table.update().where(table.c.id == letter.id).values(told))
