"""What the reader could make of a plan file, faults or not: rules are held against it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tracker.plan.model import Activity
from tracker.plan.tree import Fault, Place

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """What the reader could make of each section, and where every value stands; what failed is None."""

    file: str
    sections: Mapping[str, Any]
    places: Mapping[Path, Place]

    def rows(self, section: str, cls: type) -> Iterator[tuple[Path, Any]]:
        """Yield the rows of `section` that could be read, each with its path."""
        found = self.sections.get(section)
        items: Iterable[tuple[str | int, Any]] = ()
        if isinstance(found, tuple):
            items = enumerate(found, 1)
        elif isinstance(found, dict):
            items = found.items()
        return (((section, key), row) for key, row in items if isinstance(row, cls))

    def say(self, path: Path, named: str, what: str, remedy: str) -> Fault:
        """Return a fault at `path`, called `named`."""
        nearest = path
        while nearest not in self.places:
            nearest = nearest[:-1]
        return Fault(self.file, self.places[nearest], named, what, remedy)


def where(path: Path, titles: Mapping[Path, str]) -> str:
    """Return how a fault names `path`: by the row's printed id where it has one, `II.14.lead`."""
    for cut in range(len(path), 0, -1):
        if path[:cut] in titles:
            return ".".join([titles[path[:cut]], *map(str, path[cut:])])
    return ".".join(map(str, path))


def names_of(sections: Mapping[str, Any]) -> dict[str, frozenset[str]]:
    """Return the ids the file defines, by kind; also those of rows that have faults of their own.

    A kind whose section or ids could not be read is left out: that is one fault, not one for every row naming it.
    """
    names = {}
    for kind, section in (("agency", "agencies"), ("group", "groups")):
        rows = sections.get(section, {})
        if isinstance(rows, dict):
            names[kind] = frozenset(rows)
    for kind, lists in (("content", ("content",)), ("row", ("activities", "tasks"))):
        ids = [_id_of(row) for section in lists for row in _listed(sections, section)]
        if None not in ids and len(set(ids)) == len(ids):
            names[kind] = frozenset(ids)
    return names


def _listed(sections: Mapping[str, Any], section: str) -> tuple[Any, ...]:
    """Return the rows of a list; one None where it could not be read."""
    rows = sections.get(section, () if section == "tasks" else None)
    return rows if isinstance(rows, tuple) else (None,)


def _id_of(row: Any) -> Any:
    return getattr(row, "id", None)


def all_rows(seen: Seen) -> Iterator[tuple[Path, Activity]]:
    """Yield the rows of the matrix and the tasks beside it, each with its path."""
    for section in ("activities", "tasks"):
        yield from seen.rows(section, Activity)
