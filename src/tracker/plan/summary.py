"""The plan in one glance, for `tracker check`."""

from tracker.plan.model import ContentArea, Plan


def summary(plan: Plan) -> str:
    """Return what the plan holds, in Vietnamese, with the printed numbers its rows run between."""
    direction = {area.id for area in plan.content if area.part == "direction"}
    first = [activity.id for activity in plan.activities if activity.content in direction]
    second = [activity.id for activity in plan.activities if activity.content not in direction]
    heading = next((area for area in plan.content if area.part == "content" and area.printed_as), None)
    parts = []
    if first:
        parts.append(f"{len(first)} chỉ đạo ({_span(first)})")
    if second:
        parts.append(f"{len(second)} nội dung ({_span(second)}{_heading(heading) if heading else ''})")
    leads = {agency for activity in plan.activities for agency in plan.leads_of(activity)}
    localities = sum(agency.kind == "locality" for agency in plan.agencies.values())
    return (
        f"{plan.plan.code}: {len(plan.activities)} hoạt động: {', '.join(parts)}\n"
        f"{len(leads)} cơ quan chủ trì, {len(plan.agencies)} cơ quan trong đó {localities} địa phương, "
        f"{len(plan.groups)} nhóm, {len(plan.targets)} chỉ tiêu"
    )


def _span(ids: list[str]) -> str:
    return ids[0] if len(ids) == 1 else f"{ids[0]}–{ids[-1]}"


def _heading(area: ContentArea) -> str:
    number = (area.printed_as or "").rpartition(".")[2]
    return f"; TT {number} là dòng tiêu đề Nội dung {area.id.removeprefix('ND')}"
