"""The mapped tables. Times are UTC instants, days are plain dates in the plan's zone, texts are NFC."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from tracker.plan.document import THE_ONE
from tracker.progress import DutyState, UpdateStatus
from tracker.store.access_tables import ApiToken, DeskSession, SignIn
from tracker.store.base import Base
from tracker.store.engine import ExactNumber
from tracker.store.mail_tables import Bounce, Letter, LetterDuty, Link, Message, Purpose

__all__ = [
    "ApiToken",
    "Base",
    "Bounce",
    "Completion",
    "Contribution",
    "Decision",
    "DeskSession",
    "Draft",
    "Duty",
    "Evidence",
    "Figure",
    "JournalEntry",
    "Letter",
    "LetterDuty",
    "Link",
    "Message",
    "Pause",
    "Period",
    "PlanVersion",
    "Purpose",
    "Report",
    "SignIn",
    "Update",
]


class PlanVersion(Base):
    """A plan that was applied, kept whole as the text of its file. The newest of each plan is in force."""

    __tablename__ = "plan_versions"
    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[str] = mapped_column(sa.String(40), default=THE_ONE, server_default=THE_ONE, index=True)
    """Which plan it is a version of."""
    digest: Mapped[str] = mapped_column(sa.String(64))
    text: Mapped[str] = mapped_column(sa.Text)
    applied_at: Mapped[datetime]
    applied_by: Mapped[str] = mapped_column(sa.String(200))


class Period(Base):
    """A reporting period: a year, the phase, or an ad hoc request."""

    __tablename__ = "periods"
    __table_args__ = (sa.UniqueConstraint("plan_id", "code"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[str] = mapped_column(sa.String(40), default=THE_ONE, server_default=THE_ONE)
    code: Mapped[str] = mapped_column(sa.String(40))
    kind: Mapped[str] = mapped_column(sa.String(20))
    title: Mapped[str] = mapped_column(sa.String(300))
    opens: Mapped[date]
    due: Mapped[date]
    closes: Mapped[date]
    years: Mapped[list[int]] = mapped_column(sa.JSON)
    """The plan years whose activities the period asks about."""
    activities: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    """Chosen activity ids; empty means all of those years."""
    agencies: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    """Chosen lead agencies; empty means all."""
    opening: Mapped[str] = mapped_column(sa.Text, default="", server_default=sa.text("''"))
    closing: Mapped[str] = mapped_column(sa.Text, default="", server_default=sa.text("''"))
    """The memo's first and last words, where the coordinator wrote them; empty: the template's."""

    @property
    def name(self) -> str:
        """Return what it is called among all plans: its code, behind the plan's own id where there is one."""
        return self.code if self.plan_id == THE_ONE else f"{self.plan_id}@{self.code}"


class Duty(Base):
    """One agency owes one report on one activity for one period."""

    __tablename__ = "duties"
    __table_args__ = (
        sa.UniqueConstraint("period_id", "activity_id", "agency_id"),
        # What the desk counts stands in these whole.
        sa.Index("ix_duties_by_agency", "period_id", "agency_id", "state", "due"),
        sa.Index("ix_duties_by_activity", "period_id", "activity_id", "state"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    period_id: Mapped[int] = mapped_column(sa.ForeignKey("periods.id"))
    activity_id: Mapped[str] = mapped_column(sa.String(40))
    agency_id: Mapped[str] = mapped_column(sa.String(40), index=True)
    due: Mapped[date]
    state: Mapped[DutyState] = mapped_column(default=DutyState.EXPECTED)
    comment: Mapped[str | None] = mapped_column(sa.Text)
    """Why the coordinator returned it; None in every other state."""


class Update(Base):
    """What an agency said of a duty, once; a correction is the next revision."""

    __tablename__ = "updates"
    __table_args__ = (sa.UniqueConstraint("duty_id", "revision"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    duty_id: Mapped[int] = mapped_column(sa.ForeignKey("duties.id"))
    revision: Mapped[int]
    status: Mapped[UpdateStatus]
    percent: Mapped[int | None]
    result: Mapped[str] = mapped_column(sa.Text)
    difficulties: Mapped[str] = mapped_column(sa.Text, default="")
    causes: Mapped[str] = mapped_column(sa.Text, default="")
    proposals: Mapped[str] = mapped_column(sa.Text, default="")
    said_by: Mapped[str] = mapped_column(sa.String(200))
    said_at: Mapped[datetime]
    said_on: Mapped[date]
    """The day in the plan's zone, which decides whether a report is on time."""
    way: Mapped[str] = mapped_column(sa.String(20))
    """`page`; `workbook` and `reply` are kept for their rooms."""
    illustration: Mapped[bool] = mapped_column(default=False)
    receipt_id: Mapped[int | None] = mapped_column(sa.ForeignKey("letters.id"))


class Figure(Base):
    """A value an agency gave for a target in a period; a correction is the next revision."""

    __tablename__ = "figures"
    __table_args__ = (sa.UniqueConstraint("period_id", "target_id", "agency_id", "revision"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    period_id: Mapped[int] = mapped_column(sa.ForeignKey("periods.id"))
    target_id: Mapped[str] = mapped_column(sa.String(40))
    agency_id: Mapped[str] = mapped_column(sa.String(40))
    revision: Mapped[int]
    value: Mapped[Decimal] = mapped_column(ExactNumber)
    said_by: Mapped[str] = mapped_column(sa.String(200))
    said_at: Mapped[datetime]
    way: Mapped[str] = mapped_column(sa.String(20))
    illustration: Mapped[bool] = mapped_column(default=False)


class Evidence(Base):
    """A file that an agency gave for what it says of a duty; its bytes lie under `stored_as` in var/evidence."""

    __tablename__ = "evidence"
    id: Mapped[int] = mapped_column(primary_key=True)
    duty_id: Mapped[int] = mapped_column(sa.ForeignKey("duties.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(150))
    """As the agency called it, its ending put right."""
    stored_as: Mapped[str] = mapped_column(sa.String(32), unique=True)
    """Made up, so that no name that was sent ever becomes a path."""
    media_type: Mapped[str] = mapped_column(sa.String(100))
    size: Mapped[int]
    """Bytes."""
    digest: Mapped[str] = mapped_column(sa.String(64))
    given_by: Mapped[str] = mapped_column(sa.String(200))
    given_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
    """When the agency took it back; the file stays."""
    illustration: Mapped[bool] = mapped_column(default=False)


class Contribution(Base):
    """What a coordinating agency says of its share in a lead's activity; a correction is the next revision."""

    __tablename__ = "parts"
    __table_args__ = (sa.UniqueConstraint("duty_id", "agency_id", "revision"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    duty_id: Mapped[int] = mapped_column(sa.ForeignKey("duties.id"))
    """The lead's."""
    agency_id: Mapped[str] = mapped_column(sa.String(40))
    """Whose words these are."""
    revision: Mapped[int]
    text: Mapped[str] = mapped_column(sa.Text)
    said_by: Mapped[str] = mapped_column(sa.String(200))
    said_at: Mapped[datetime]
    said_on: Mapped[date]
    """The day in the plan's zone."""
    illustration: Mapped[bool] = mapped_column(default=False)


class Decision(Base):
    """What a coordinator decided on an answer; only ever added to, the last one of a revision counts."""

    __tablename__ = "decisions"
    id: Mapped[int] = mapped_column(primary_key=True)
    duty_id: Mapped[int] = mapped_column(sa.ForeignKey("duties.id"), index=True)
    revision: Mapped[int]
    """Of the answer that was decided on."""
    verdict: Mapped[str] = mapped_column(sa.String(20))
    """`accepted` or `returned`, as DutyState calls it."""
    comment: Mapped[str | None] = mapped_column(sa.Text)
    """Why it was returned."""
    contributions: Mapped[int | None]
    """How many revisions of contributions the person saw; None where that was not recorded yet."""
    who: Mapped[str] = mapped_column(sa.String(200))
    at: Mapped[datetime]


class Draft(Base):
    """What stands typed on an agency's page and was saved but not sent; one for each page."""

    __tablename__ = "drafts"
    __table_args__ = (sa.UniqueConstraint("period_id", "agency_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    period_id: Mapped[int] = mapped_column(sa.ForeignKey("periods.id"))
    agency_id: Mapped[str] = mapped_column(sa.String(40))
    typed: Mapped[dict[str, Any]]
    saved_at: Mapped[datetime]


class Pause(Base):
    """Reminders that a coordinator holds back: of an agency, or of one of its activities."""

    __tablename__ = "pauses"
    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[str] = mapped_column(sa.String(40), default=THE_ONE, server_default=THE_ONE)
    """Of which plan's reminders."""
    agency_id: Mapped[str] = mapped_column(sa.String(40), index=True)
    activity_id: Mapped[str | None] = mapped_column(sa.String(40))
    """None where all of the agency's activities pause."""
    until: Mapped[date]
    """The last day of the pause."""
    reason: Mapped[str] = mapped_column(sa.Text)
    paused_by: Mapped[str] = mapped_column(sa.String(200))
    paused_at: Mapped[datetime]
    lifted_at: Mapped[datetime | None]


class Report(Base):
    """A compiled memo: its frozen snapshot, whole, and the digest of that."""

    __tablename__ = "reports"
    __table_args__ = (sa.UniqueConstraint("period_id", "number"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    period_id: Mapped[int] = mapped_column(sa.ForeignKey("periods.id"))
    number: Mapped[int]
    digest: Mapped[str] = mapped_column(sa.String(64))
    snapshot: Mapped[str] = mapped_column(sa.Text)
    compiled_at: Mapped[datetime]
    compiled_by: Mapped[str] = mapped_column(sa.String(200))
    choice: Mapped[str] = mapped_column(sa.Text, default="", server_default=sa.text("''"))
    """Which part of the period it tells; empty for all of it."""
    final: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    """The one that is signed. What is reported later is not merged into it."""


class Completion(Base):
    """When a flow that runs on a schedule last completed; no row: nobody runs it here. Times of the real clock."""

    __tablename__ = "completions"
    flow: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    """`remind`, `collect`, `report`."""
    expected_since: Mapped[datetime]
    """When a service first began to run it."""
    completed_at: Mapped[datetime | None]


class JournalEntry(Base):
    """Who did what, when; only ever added to."""

    __tablename__ = "journal"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    who: Mapped[str] = mapped_column(sa.String(200))
    did: Mapped[str] = mapped_column(sa.String(60))
    about: Mapped[str] = mapped_column(sa.String(200), index=True)
    detail: Mapped[dict[str, Any]]
