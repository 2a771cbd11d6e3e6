"""What the API says, typed: the answers are made of these, and so is their description."""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from tracker.progress import DutyState, Standing, UpdateStatus


class Facts(BaseModel):
    """What all of them share: what stands in one is said, and nothing else."""

    model_config = ConfigDict(extra="forbid", json_schema_serialization_defaults_required=True)


class FaultFacts(Facts):
    """One thing that is wrong: where, what, and the way out."""

    entry: str = Field(description="The entry, target or activity that it is about; empty for the whole.")
    field: str = Field(description="Which field of it.")
    what: str = Field(description="What is wrong; empty where the remedy says it all.")
    remedy: str = Field(description="The way out.")


class Problem(Facts):
    """Why there is no answer. Nothing was changed."""

    status: int
    title: str
    faults: list[FaultFacts] = Field(default=[], description="Everything that is wrong, at once.")


class AgencyFacts(Facts):
    """An agency of the plan."""

    id: str
    name: str
    short: str
    answered_by: str = Field(description="Who answers for it today: its successor, or itself.")


class AreaFacts(Facts):
    """A content area: the heading that activities stand under."""

    id: str
    title: str


class ActivityFacts(Facts):
    """One row of the plan."""

    id: str
    title: str
    area: str
    leads: list[str] = Field(description="The agencies that each owe an answer.")
    years: list[int]
    deadline: date | None


class TargetFacts(Facts):
    """A figure that the plan promises."""

    id: str
    title: str
    unit: str
    at_least: float | None = Field(description="What is to be reached; null where it is a ceiling.")
    at_most: float | None = Field(description="What is not to be passed; mostly null.")
    by: int = Field(description="The year.")


class PlanFacts(Facts):
    """The plan that the token is for, as it is in force."""

    id: str
    code: str
    kind: str
    title: str
    issuer: str
    issued: date
    years: list[int]
    version: int
    coordinator: str
    agencies: list[AgencyFacts]
    areas: list[AreaFacts]
    activities: list[ActivityFacts]
    targets: list[TargetFacts]


class Plans(Facts):
    """The plans that the token may read."""

    plans: list[PlanFacts]


class StandingFacts(Facts):
    """Counts of duties."""

    expected: int = Field(description="All that are asked.")
    answered: int = Field(description="Of these, submitted or accepted.")
    accepted: int
    returned: int
    owed: int = Field(description="Not answered, or returned.")

    @classmethod
    def of(cls, standing: Standing) -> "StandingFacts":
        """Return the same counts."""
        return cls(
            expected=standing.expected,
            answered=standing.answered,
            accepted=standing.accepted,
            returned=standing.returned,
            owed=standing.owed,
        )


class PeriodFacts(Facts):
    """A reporting period that was opened; an answering token counts its own agency's duties alone."""

    code: str
    kind: str
    title: str
    opens: date
    due: date
    closes: date = Field(description="The last day on which answers are taken.")
    years: list[int]
    open: bool = Field(description="Whether it takes answers today.")
    standing: StandingFacts


class Periods(Facts):
    """The periods of the plan, the newest due date first."""

    periods: list[PeriodFacts]


class PeriodStanding(PeriodFacts):
    """A period with its standing by agency and by content area, under their ids."""

    by_agency: dict[str, StandingFacts]
    by_area: dict[str, StandingFacts]


class DutyFacts(Facts):
    """One agency owes one answer on one activity for one period."""

    id: int
    activity: str
    agency: str
    due: date
    state: DutyState
    days_late: int = Field(description="Working days since it was due; 0 where nothing is owed.")
    returned_because: str | None


class Duties(Facts):
    """Some duties of a period, in the order of their ids."""

    duties: list[DutyFacts]
    next: int | None = Field(description="Give it as `after` for more; null where there are none now.")


class AnswerFacts(Facts):
    """One revision of what an agency said of a duty. Answers are only ever added: ids grow."""

    id: int
    duty: int
    activity: str
    agency: str
    revision: int
    newest: bool = Field(description="Whether no later revision stands.")
    state: DutyState = Field(description="Of the duty, today.")
    status: UpdateStatus
    percent: int | None
    result: str
    difficulties: str
    causes: str
    proposals: str
    said_by: str
    said_at: datetime
    way: str = Field(description="page, workbook, reply or api.")
    illustration: bool = Field(description="Made up, to try the tracker out.")


class Answers(Facts):
    """Some answers of a period, in the order in which they came."""

    answers: list[AnswerFacts]
    next: int | None = Field(description="Give it as `after` for more; null where there are none now.")


class FigureFacts(Facts):
    """One revision of a value that an agency gave for a target."""

    id: int
    target: str
    agency: str
    revision: int
    value: float
    said_by: str
    said_at: datetime
    way: str
    illustration: bool


class Figures(Facts):
    """Some figures of a period, in the order in which they came."""

    figures: list[FigureFacts]
    next: int | None = Field(description="Give it as `after` for more; null where there are none now.")


class Words(Facts):
    """What stands in the fields of an entry."""

    status: UpdateStatus | Literal[""]
    percent: int | None
    result: str
    difficulties: str
    causes: str
    proposals: str


class EntryFacts(Facts):
    """One activity that the agency answers on."""

    entry: str = Field(description="What it is called in a submission.")
    activity: str
    title: str
    agency: str = Field(description="Whose duty it was made for.")
    due: date
    state: DutyState
    accepted: bool = Field(description="It can no longer be changed.")
    revision: int = Field(description="Give it as `based_on`; 0 where nothing was said in this period.")
    words: Words
    before: Words | None = Field(description="What was said in the period before.")


class AskedFigure(Facts):
    """One target that the agency reports."""

    target: str
    title: str
    unit: str
    value: float | None = Field(description="Give it as `based_on`.")
    before: float | None = Field(description="In the period before.")


class AskedContribution(Facts):
    """One activity of another that the agency may add to."""

    activity: str
    title: str
    lead: str
    revision: int = Field(description="Give it as `based_on`.")
    text: str


class FormFacts(Facts):
    """All that the token's agency is asked in a period, with what stands."""

    period: str
    agency: str
    open: bool
    signed_by: str = Field(description="Who signed last.")
    entries: list[EntryFacts]
    figures: list[AskedFigure]
    contributions: list[AskedContribution]


class RecordedAnswer(Facts):
    """An answer that was recorded."""

    entry: str
    revision: int


class RecordedFigure(Facts):
    """A figure that was recorded."""

    target: str
    revision: int
    value: float


class RecordedContribution(Facts):
    """A contribution that was recorded."""

    activity: str
    revision: int


class ReceiptFacts(Facts):
    """What was recorded, all in one go; empty where all of it was in the record before."""

    signed_by: str
    answers: list[RecordedAnswer]
    figures: list[RecordedFigure]
    contributions: list[RecordedContribution]
