"""What somebody says in one go, typed. Page, workbook, reply and JSON are read into it; `submit.submit` takes it.

Texts are as people typed them: whether they can be used is checked once, in `submit`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What is said of one duty: values, or that nothing happened, or that what is filled in still holds."""

    values: Mapping[str, str] = field(default_factory=dict)
    """By name of `progress.FIELDS`; a field that is left out stays as it was filled in."""
    based_on: int | None = None
    """The revision that the fields were filled from; 0 before the first; None for the newest."""
    unchanged: bool = False
    """What was filled in is the answer, though nobody changed it."""
    nothing: bool = False
    """Nothing happened in the period."""
    reason: str = ""
    """Why nothing did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenFigure:
    """A value for one target."""

    value: str
    based_on: str | None = None
    """The value that the field was filled with; None for the newest."""
    confirmed: str = ""
    """The value that somebody confirmed to be right although it is lower than the last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contributed:
    """What a coordinating agency adds to an activity of another."""

    text: str
    based_on: int | None = None
    """The revision that the field was filled from; None before the first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """Everything that one agency says at once. Entries are called as `form.Entry.name` says."""

    way: str
    """By which it came: a key of `progress.WAYS`."""
    at: datetime | None = None
    """When it was said, where that was before it is taken in."""
    signed_by: str | None = None
    """Name and position of who reports; None where the last signature still holds."""
    answers: Mapping[str, Answered] = field(default_factory=dict)
    """By the name of the entry."""
    figures: Mapping[str, GivenFigure] = field(default_factory=dict)
    """By target id."""
    contributions: Mapping[str, Contributed] = field(default_factory=dict)
    """By activity id."""
    only: str | None = None
    """The one entry, or coordinated activity, that is sent alone; the rest is left for later."""
