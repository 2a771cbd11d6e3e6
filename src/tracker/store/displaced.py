"""What applying a plan would put under another task, or let fall away: seen before anything is changed."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tracker.plan.identity import Identities
from tracker.plan.model import Plan, Target
from tracker.plan.renames import renamed, renames
from tracker.progress import TEXTS, DutyState
from tracker.store.duties import asked
from tracker.store.periods import periods_open_under
from tracker.store.plans import plan_for, plan_in_force, plan_on
from tracker.store.tables import Contribution, Draft, Duty, Evidence, Figure, Letter, LetterDuty, Period, Update

ANSWER_WORDS = {
    DutyState.SUBMITTED: "báo cáo đã gửi",
    DutyState.ACCEPTED: "báo cáo đã duyệt",
    DutyState.RETURNED: "báo cáo đã trả lại",
    DutyState.WITHDRAWN: "báo cáo đã lưu",
}
LETTERS, DRAFTS, FIGURES = "thư", "bản đang soạn", "số liệu"
TYPED = (*TEXTS, "reason", "part")
"""Fields of a draft that hold people's own words."""


@dataclass(frozen=True, slots=True)
class Displaced:
    """One duty, or the figures for one target, with what was recorded of it and why that moves."""

    period: str
    about: str
    agency: str
    recorded: Counter[str]
    """How many of each kind, in words: answers, drafts, files, contributions, figures, letters."""
    reason: str

    @property
    def answered(self) -> bool:
        """Say whether anybody said anything of it; letters alone are ours."""
        return any(count for kind, count in self.recorded.items() if kind != LETTERS)

    def __str__(self) -> str:
        """Return the line that an admin reads."""
        held = ", ".join(f"{count} {kind}" for kind, count in self.recorded.items() if count)
        return f"Kỳ {self.period}, {self.about} ({self.agency}): {held or 'chưa có báo cáo'}; {self.reason}."


@dataclass(frozen=True, slots=True)
class Displacement:
    """All that applying a plan would displace; `other_plan` says that the file is another plan's."""

    rows: tuple[Displaced, ...]
    renumbered: tuple[tuple[str, str], ...] = ()
    other_plan: str = ""

    @property
    def needs_consent(self) -> bool:
        """Say whether an answer would move or fall away, or the file is another plan's."""
        return bool(self.other_plan) or any(row.answered for row in self.rows)

    def lines(self) -> list[str]:
        """Return what an admin should know before applying; empty where nothing moves."""
        lines = [self.other_plan] if self.other_plan else []
        lines += [str(row) for row in self.rows if row.recorded.total()]
        if silent := [row.about for row in self.rows if not row.recorded.total()]:
            lines.append(
                f"{len(silent)} đầu việc chưa có báo cáo sẽ được rút: {', '.join(dict.fromkeys(silent))}."
            )
        if self.renumbered:
            pairs = ", ".join(f"{old} → {new}" for old, new in self.renumbered)
            lines.append(
                f"Các hoạt động sau đã đổi mã: {pairs}. Báo cáo đi theo mã, không theo tên: hãy giữ mã cũ của "
                "từng hoạt động, và cho hoạt động mới một mã chưa dùng (ví dụ II.14a)."
            )
        if self.needs_consent:
            lines.append(
                f"Tổng cộng {len(self.rows)} đầu việc và chỉ tiêu sẽ đứng dưới việc khác hoặc không còn được "
                f"tính. Nếu đúng ý: tracker apply --yes {len(self.rows)}"
            )
        return lines


def displaced_by(session: Session, plan: Plan, today: date) -> Displacement:
    """Return what applying `plan` would displace in the periods that take answers by it; nothing is changed."""
    _, in_force = plan_in_force(session, plan.plan.plan_id)
    in_force = _called(in_force, plan)
    rows: list[Displaced] = []
    for period in periods_open_under(session, plan, today):
        _, known = plan_for(session, period)
        known = _called(known, plan)
        rows += displaced_in(session, known, plan, period, today)
    identities = Identities(in_force, plan)
    was, now = in_force.plan.code, plan.plan.code
    return Displacement(
        rows=tuple(rows),
        renumbered=tuple(identities.renumbered.items()) if rows else (),
        other_plan="" if was == now else f"Tệp này là của kế hoạch {now}; đang áp dụng là kế hoạch {was}.",
    )


def displaced_in(session: Session, old: Plan, new: Plan, period: Period, today: date) -> list[Displaced]:
    """Return what of `period`, asked under `old`, would be displaced if it was asked under `new`."""
    identities, recorded = Identities(old, new), _Recorded(session, period)
    wanted = {(one.activity_id, one.agency_id) for one in asked(new, period)}
    rows = []
    for duty in recorded.duties:
        kept = (duty.activity_id, duty.agency_id) in wanted
        if not kept and duty.state is DutyState.WITHDRAWN:
            continue
        held = recorded.of(duty)
        then = identities
        if (
            duty.state is DutyState.WITHDRAWN and duty.id in recorded.said
        ):  # it comes back with what was said of it
            then = Identities(_called(plan_on(session, period.plan_id, recorded.said[duty.id]), new), new)
        reason = _why_another(then, duty) if kept else _why_gone(identities, duty)
        if reason and (not kept or held.total()):
            agency = (old.agencies.get(duty.agency_id) or new.agencies[duty.agency_id]).short
            rows.append(Displaced(period.code, duty.activity_id, agency, held, reason))
    return [*rows, *_displaced_figures(identities, recorded, period, today)]


def _why_another(identities: Identities, duty: Duty) -> str:
    """Return why what was said of `duty` would stand under another task; empty where it would not."""
    old, new = identities.old, identities.new
    if duty.activity_id in old.by_id and not identities.same_activity(duty.activity_id):
        before, after = old.by_id[duty.activity_id].title, new.by_id[duty.activity_id].title
        return f'sẽ đứng dưới việc khác: "{before}" → "{after}"'
    if duty.agency_id in old.agencies and not identities.same_agency(duty.agency_id):
        before, after = old.agencies[duty.agency_id].name, new.agencies[duty.agency_id].name
        return f'sẽ đứng tên cơ quan khác: "{before}" → "{after}"'
    return ""


def _called(plan: Plan, new: Plan) -> Plan:
    """Return `plan` with the ids that its rows bear in `new`."""
    return renamed(plan, renames(plan, new))


def _why_gone(identities: Identities, duty: Duty) -> str:
    """Return why `duty` would not be asked any more."""
    old, new = identities.old, identities.new
    activity = new.by_id.get(duty.activity_id)
    if number := identities.renumbered.get(duty.activity_id):
        reason = f"hoạt động này nay mang mã {number}"
    elif activity is None:
        reason = "hoạt động không còn trong kế hoạch"
    elif duty.agency_id not in new.agencies:
        other = identities.renamed_agency(duty.agency_id) if duty.agency_id in old.agencies else None
        reason = f"cơ quan nay mang mã {other}" if other else "cơ quan không còn trong kế hoạch"
    elif duty.agency_id not in new.leads_of(activity):
        reason = f"chủ trì nay là {', '.join(new.agencies[lead].short for lead in new.leads_of(activity))}"
    else:
        reason = "kế hoạch không còn hỏi việc này trong kỳ"
    return f"sẽ không còn được tính, vì {reason}"


def _displaced_figures(
    identities: Identities, recorded: "_Recorded", period: Period, today: date
) -> Iterator[Displaced]:
    old, new = identities.old, identities.new
    targets = {target.id: target for target in new.targets}
    for (target_id, agency_id), held in recorded.figures.items():
        target, name = targets.get(target_id), (old.agencies.get(agency_id) or new.agencies.get(agency_id))
        if target is None:
            reason = "sẽ không còn được tính, vì chỉ tiêu không còn trong kế hoạch"
        elif not _counted(new, target, agency_id, today):
            reason = "sẽ không còn được tính, vì cơ quan khác báo cáo chỉ tiêu này"
        elif any(one.id == target_id for one in old.targets) and not identities.same_target(target_id):
            reason = f'sẽ đứng dưới chỉ tiêu khác: "{target.title}" ({target.unit})'
        else:
            continue
        yield Displaced(period.code, target_id, name.short if name else agency_id, held, reason)


def _counted(plan: Plan, target: Target, agency_id: str, today: date) -> bool:
    """Say whether figures of `agency_id` for `target` count on `today`: its own, or those of who it was before."""
    named = {*plan.members((target.reported_by,))}
    return agency_id in named or agency_id in plan.reporters(target, today)


class _Recorded:
    """All that was recorded of the duties and targets of one period, read in a few statements."""

    def __init__(self, session: Session, period: Period) -> None:
        self.duties: Sequence[Duty] = session.scalars(
            sa.select(Duty).where(Duty.period_id == period.id).order_by(Duty.id).with_for_update()
        ).all()
        of_period = Duty.period_id == period.id
        last = sa.select(Update.duty_id, sa.func.max(Update.said_at)).join(Duty, Duty.id == Update.duty_id)
        self.said = dict(session.execute(last.where(of_period).group_by(Update.duty_id)).tuples().all())
        """When each duty was last answered, by its id."""
        self.owing = Counter(duty.activity_id for duty in self.duties)
        self.parts = _counted_by_duty(session, of_period, Contribution)
        self.evidence = _counted_by_duty(session, of_period, Evidence, Evidence.removed_at.is_(None))
        mentioned = sa.select(LetterDuty.duty_id, sa.func.count()).join(Letter)
        by_letters = mentioned.where(Letter.period_id == period.id, Letter.state != "withdrawn")
        self.letters = Counter(dict(session.execute(by_letters.group_by(LetterDuty.duty_id)).tuples().all()))
        self.drafts = session.scalars(sa.select(Draft).where(Draft.period_id == period.id)).all()
        self.figures: dict[tuple[str, str], Counter[str]] = {}
        for figure in session.scalars(sa.select(Figure).where(Figure.period_id == period.id)):
            self.figures.setdefault((figure.target_id, figure.agency_id), Counter({FIGURES: 1}))

    def of(self, duty: Duty) -> Counter[str]:
        """Return what was recorded of `duty`, counted by kind."""
        held: Counter[str] = Counter()
        if duty.id in self.said:
            held[ANSWER_WORDS.get(duty.state, ANSWER_WORDS[DutyState.SUBMITTED])] = 1
        held[DRAFTS] = sum(self._has_words(draft, duty) for draft in self.drafts)
        held["tệp minh chứng"] = self.evidence[duty.id]
        held["ý kiến phối hợp"] = self.parts[duty.id]
        held[LETTERS] = self.letters[duty.id]
        return held

    def _has_words(self, draft: Draft, duty: Duty) -> bool:
        """Say whether `draft` holds words about `duty`; of what many owe, each types of its own."""
        names = {f"{duty.activity_id}@{duty.agency_id}"}
        if self.owing[duty.activity_id] == 1 or draft.agency_id == duty.agency_id:
            names.add(duty.activity_id)
        return any(draft.typed.get(f"{name}.{field}", "").strip() for name in names for field in TYPED)


def _counted_by_duty(session: Session, of_period: Any, table: Any, *where: Any) -> Counter[int]:
    counted = sa.select(table.duty_id, sa.func.count(table.id)).join(Duty, Duty.id == table.duty_id)
    return Counter(dict(session.execute(counted.where(of_period, *where).group_by(table.duty_id)).tuples().all()))
