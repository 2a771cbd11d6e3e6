"""What a program sends and asks for, typed, and a submission read into `answers.submission.Submission`."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, WithJsonSchema

from tracker.answers.submission import Answered, Contributed, GivenFigure, Submission
from tracker.errors import Fault, Faults
from tracker.progress import TEXTS, DutyState, UpdateStatus
from tracker.words import number_words

MOST = 200
"""Rows in one answer."""
LONGEST_PLACE = 100
MOST_ENTRIES = 2_000
"""Entries, targets or activities in one submission: a database takes only so many names in one question."""
MOST_FAULTS = 200
LARGEST_ID = 999_999_999
"""Every database holds it."""


class Sent(BaseModel):
    """What all of them share: an unknown name is a fault, and no text is taken for a number."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def _digits(text: object) -> object:
    if isinstance(text, str) and text.isascii() and text.isdecimal() and len(text) < 10:
        return int(text)
    raise ValueError("write a whole number in digits")


class Asked(BaseModel):
    """What an address asks for; an unknown name is a fault."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Page(Asked):
    """Some rows of many."""

    after: Annotated[int, BeforeValidator(_digits)] = Field(
        0, ge=0, le=LARGEST_ID, description="Only what has a larger id: the `next` of the answer before."
    )
    limit: Annotated[int, BeforeValidator(_digits)] = Field(100, ge=1, le=MOST, description="How many at most.")
    agency: str | None = Field(None, max_length=40, description="Only of the agency with this id.")


class DutyPage(Page):
    """Some duties."""

    state: DutyState | None = Field(None, description="Only those that stand so.")


class AnswerBody(Sent):
    """What is said of one entry. A text that is left out stays as it was."""

    status: Annotated[UpdateStatus, Field(strict=False)] | None = None
    percent: int | None = Field(None, ge=0, le=100)
    result: str | None = None
    difficulties: str | None = None
    causes: str | None = None
    proposals: str | None = None
    based_on: int | None = Field(
        None, ge=0, le=LARGEST_ID, description="The revision that you read; a later one is then a conflict."
    )
    unchanged: bool = Field(False, description="What stands, or stood in the period before, is the answer.")
    nothing: bool = Field(False, description="Nothing happened in the period; say why.")
    reason: str = ""

    def read(self) -> Answered:
        """Return it as `submit` takes it."""
        given: dict[str, object] = {name: getattr(self, name) for name in ("status", "percent", *TEXTS)}
        return Answered(
            values={name: str(value) for name, value in given.items() if value is not None},
            based_on=self.based_on,
            unchanged=self.unchanged,
            nothing=self.nothing,
            reason=self.reason,
        )


Number = Annotated[
    Decimal,
    Field(strict=False, ge=0, le=1_000_000_000, decimal_places=4, allow_inf_nan=False),
    WithJsonSchema({"type": "number", "minimum": 0, "maximum": 1_000_000_000}),
]


class FigureBody(Sent):
    """A value for one target, with at most four decimals."""

    value: Number
    based_on: Number | None = Field(None, description="The value that you read; another one is then a conflict.")
    confirmed_lower: bool = Field(False, description="The value is right although it fell.")

    def read(self) -> GivenFigure:
        """Return it as `submit` takes it: as people here write numbers."""
        value = number_words(self.value)
        return GivenFigure(
            value=value,
            based_on=None if self.based_on is None else number_words(self.based_on),
            confirmed=value if self.confirmed_lower else "",
        )


class ContributionBody(Sent):
    """What the agency adds to an activity of another."""

    text: str
    based_on: int | None = Field(None, ge=0, le=LARGEST_ID, description="The revision that you read.")

    def read(self) -> Contributed:
        """Return it as `submit` takes it."""
        return Contributed(text=self.text, based_on=self.based_on)


Name = Annotated[str, Field(pattern=r"^[\w.@-]{1,100}$")]


class SubmissionBody(Sent):
    """Everything that an agency says at once: recorded whole, or not at all."""

    signed_by: str = Field(description="Name and position of who reports.")
    answers: Mapping[Name, AnswerBody] = Field(
        default={}, max_length=MOST_ENTRIES, description="By `entry` of the form."
    )
    figures: Mapping[Name, FigureBody] = Field(default={}, max_length=MOST_ENTRIES, description="By target id.")
    contributions: Mapping[Name, ContributionBody] = Field(
        default={}, max_length=MOST_ENTRIES, description="By activity id."
    )

    def read(self) -> Submission:
        """Return it as `submit` takes it."""
        return Submission(
            way="api",
            signed_by=self.signed_by,
            answers={name: one.read() for name, one in self.answers.items()},
            figures={name: one.read() for name, one in self.figures.items()},
            contributions={name: one.read() for name, one in self.contributions.items()},
        )


def read_json(raw: bytes) -> object:
    """Return what the JSON text `raw` holds, its numbers exact; ValueError where it is none, or twice a name."""
    try:
        return json.loads(raw, parse_float=Decimal, parse_constant=_refuse, object_pairs_hook=_once)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def checked(kind: type[BaseModel], given: object) -> Any:
    """Return `given` as a `kind`; raises Faults, each with its place."""
    try:
        return kind.model_validate(given)
    except ValidationError as error:
        wrong = error.errors(include_url=False, include_context=False, include_input=False)[:MOST_FAULTS]
        raise Faults(_fault(one["loc"], one["msg"]) for one in wrong) from error


def _fault(loc: tuple[int | str, ...], message: str) -> Fault:
    places = [str(part).encode(errors="replace").decode()[:LONGEST_PLACE] for part in loc]
    entry, field = (places[1], ".".join(places[2:])) if len(places) > 2 else ("", ".".join(places))
    return Fault((entry, field), message, "see /api/openapi.json")


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands twice in one object")
    return found


def _refuse(constant: str) -> object:
    raise ValueError(f"{constant} is no number")
