"""Which reminders are owed on a day. Pure: it is derived from the record and today, never from the last run.

A duty's stage is over once a letter names the duty; after a week with the machine off each agency is owed the
newest stage it missed, once. What a letter has named already is not asked again, whoever plans and however often.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from tracker.calendar import Stage, WorkingDays, escalation, ladder, newest
from tracker.plan.model import Agency, Plan, Stages
from tracker.progress import ANSWERED, OWED
from tracker.store.letters import LetterHistory
from tracker.store.tables import Duty, Pause, Period


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """One letter owed to an agency: at which stage, about what."""

    period: Period
    agency: Agency
    stage: Stage
    due: date
    """The due date whose stage it is; some of the duties may have dates of their own."""
    today: date
    """The day on which it is owed."""
    days_left: int
    """Working days until `due`; negative after it."""
    duties: tuple[Duty, ...]
    """All that the agency owes in the period and that is not paused, what is late first."""
    answered: int
    """How many of its duties it has answered."""
    fresh: bool
    """No letter has told the agency of this yet."""
    key: str
    """The letter's key, `remind:2024:so-cong-thuong:before-5`."""

    @property
    def late(self) -> int:
        """Return how many of its duties are late; they stand in front."""
        return sum(duty.due < self.today for duty in self.duties)


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation:
    """One letter owed to the coordinator: who is late, at the stage `coordinator` or `dispatch`."""

    period: Period
    stage: Stage
    late: tuple[tuple[Agency, tuple[Duty, ...]], ...]
    """The agencies that have reached the stage, each with what it owes and is late."""
    new: frozenset[str]
    """The ids of those with something that no letter has told the coordinator at its stage yet."""
    key: str

    @property
    def fresh(self) -> bool:
        """Say whether it tells anything new."""
        return bool(self.new)


class Season:
    """A period as it stands on a day: who holds which duties, and the stages each has reached."""

    def __init__(
        self, plan: Plan, period: Period, duties: Iterable[Duty], pauses: Collection[Pause], today: date
    ) -> None:
        self.plan, self.period, self.today = plan, period, today
        self.office = WorkingDays(plan.reporting.calendar)
        self._rules: dict[tuple[str, str], Stages] = {}
        self._pauses = [pause for pause in pauses if today <= pause.until and pause.lifted_at is None]
        self.held: defaultdict[str, list[Duty]] = defaultdict(list)
        for duty in duties:
            self.held[plan.holder(duty.agency_id, today).id].append(duty)

    @property
    def open(self) -> bool:
        """Say whether anything can be owed today."""
        return self.period.opens <= self.today <= self.period.closes

    def owed_by(self, agency_id: str) -> list[Duty]:
        """Return what an agency owes and is not paused, what is due first in front."""
        owed = [duty for duty in self.held.get(agency_id, ()) if duty.state in OWED]
        return sorted((duty for duty in owed if not self._paused(duty, agency_id)), key=lambda duty: duty.due)

    def rules(self, duty: Duty) -> Stages:
        """Return when reminders about `duty` are written."""
        key = (duty.activity_id, duty.agency_id)
        if key not in self._rules:
            self._rules[key] = self.plan.stages_of(*key)
        return self._rules[key]

    def stage(self, duty: Duty) -> Stage | None:
        """Return the newest stage of its agency's ladder that `duty` has reached."""
        return newest(ladder(self.rules(duty), self.office, self.period.opens, duty.due), self.today)

    def escalated(self, duty: Duty) -> Stage | None:
        """Return the newest stage of the coordinator's ladder that `duty` has reached."""
        return newest(escalation(self.rules(duty), self.office, duty.due), self.today)

    def _paused(self, duty: Duty, agency_id: str) -> bool:
        return any(holds_back(pause, duty, agency_id) for pause in self._pauses)


def holds_back(pause: Pause, duty: Duty, agency_id: str) -> bool:
    """Say whether `pause`, while it runs, is about `duty`, which `agency_id` answers for now."""
    return pause.agency_id in {agency_id, duty.agency_id} and pause.activity_id in {None, duty.activity_id}


def owed_reminders(season: Season, history: LetterHistory) -> Iterator[Reminder]:
    """Yield the reminders of a period that are owed on its day, one an agency, in the plan's order.

    Agencies that owe nothing get none; after the period has closed nobody does. From a successor's date on, the
    successor is written to.
    """
    if not season.open:
        return
    for agency in season.plan.agencies.values():
        owed = season.owed_by(agency.id)
        reached = {duty.id: (stage, duty.due) for duty in owed if (stage := season.stage(duty))}
        if not reached:
            continue
        # On a day with several stages the head comes first: that letter asks for all, no other asks the head.
        stage, due = max(
            reached.values(),
            key=lambda one: (one[0].day, one[0].name == "head", one[1] == season.period.due, one[0].name),
        )
        own = "" if due == season.period.due else f"@{due}"
        yield Reminder(
            period=season.period,
            agency=agency,
            stage=stage,
            due=due,
            today=season.today,
            days_left=season.office.between(season.today, due),
            duties=tuple(owed),
            answered=sum(duty.state in ANSWERED for duty in season.held[agency.id]),
            fresh=any(
                history.reminder_days.get(duty, date.min) < own_stage.day
                for duty, (own_stage, _) in reached.items()
            ),
            key=history.next_free_key(f"remind:{season.period.name}:{agency.id}:{stage.name}{own}"),
        )


def owed_escalations(season: Season, history: LetterHistory) -> Iterator[Escalation]:
    """Yield what the coordinator is to be told of on the day: at most a list, and a paper to sign.

    An agency stands at the newest stage it has reached, and is told of with all others that stand there, as soon
    as one of them has a duty that was not told at its stage: one that was paused then, say, or came back later.
    """
    if not season.open:
        return
    new: set[str] = set()
    groups: defaultdict[str, list[tuple[Stage, Agency, tuple[Duty, ...]]]] = defaultdict(list)
    for agency in season.plan.agencies.values():
        late = tuple(duty for duty in season.owed_by(agency.id) if duty.due < season.today)
        reached = {duty.id: stage for duty in late if (stage := season.escalated(duty))}
        if not reached:
            continue
        stage = max(reached.values())
        groups[stage.name].append((stage, agency, late))
        if any(history.escalation_days.get(duty, date.min) < own_stage.day for duty, own_stage in reached.items()):
            new.add(agency.id)
    for name, group in groups.items():
        stage = max(stage for stage, _, _ in group)
        yield Escalation(
            period=season.period,
            stage=stage,
            late=tuple((agency, duties) for _, agency, duties in group),
            new=frozenset(agency.id for _, agency, _ in group if agency.id in new),
            key=history.next_free_key(f"escalate:{season.period.name}:{name}:{stage.day}"),
        )
