"""Tokens of programs: made, listed, withdrawn."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import click

from tracker.cli.common import DAY, on_day, print_table, settings_on, store, tracker, who

if TYPE_CHECKING:
    from datetime import date

of_plan = click.option("--plan", "plan_id", help="mã kế hoạch, nếu có nhiều kế hoạch")


@tracker.group(help="mã truy cập cho phần mềm khác đọc số liệu, hoặc gửi báo cáo của một cơ quan")
def token() -> None:
    """Hold the commands about tokens of programs."""


@token.command("make", help="cấp một mã và in ra, một lần duy nhất; mặc định chỉ đọc, dùng một năm")
@on_day
@of_plan
@click.option("--agency", default="", help="cơ quan mà phần mềm gửi báo cáo thay")
@click.option("--until", type=DAY, help="ngày cuối dùng được (NĂM-THÁNG-NGÀY)")
@click.argument("name", metavar="TÊN_PHẦN_MỀM")
def make(on: date | None, plan_id: str | None, agency: str, until: date | None, name: str) -> None:
    """Make a token and print it."""
    from tracker.store.api_tokens import make_token
    from tracker.store.engine import writing
    from tracker.store.plans import plan_in_force

    settings = settings_on(on)
    until = until or settings.today() + timedelta(days=365)
    with store(settings) as engine, writing(engine) as session:
        _, plan = plan_in_force(session, plan_id)
        row, made = make_token(session, plan, name, agency, until, who(), settings.now())
        print(f"Mã số {row.id}: {made}")
    print(f"Chỉ in lần này. Dùng đến hết ngày {until:%d/%m/%Y}.")


@token.command("list", help="các mã đã cấp")
@of_plan
def list_all(plan_id: str | None) -> None:
    """Print every token there was."""
    from tracker.settings import ZONE
    from tracker.store.api_tokens import tokens_of
    from tracker.store.engine import reading
    from tracker.store.plans import plan_in_force

    settings = settings_on()
    with store(settings) as engine, reading(engine) as session:
        _, plan = plan_in_force(session, plan_id)
        rows = [
            (
                str(row.id),
                row.name,
                row.agency_id or "chỉ đọc",
                row.made_by,
                "đã hủy" if row.withdrawn_at else f"đến {row.expires_at.astimezone(ZONE):%H:%M %d/%m/%Y}",
            )
            for row in tokens_of(session, plan.plan.plan_id)
        ]
    print_table(("Số", "Phần mềm", "Cơ quan", "Người cấp", "Dùng"), rows)


@token.command("withdraw", help="hủy một mã")
@on_day
@of_plan
@click.argument("number", metavar="SỐ", type=click.IntRange(1, 999_999_999))
def withdraw(on: date | None, plan_id: str | None, number: int) -> None:
    """Withdraw a token."""
    from tracker.store.api_tokens import withdraw_token
    from tracker.store.engine import writing
    from tracker.store.plans import plan_in_force

    settings = settings_on(on)
    with store(settings) as engine, writing(engine) as session:
        _, plan = plan_in_force(session, plan_id)
        row = withdraw_token(session, plan.plan.plan_id, number, who(), settings.now())
        print(f"Đã hủy mã số {row.id} ({row.name}).")
