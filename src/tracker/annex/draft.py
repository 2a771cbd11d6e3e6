"""What was read of an annex: headings, rows as printed, and every doubt about them."""

from dataclasses import dataclass, field

from tracker.errors import Fault


@dataclass(slots=True)
class DraftHeading:
    """A heading of the table."""

    place: str
    title: str
    number: str = ""
    section: str = ""
    """The part that it opens or stands in: `II`, `A`; empty where the table has no parts."""
    doubts: list[str] = field(default_factory=list)
    has_rows: bool = False


@dataclass(slots=True)
class DraftRow:
    """A row of the table as printed; what is read of it stands beside it, and `doubts` say what is not certain."""

    place: str
    number: str
    title: str
    heading: DraftHeading | None = None
    subtasks: list[str] = field(default_factory=list)
    lead: str = ""
    coordinating: str = ""
    time: str = ""
    product: str = ""
    funding: str = ""
    note: str = ""
    years: set[int] = field(default_factory=set)
    doubts: list[str] = field(default_factory=list)
    parent: "DraftRow | None" = None
    """The row that this one is a subtask of, where it has agencies or a time of its own."""
    is_heading: bool = False
    """Its subtasks stand as rows of their own, and it has no agency: it is read as a heading."""

    def doubt(self, what: str) -> None:
        """Note once that something of this row is not certain."""
        if what not in self.doubts:
            self.doubts.append(what)


@dataclass(slots=True)
class Draft:
    """All that was read of a file."""

    rows: list[DraftRow] = field(default_factory=list)
    headings: list[DraftHeading] = field(default_factory=list)
    unread: list[Fault] = field(default_factory=list)
    """What could not be read at all: where, what, and the way out."""
