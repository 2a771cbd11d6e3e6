"""The plan file of the next phase, made from this one: agencies by their heirs, what is not done or reached."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from tracker.plan.model import Activity, Agency, Plan, Target
from tracker.plan.write import as_lines, as_tree, item

CARRIED = "CT."
"""Stands before the id of a row that is carried over, so that it meets none of the new plan's numbers."""
OLD_TIMES = frozenset(("years", "years_unconfirmed", "time", "deadline", "due", "formerly", "unconfirmed"))
OLD_AIMS = frozenset(("by", "printed", "source", "formerly"))


def next_phase(
    plan: Plan, years: tuple[int, ...], unfinished: Mapping[str, str], unreached: Mapping[str, str]
) -> str:
    """Return the text of a plan file for `years` that goes on with `plan`.

    `unfinished` has the rows to carry over and `unreached` the targets, by id, each with how it stands.
    """
    heirs = _Heirs(plan, date(min(years), 1, 1))
    rows = [row for row in plan.activities if row.id in unfinished]
    areas = [area for area in plan.content if any(row.content == area.id for row in rows)]
    targets = [target for target in plan.targets if target.id in unreached]
    lines = [
        f"# Kế hoạch giai đoạn tiếp theo của {plan.plan.code}. Điền các dòng còn trống, thêm nội dung, hoạt",
        "# động mới rồi chạy: tracker check TỆP. Cách gõ từng phần: docs/ke-hoach-khac.md.",
        "",
        "plan:",
        f"  id: {plan.plan.plan_id}-{min(years)}     # mã riêng, cạnh kế hoạch cũ; đã áp dụng thì không đổi",
        f"  kind: {plan.plan.kind}",
        "  code:                    # số, ký hiệu",
        "  title:                   # trích yếu",
        *as_lines({"issuer": plan.plan.issuer}, 2),
        "  issued:                  # ngày ký, viết NĂM-THÁNG-NGÀY",
        f"  years: [{', '.join(map(str, years))}]",
        *as_lines({"coordinator": heirs.of(plan.plan.coordinator)}, 2),
        "",
        "# Cơ quan đã sắp xếp xong không còn ở đây; việc chuyển sang do cơ quan kế thừa chủ trì.",
        "agencies:",
        *[line for one in heirs.agencies() for line in as_lines({one.id: as_tree(one)}, 2)],
        *_groups(plan, heirs),
        "",
        "content:",
        *[line for area in areas for line in item(as_tree(area, without=frozenset(("printed_as",))))],
        *([] if areas else ["  - {id: ND1, title: , part: content}   # tiêu đề của bảng"]),
        "",
        f"# Việc chuyển tiếp từ {plan.plan.code}: chưa có báo cáo hoàn thành được duyệt. Bỏ việc không làm tiếp.",
        "activities:",
        *[line for row in rows for line in _row(plan, row, years, unfinished[row.id], heirs)],
        *([] if rows else ['  - {id: "1", title: , content: ND1, time: , lead: }   # hoạt động mới']),
        *(["", "# Chỉ tiêu chưa đạt, giữ giá trị cũ; sửa theo kế hoạch mới.", "targets:"] if targets else []),
        *[line for one in targets for line in _target(plan, one, max(years), unreached[one.id], heirs)],
        "",
        *as_lines({"reporting": _reporting(plan, heirs)}),
    ]
    return "\n".join(lines) + "\n"


class _Heirs:
    """Who holds on a day what each agency of the old plan held."""

    def __init__(self, plan: Plan, on: date) -> None:
        self.plan, self.on = plan, on

    def of(self, name: str) -> str:
        """Return the id of the agency or group that stands for `name` by now."""
        return self.plan.holder(name, self.on).id if name in self.plan.agencies else name

    def each(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return those who stand for `names`, each once."""
        return tuple(dict.fromkeys(map(self.of, names)))

    def agencies(self) -> list[Agency]:
        """Return the agencies that are still there, without what they have told before."""
        there = self.each(self.plan.agencies)
        return [replace(self.plan.agencies[one], formerly=()) for one in there]


def _groups(plan: Plan, heirs: _Heirs) -> list[str]:
    groups = [replace(group, members=heirs.each(group.members)) for group in plan.groups.values()]
    lines = [line for group in groups for line in as_lines({group.id: as_tree(group)}, 2)]
    return ["", "groups:", *lines] if groups else []


def _row(plan: Plan, row: Activity, years: tuple[int, ...], standing: str, heirs: _Heirs) -> list[str]:
    """Return the lines of a row that is carried over; how it stands is to be confirmed.

    What went on over several years goes on in each of the new ones; the rest is to be done in the first.
    """
    lead, was = heirs.each(row.lead), plan.lead_words(row, plan.plan.issued)
    facts = [
        standing,
        f"trước đây: {was}" if lead != row.lead else "",
        f"thời gian cũ: {row.time or ', '.join(map(str, row.years))}",
    ]
    tree = as_tree(replace(row, lead=lead, coordinating=heirs.each(row.coordinating)), without=OLD_TIMES)
    tree |= {"id": f"{CARRIED}{row.id}"[:40], "years": list(years) if len(row.years) > 1 else [min(years)]}
    tree["lead"] = lead[0] if len(lead) == 1 else list(lead)
    if len(heirs.each(row.coordinating)) != len(row.coordinating) or lead != row.lead:
        tree.pop("coordinating_printed", None)
    tree["unconfirmed"] = f"chuyển từ {plan.plan.code}, {row.id}: {'; '.join(filter(None, facts))}"
    return item(tree)


def _target(plan: Plan, target: Target, year: int, standing: str, heirs: _Heirs) -> list[str]:
    tree = as_tree(replace(target, reported_by=heirs.of(target.reported_by)), without=OLD_AIMS)
    tree |= {"by": year, "source": f"chuyển từ {plan.plan.code}, {target.source}"}
    return [f"  # {standing}", *item(tree)]


def _reporting(plan: Plan, heirs: _Heirs) -> object:
    """Return how the old plan reports, without what was of its years alone."""
    area = plan.reporting.area_report
    once = tuple(rule for rule in plan.reporting.periods if rule.every != "once")
    return as_tree(
        replace(
            plan.reporting,
            phase_review=None,
            periods=once,
            area_report=replace(area, by=heirs.each(area.by)) if area else None,
            calendar=replace(plan.reporting.calendar, days_off=(), working_days=()),
        )
    )
