"""The frozen facts of a memo. Everything the memo says is counted or quoted from here, and from nowhere else."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal

from pydantic import TypeAdapter
from sqlalchemy.orm import Session

from tracker.plan.model import Header, Letterhead, Plan
from tracker.progress import DutyState, Timeliness, UpdateStatus, timeliness
from tracker.settings import ZONE
from tracker.store.duties import duties_of, plan_order
from tracker.store.evidence import evidence_of
from tracker.store.periods import previous_period
from tracker.store.tables import Duty, Evidence, Figure, Period, PlanVersion, Update
from tracker.store.updates import latest_figures, latest_updates


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """An agency's own words on an activity, and when they came."""

    status: UpdateStatus
    percent: int | None
    result: str
    difficulties: str
    causes: str
    proposals: str
    by: str
    on: date
    way: str
    revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One duty as it stood: the activity, who owes it, and what was said of it."""

    id: str
    title: str
    area: str
    lead: str
    coordinating: str
    years: tuple[int, ...]
    due: date
    state: DutyState
    cell: Timeliness
    said: Said | None

    @property
    def late(self) -> bool:
        """Say whether its report came after the due date."""
        return self.said is not None and self.said.on > self.due


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A content area's heading."""

    id: str
    title: str
    direction: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """A target and what was reported of it, now and in the period before; None where nothing was."""

    title: str
    unit: str
    printed: str
    at_least: Decimal
    value: Decimal | None
    before: Decimal | None

    @property
    def reached(self) -> bool:
        """Say whether the reported value is at least what the plan wants."""
        return self.value is not None and self.value >= self.at_least


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A file that an agency gave for what it said."""

    id: str
    """Of the activity."""
    lead: str
    name: str
    size: int
    digest: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Coming:
    """An activity of the year after."""

    id: str
    title: str
    lead: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The period as the memo names it."""

    code: str
    title: str
    kind: str
    due: date
    years: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """All facts of one memo."""

    plan: Header
    plan_version: int
    plan_digest: str
    coordinator: str
    letterhead: Letterhead
    period: Asked
    as_of: date
    areas: tuple[Area, ...]
    rows: tuple[Row, ...]
    """The activities."""
    goals: tuple[Goal, ...]
    coming: tuple[Coming, ...]
    illustration: bool
    localities: tuple[Row, ...] = ()
    """What localities report of their areas; they are no activities and are counted apart."""
    proofs: tuple[Proof, ...] = ()

    def as_json(self) -> str:
        """Return the snapshot as JSON: the same facts give the same letters."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True, indent=1, default=str)


def digest(text: str) -> str:
    """Return the SHA-256 of a snapshot's JSON, by which a memo can be traced to its facts."""
    return hashlib.sha256(text.encode()).hexdigest()


def read_snapshot(text: str) -> Snapshot:
    """Return the snapshot that `as_json` wrote."""
    return TypeAdapter(Snapshot).validate_json(text)


def take_snapshot(session: Session, version: PlanVersion, plan: Plan, period: Period, as_of: date) -> Snapshot:
    """Freeze what is known of `period`: every duty that is asked, answered or not, with its newest words."""
    duties = plan_order(plan, duties_of(session, period))
    area = plan.area_activity.id if plan.area_activity else None
    said = latest_updates(session, duties)
    figures = latest_figures(session, period)
    earlier = previous_period(session, period)
    before = latest_figures(session, earlier) if earlier else {}
    reporters = {target.id: target.reported_by for target in plan.targets}
    proofs = evidence_of(session, duties)
    used = [figure for key, figure in figures.items() if reporters.get(key[0]) == key[1]]
    next_year = max(period.years) + 1
    return Snapshot(
        plan=plan.plan,
        plan_version=version.id,
        plan_digest=version.digest,
        coordinator=plan.agencies[plan.plan.coordinator].name,
        letterhead=plan.reporting.letterhead,
        period=Asked(
            code=period.code, title=period.title, kind=period.kind, due=period.due, years=tuple(period.years)
        ),
        as_of=as_of,
        areas=tuple(Area(id=a.id, title=a.title, direction=a.part == "direction") for a in plan.content),
        rows=tuple(_rows(plan, (duty for duty in duties if duty.activity_id != area), said, as_of)),
        localities=tuple(_rows(plan, (duty for duty in duties if duty.activity_id == area), said, as_of)),
        goals=tuple(_goals(plan, figures, before)),
        coming=tuple(
            Coming(id=a.id, title=a.title, lead=plan.holder(a.lead, date(next_year, 1, 1)).short)
            for a in plan.activities_of(next_year)
        ),
        proofs=tuple(_proofs(plan, duties, proofs)),
        illustration=any(update.illustration for update in said.values())
        or any(figure.illustration for figure in used)
        or any(file.illustration for file in proofs),
    )


def _rows(plan: Plan, duties: Iterable[Duty], said: dict[int, Update], as_of: date) -> Iterable[Row]:
    for duty in duties:
        activity, update = plan.by_id[duty.activity_id], said.get(duty.id)
        yield Row(
            id=activity.id,
            title=activity.title,
            area=activity.content,
            lead=plan.agencies[duty.agency_id].short,
            coordinating=plan.coordinating_words(activity),
            years=activity.years,
            due=duty.due,
            state=duty.state,
            cell=timeliness(
                update.status if update else None, update.said_on if update else None, duty.due, as_of
            ),
            said=_said(update) if update else None,
        )


def _proofs(plan: Plan, duties: Iterable[Duty], files: Iterable[Evidence]) -> Iterable[Proof]:
    given: dict[int, list[Evidence]] = {}
    for file in files:
        given.setdefault(file.duty_id, []).append(file)
    for duty in duties:
        for file in given.get(duty.id, ()):
            yield Proof(
                id=duty.activity_id,
                lead=plan.agencies[duty.agency_id].short,
                name=file.name,
                size=file.size,
                digest=file.digest,
                on=file.given_at.astimezone(ZONE).date(),
            )


def _said(update: Update) -> Said:
    return Said(
        status=update.status,
        percent=update.percent,
        result=update.result,
        difficulties=update.difficulties,
        causes=update.causes,
        proposals=update.proposals,
        by=update.said_by,
        on=update.said_on,
        way=update.way,
        revision=update.revision,
    )


def _goals(
    plan: Plan, now: dict[tuple[str, str], Figure], before: dict[tuple[str, str], Figure]
) -> Iterable[Goal]:
    for target in plan.targets:
        key = (target.id, target.reported_by)
        yield Goal(
            title=target.title,
            unit=target.unit,
            printed=target.printed or f"{target.at_least:f} {target.unit}",
            at_least=target.at_least,
            value=now[key].value if key in now else None,
            before=before[key].value if key in before else None,
        )
