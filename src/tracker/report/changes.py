"""Two snapshots into what changed between them, a line each. Pure."""

from collections.abc import Iterator

from tracker.progress import SHORT_TEXTS, STATUS_WORDS, DutyState
from tracker.report.facts import Goal, Row, Said, Snapshot
from tracker.words import vietnamese_number

REVIEWED = {DutyState.ACCEPTED: "được duyệt", DutyState.RETURNED: "bị trả lại để bổ sung"}


def changes(before: Snapshot, after: Snapshot) -> list[str]:
    """Return what `after` says otherwise than `before`: reports in the plan's order, figures, words, plan."""
    return [*_reports(before, after), *_figures(before, after), *_around(before, after)]


def _reports(before: Snapshot, after: Snapshot) -> Iterator[str]:
    earlier, now = _by_duty(before), _by_duty(after)
    for key, row in now.items():
        name = f"{row.id} ({row.lead})"
        if key not in earlier:
            yield f"{name}: mới phải báo cáo."
        elif told := list(_of_report(earlier[key], row)):
            yield f"{name}: {'; '.join(told)}."
    yield from (
        f"{row.id} ({row.lead}): không còn phải báo cáo." for key, row in earlier.items() if key not in now
    )


def _by_duty(snapshot: Snapshot) -> dict[tuple[str, str], Row]:
    return {(row.id, row.lead): row for row in (*snapshot.rows, *snapshot.tasks, *snapshot.localities)}


def _of_report(before: Row, after: Row) -> Iterator[str]:
    if before.said is None and after.said is not None:
        yield f"có báo cáo, {_progress(after.said)}"
    elif before.said is not None and after.said is None and after.state is not DutyState.RETURNED:
        yield "không còn báo cáo trong phạm vi này"
    elif before.said is not None and after.said is not None and before.said != after.said:
        was, now = _progress(before.said), _progress(after.said)
        yield f"báo cáo lại, {was} thành {now}" if was != now else f"báo cáo lại, {now}"
        edited = [name for name in SHORT_TEXTS if getattr(before.said, name) != getattr(after.said, name)]
        if edited:
            yield f"sửa {', '.join(SHORT_TEXTS[name].lower() for name in edited)}"
    if after.state is not before.state and after.state in REVIEWED:
        yield REVIEWED[after.state]


def _progress(said: Said) -> str:
    share = "" if said.percent is None else f" {said.percent} %"
    return f"“{STATUS_WORDS[said.status]}{share}”"


def _figures(before: Snapshot, after: Snapshot) -> Iterator[str]:
    earlier = {goal.title: goal for goal in before.goals}
    for goal in after.goals:
        was, now = _value(earlier.get(goal.title)), _value(goal)
        if was != now:
            yield f"Chỉ tiêu “{goal.title}”: {was} thành {now}."


def _value(goal: Goal | None) -> str:
    if goal is None or goal.value is None:
        return "chưa có số liệu"
    of = f" ({goal.known}/{goal.asked} {goal.reported_by})" if goal.asked else ""
    return f"{vietnamese_number(goal.value)} {goal.unit}{of}"


def _around(before: Snapshot, after: Snapshot) -> Iterator[str]:
    if before.opening != after.opening:
        yield "Lời mở đầu được sửa."
    if before.closing != after.closing:
        yield "Lời kết được sửa."
    if before.proofs != after.proofs:
        yield f"Tài liệu kèm theo: {len(before.proofs)} thành {len(after.proofs)} tệp."
    if before.plan_version != after.plan_version:
        yield f"Kế hoạch áp dụng: bản {before.plan_version} thành bản {after.plan_version}."
