"""What a field of the plan file is: its name and help in Vietnamese, and the facts that its type cannot say."""

from dataclasses import field
from datetime import date
from typing import Any, NamedTuple

REQUIRED: Any = object()


class MonthDay(NamedTuple):
    """A day of every year, written `MM-DD` in the file."""

    month: int
    day: int

    def in_year(self, year: int) -> date:
        """Return this day in `year`."""
        return date(year, self.month, self.day)


def plan_field(label: str, doc: str, default: Any = REQUIRED, **facts: Any) -> Any:
    """Return a dataclass field: its name and help in Vietnamese, further facts for reader and schema."""
    metadata = {"label": label, "doc": doc, **facts}
    if default is REQUIRED:
        return field(metadata=metadata)
    return field(default_factory=lambda: default, metadata=metadata)
