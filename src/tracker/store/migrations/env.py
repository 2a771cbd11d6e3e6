"""Alembic's entry: runs the migrations on the connection that `store.engine` hands over."""

from typing import Any, Literal

from alembic import context
from sqlalchemy.types import TypeDecorator

from tracker.store.tables import Base


def plain_types(kind: str, item: Any, _context: object) -> str | Literal[False]:
    """Write our own column types as the plain ones beneath, so that old migrations stand alone."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl!r}"
    return False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection, target_metadata=Base.metadata, render_as_batch=True, render_item=plain_types
)
context.run_migrations()
