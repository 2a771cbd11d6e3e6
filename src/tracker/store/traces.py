"""What a reading asked the store and was given, to tell later whether it would be given the same again.

Which statements are asked depends on nothing but the answers to those before them. So while all are answered as
they were, the whole reading would go the same way, whoever has written since: no writer has to tell anybody.
"""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Trace:
    """Statements as the driver got them, with their values, and the rows that came."""

    asked: list[tuple[str, Any]]
    given: list[list[Any]]

    def holds(self, session: Session) -> bool:
        """Say whether every statement gives the same rows now."""
        answers = zip(self.given, _answers(session, self.asked), strict=True)
        return all(then == now for then, now in answers)


def traced(session: Session, read: Callable[[], T]) -> tuple[T, Trace]:
    """Return what `read` returns, and the trace of what it asked in `session`, which only reads."""
    asked: list[tuple[str, Any]] = []

    def note(_: object, __: object, statement: str, values: Any, *___: object) -> None:
        asked.append((statement, values))

    connection = session.connection()
    sa.event.listen(connection, "before_cursor_execute", note)
    try:
        found = read()
    finally:
        sa.event.remove(connection, "before_cursor_execute", note)
    # A session that only reads sees one moment throughout: these are the rows that `read` was given.
    return found, Trace(asked, list(_answers(session, asked)))


def _answers(session: Session, asked: list[tuple[str, Any]]) -> Iterator[list[Any]]:
    # Straight from the driver: SQLAlchemy's own way takes three times as long as the statements do.
    connection = session.connection()
    with closing(connection.connection.cursor()) as cursor:
        for statement, values in asked:
            try:
                cursor.execute(statement, values)
                rows = cursor.fetchall()
            except connection.dialect.loaded_dbapi.Error as why:
                raise sa.exc.DBAPIError(statement, values, why) from why
            yield list(rows)
