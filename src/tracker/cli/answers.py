"""Answers: the link to give them by, the page, review, and the memo made of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tracker.cli.common import in_period, on_day, settings_on, store, tracker, who

if TYPE_CHECKING:
    from datetime import date

    from tracker.plan.model import Agency, Plan
    from tracker.settings import Settings
    from tracker.store.tables import Period, Purpose


@tracker.command("link", help="in đường dẫn trả lời của một cơ quan, hoặc đường dẫn duyệt")
@on_day
@in_period
@click.argument("agency", required=False, metavar="CƠ_QUAN")
@click.option("--review", is_flag=True, help="đường dẫn duyệt của cơ quan đầu mối")
@click.option("--new", is_flag=True, help="hủy các đường dẫn đã cấp và cấp đường dẫn mới")
@click.option("--withdraw", is_flag=True, help="hủy các đường dẫn đã cấp, không cấp mới")
def link(on: date | None, period: str, agency: str | None, review: bool, new: bool, withdraw: bool) -> None:
    """Print the link by which an agency answers, or the coordinator reviews; or withdraw it."""
    from tracker.letters.link_renewal import take_links_away
    from tracker.letters.mime import link_address, review_address
    from tracker.letters.transports.usual import refuse_forgotten_settings
    from tracker.store.engine import writing
    from tracker.store.links import link_for, token_of
    from tracker.store.periods import find_period
    from tracker.store.plans import plan_in_force
    from tracker.store.tables import Purpose

    if new and withdraw:
        raise click.UsageError("chỉ nêu một trong hai: --new, --withdraw")
    settings = settings_on(on)
    now = settings.now()
    with store(settings) as engine, writing(engine) as session:
        found = find_period(session, period)
        _, plan = plan_in_force(session, found.plan_id)
        refuse_forgotten_settings(session.connection(), settings)
        key = settings.secret_key()
        holder, purpose = _holder_of_link(plan, settings, agency, review)
        if not withdraw:
            _refuse_if_over(found, settings)
        if new or withdraw:
            count = take_links_away(session, settings, found, holder.id, who(), purpose)
        kept = None if withdraw else link_for(session, found, holder.id, key, now, purpose)
    if kept is None:
        print(f"{holder.name}: đã hủy {count} đường dẫn đã cấp, không mở được nữa.")
        return
    address = review_address if purpose is Purpose.REVIEW else link_address
    print(f"{holder.name}: {address(settings.base_url, token_of(kept, key))}")
    if purpose is Purpose.ANSWER and settings.today() > found.closes:
        print(f"{found.title} đã khóa sau ngày {found.closes:%d/%m/%Y}: đường dẫn này chỉ để xem.")


def _holder_of_link(plan: Plan, settings: Settings, agency: str | None, review: bool) -> tuple[Agency, Purpose]:
    from tracker.errors import BadInput
    from tracker.store.tables import Purpose

    if review and agency is None:
        return plan.agencies[plan.plan.coordinator], Purpose.REVIEW
    if review or agency is None:
        raise BadInput("nêu mã cơ quan để lấy đường dẫn trả lời, hoặc chỉ --review để lấy đường dẫn duyệt")
    return plan.holder(plan.find_agency(agency).id, settings.today()), Purpose.ANSWER


def _refuse_if_over(period: Period, settings: Settings) -> None:
    from tracker.errors import BadInput
    from tracker.store.periods import link_end

    if settings.now() >= link_end(period):
        raise BadInput(
            f"{period.title} đã khóa sau ngày {period.closes:%d/%m/%Y} và hết thời gian xem, duyệt; "
            f"mở lại bằng: tracker period extend {period.name} --closes NGÀY"
        )


@tracker.command("replies", help="các thư trả lời chờ đầu mối xử lý")
@click.argument("period", required=False, metavar="KỲ", help="mặc định: mọi kỳ")
def replies(period: str | None) -> None:
    """Print the replies that wait for the coordinator."""
    from tracker.settings import ZONE
    from tracker.store.engine import reading
    from tracker.store.messages import count_unplaced, waiting_replies
    from tracker.store.periods import find_period
    from tracker.store.tables import Period

    settings = settings_on()
    codes: dict[str, int] = {}
    strays = 0
    with store(settings) as engine, reading(engine) as session:
        only = find_period(session, period) if period else None
        unplaced, counted = count_unplaced(session)
        for message, letter in waiting_replies(session, only):
            received = message.received_at.astimezone(ZONE)
            print(f"\n{received:%d/%m/%Y %H:%M}  {message.sender}  {message.subject}")
            if letter is None:
                strays += 1
            else:
                name = session.get_one(Period, letter.period_id).name
                codes[name] = codes.get(name, 0) + 1
                print(f"  Trả lời thư: {letter.key}")
            print("  " + message.text.replace("\n", "\n  "))
    for code, count in codes.items():
        print(
            f"\nKỳ {code}: {count} thư trả lời chờ xử lý; ghi nhận trên trang duyệt: tracker link {code} --review"
        )
    if strays:
        print(
            f"\n{strays} thư của nơi nhận trong kế hoạch không rõ trả lời thư nào; có trên trang duyệt của mọi kỳ."
        )
    if not codes and not strays:
        print("Không có thư trả lời nào chờ xử lý.")
    if unplaced or counted:
        more = f", và {counted} thư chỉ được đếm" if counted else ""
        print(f"Thư người lạ không rõ trả lời thư nào: {unplaced} thư{more}.")


@tracker.command("web", help="chạy riêng các trang trả lời")
@on_day
def serve_pages(on: date | None) -> None:
    """Serve the pages on loopback until Ctrl-C."""
    from tracker.store.engine import opened_store
    from tracker.web.serve import PATIENCE, serve

    settings = settings_on(on)
    with opened_store(settings.database_url, patience=PATIENCE) as engine:
        serve(engine, settings)


@tracker.command("accept", help="duyệt báo cáo đã gửi")
@on_day
@in_period
@click.argument("activities", nargs=-1, metavar="HOẠT_ĐỘNG", help="mặc định: tất cả")
@click.option("--agency", metavar="CƠ_QUAN", help="chỉ của cơ quan này")
def accept(on: date | None, period: str, activities: tuple[str, ...], agency: str | None) -> None:
    """Accept submitted answers."""
    from tracker.review.decide import accept, chosen_duties
    from tracker.store.engine import writing

    settings = settings_on(on)
    with store(settings) as engine, writing(engine) as session:
        duties = chosen_duties(session, period, activities, agency)
        accepted = accept(session, duties, who(), settings.now())
    print(
        f"Đã duyệt {len(accepted)} báo cáo{': ' if accepted else '.'}{', '.join(d.activity_id for d in accepted)}"
    )


@tracker.command("return", help="trả lại một báo cáo kèm lý do")
@on_day
@in_period
@click.argument("activity", metavar="HOẠT_ĐỘNG")
@click.option("--comment", required=True, metavar="LÝ_DO")
def give_back(on: date | None, period: str, activity: str, comment: str) -> None:
    """Return one answer with a comment."""
    from tracker.review.decide import chosen_duties, return_answer
    from tracker.store.engine import writing

    settings = settings_on(on)
    with store(settings) as engine, writing(engine) as session:
        told = [
            return_answer(session, settings, duty, comment, who())
            for duty in chosen_duties(session, period, [activity], None)
        ]
    way = "thư nêu lý do đi ở lần chạy tới" if all(told) else "chưa có nơi nhận thư, cần báo cho cơ quan biết"
    print(f"Đã trả lại {activity}; {way}.")


@tracker.command("show", help="xem báo cáo các cơ quan đã gửi")
@in_period
@click.option("--agency", metavar="CƠ_QUAN", help="chỉ của cơ quan này")
def show(period: str, agency: str | None) -> None:
    """Print what the agencies said."""
    from tracker.progress import DUTY_WORDS, STATUS_WORDS, TEXTS
    from tracker.review.decide import chosen_duties
    from tracker.store.duties import plan_order
    from tracker.store.engine import reading
    from tracker.store.periods import find_period
    from tracker.store.plans import plan_for
    from tracker.store.updates import latest_updates

    with store(settings_on()) as engine, reading(engine) as session:
        _, plan = plan_for(session, find_period(session, period))
        duties = plan_order(plan, chosen_duties(session, period, [], agency))
        said = latest_updates(session, duties)
        for duty in duties:
            print(f"\n{duty.activity_id}. {plan.by_id[duty.activity_id].title}")
            print(f"  {plan.agencies[duty.agency_id].short}; {DUTY_WORDS[duty.state]}")
            if update := said.get(duty.id):
                share = "" if update.percent is None else f", {update.percent} %"
                print(f"  {STATUS_WORDS[update.status]}{share}; {update.said_by}, {update.said_on:%d/%m/%Y}")
                for name, label in TEXTS.items():
                    if text := getattr(update, name):
                        print(f"  {label}: " + text.replace("\n", "\n    "))
