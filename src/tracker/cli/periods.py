"""The periods: list them, open one, close one on another day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from tracker.cli.common import DAY, on_day, print_table, settings_on, store, tracker, who

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from tracker.plan.model import Plan
    from tracker.store.tables import Duty

periods = tracker.group("period", help="các kỳ báo cáo")(lambda: None)


@periods.command("list", help="liệt kê các kỳ")
def list_periods() -> None:
    """Print the periods that were opened."""
    from tracker.store.engine import reading
    from tracker.store.periods import all_periods

    rows = []
    with store(settings_on()) as engine, reading(engine) as session:
        for period in all_periods(session):
            days = f"mở {period.opens:%d/%m/%Y}, hạn {period.due:%d/%m/%Y}, khóa {period.closes:%d/%m/%Y}"
            rows.append((f"{period.name}:", period.title, f"({days})"))
    print_table(("Kỳ", "Tên", "Các ngày"), rows, gap=" ")


@periods.command("open", help="mở một kỳ")
@on_day
@click.argument("code", metavar="MÃ", help="năm của kế hoạch, mã kỳ sơ kết, hoặc mã mới cho kỳ đột xuất")
@click.option("--title", metavar="TÊN", help="tên kỳ đột xuất")
@click.option("--due", type=DAY, help="hạn báo cáo của kỳ đột xuất")
@click.option("--closes", type=DAY, help="ngày khóa; mặc định 30 ngày sau hạn")
@click.option("--year", "years", type=int, multiple=True, metavar="NĂM", help="năm của kế hoạch")
@click.option("--activity", "activities", multiple=True, metavar="HOẠT_ĐỘNG", help="chỉ hoạt động này")
@click.option("--agency", "agencies", multiple=True, metavar="CƠ_QUAN", help="chỉ cơ quan này")
def open_period(on: date | None, code: str, **asked: Any) -> None:
    """Open a period: one of the plan's rules ahead of its day, or an ad hoc one."""
    from tracker.store.engine import writing
    from tracker.store.periods import open_period, requested_period
    from tracker.store.plans import plan_in_force

    settings = settings_on(on)
    with store(settings) as engine, writing(engine) as session:
        plan_id, _, own_code = code.rpartition("@")
        _, plan = plan_in_force(session, plan_id or None)
        period = requested_period(plan, settings.today(), code=own_code, **asked)
        open_period(session, plan, period, who(), settings.now())
    print(f"Đã mở kỳ {period.name}: {period.title}, hạn {period.due:%d/%m/%Y}.")


@periods.command("extend", help="khóa một kỳ vào ngày khác, hoặc mở lại kỳ đã khóa")
@on_day
@click.argument("code", metavar="KỲ")
@click.option("--closes", type=DAY, required=True, help="ngày khóa mới")
def extend_period(on: date | None, code: str, closes: date) -> None:
    """Close a period on another day; one that has closed opens again."""
    from tracker.store.engine import writing
    from tracker.store.periods import find_period, move_closing
    from tracker.store.plans import plan_for, plan_in_force

    settings = settings_on(on)
    with store(settings) as engine, writing(engine) as session:
        period = find_period(session, code)
        (_, plan), (_, before) = plan_in_force(session, period.plan_id), plan_for(session, period)
        added, gone = move_closing(session, plan, period, closes, who(), settings.now())
        changes = [*_duty_lines("Thêm", plan, added), *_duty_lines("Rút, báo cáo đã gửi vẫn lưu", before, gone)]
    print(f"Kỳ {period.name} khóa ngày {period.closes:%d/%m/%Y}.")
    if changes:
        print(f"Theo kế hoạch đang áp dụng: thêm {len(added)} đầu việc, rút {len(gone)} đầu việc.")
    for line in changes:
        print(line)


def _duty_lines(did: str, plan: Plan, duties: Sequence[Duty]) -> list[str]:
    """Return a line for each activity of `duties`, in the order of `plan`, which knows them."""
    from tracker.store.duties import plan_order

    agencies: dict[str, list[str]] = {}
    for duty in plan_order(plan, duties):
        agencies.setdefault(duty.activity_id, []).append(plan.agencies[duty.agency_id].short)
    return [f"  {did}: {i}. {plan.by_id[i].title} ({', '.join(names)})" for i, names in agencies.items()]
