"""Answers: the link to give them by, the page, review, and the memo made of them."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from tracker.cli.common import settings_for, store, who

if TYPE_CHECKING:
    from tracker.plan.model import Agency, Plan
    from tracker.settings import Settings
    from tracker.store.tables import Period, Purpose


def link(args: argparse.Namespace) -> None:
    """Print the link by which an agency answers, or the coordinator reviews; or withdraw it."""
    from tracker.letters.link_renewal import take_links_away
    from tracker.letters.mime import link_address, review_address
    from tracker.letters.transports.usual import refuse_forgotten_settings
    from tracker.store.engine import writing
    from tracker.store.links import link_for, token_of
    from tracker.store.periods import find_period
    from tracker.store.plans import plan_in_force
    from tracker.store.tables import Purpose

    settings = settings_for(args)
    now = settings.now()
    with store(settings) as engine, writing(engine) as session:
        period = find_period(session, args.period)
        _, plan = plan_in_force(session, period.plan_id)
        refuse_forgotten_settings(session.connection(), settings)
        key = settings.secret_key()
        agency, purpose = _holder_of_link(args, plan, settings)
        if not args.withdraw:
            _refuse_if_over(period, settings)
        if args.new or args.withdraw:
            count = take_links_away(session, settings, period, agency.id, who(), purpose)
        kept = None if args.withdraw else link_for(session, period, agency.id, key, now, purpose)
    if kept is None:
        print(f"{agency.name}: đã hủy {count} đường dẫn đã cấp, không mở được nữa.")
        return
    address = review_address if purpose is Purpose.REVIEW else link_address
    print(f"{agency.name}: {address(settings.base_url, token_of(kept, key))}")
    if purpose is Purpose.ANSWER and settings.today() > period.closes:
        print(f"{period.title} đã khóa sau ngày {period.closes:%d/%m/%Y}: đường dẫn này chỉ để xem.")


def _holder_of_link(args: argparse.Namespace, plan: Plan, settings: Settings) -> tuple[Agency, Purpose]:
    from tracker.errors import BadInput
    from tracker.store.tables import Purpose

    if args.review == (args.agency is not None):
        raise BadInput("nêu mã cơ quan để lấy đường dẫn trả lời, hoặc chỉ --review để lấy đường dẫn duyệt")
    if args.review:
        return plan.agencies[plan.plan.coordinator], Purpose.REVIEW
    return plan.holder(plan.find_agency(args.agency).id, settings.today()), Purpose.ANSWER


def _refuse_if_over(period: Period, settings: Settings) -> None:
    from tracker.errors import BadInput
    from tracker.store.periods import link_end

    if settings.now() >= link_end(period):
        raise BadInput(
            f"{period.title} đã khóa sau ngày {period.closes:%d/%m/%Y} và hết thời gian xem, duyệt; "
            f"mở lại bằng: tracker period extend {period.name} --closes NGÀY"
        )


def replies(args: argparse.Namespace) -> None:
    """Print the replies that wait for the coordinator."""
    from tracker.settings import ZONE
    from tracker.store.engine import reading
    from tracker.store.messages import count_unplaced, waiting_replies
    from tracker.store.periods import find_period
    from tracker.store.tables import Period

    settings = settings_for(args)
    codes: dict[str, int] = {}
    strays = 0
    with store(settings) as engine, reading(engine) as session:
        period = find_period(session, args.period) if args.period else None
        unplaced, counted = count_unplaced(session)
        for message, letter in waiting_replies(session, period):
            received = message.received_at.astimezone(ZONE)
            print(f"\n{received:%d/%m/%Y %H:%M}  {message.sender}  {message.subject}")
            if letter is None:
                strays += 1
            else:
                code = session.get_one(Period, letter.period_id).code
                codes[code] = codes.get(code, 0) + 1
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


def serve_pages(args: argparse.Namespace) -> None:
    """Serve the pages on loopback until Ctrl-C."""
    from tracker.store.engine import opened_store
    from tracker.web.serve import PATIENCE, serve

    settings = settings_for(args)
    with opened_store(settings.database_url, patience=PATIENCE) as engine:
        serve(engine, settings)


def accept(args: argparse.Namespace) -> None:
    """Accept submitted answers."""
    from tracker.review.decide import accept, chosen_duties
    from tracker.store.engine import writing

    settings = settings_for(args)
    with store(settings) as engine, writing(engine) as session:
        duties = chosen_duties(session, args.period, args.activities, args.agency)
        accepted = accept(session, duties, who(), settings.now())
    print(
        f"Đã duyệt {len(accepted)} báo cáo{': ' if accepted else '.'}{', '.join(d.activity_id for d in accepted)}"
    )


def give_back(args: argparse.Namespace) -> None:
    """Return one answer with a comment."""
    from tracker.review.decide import chosen_duties, return_answer
    from tracker.store.engine import writing

    settings = settings_for(args)
    with store(settings) as engine, writing(engine) as session:
        told = [
            return_answer(session, settings, duty, args.comment, who())
            for duty in chosen_duties(session, args.period, [args.activity], None)
        ]
    way = "thư nêu lý do đi ở lần chạy tới" if all(told) else "chưa có nơi nhận thư, cần báo cho cơ quan biết"
    print(f"Đã trả lại {args.activity}; {way}.")


def show(args: argparse.Namespace) -> None:
    """Print what the agencies said."""
    from tracker.progress import DUTY_WORDS, STATUS_WORDS, TEXTS
    from tracker.review.decide import chosen_duties
    from tracker.store.duties import plan_order
    from tracker.store.engine import reading
    from tracker.store.periods import find_period
    from tracker.store.plans import plan_for
    from tracker.store.updates import latest_updates

    with store(settings_for(args)) as engine, reading(engine) as session:
        _, plan = plan_for(session, find_period(session, args.period))
        duties = plan_order(plan, chosen_duties(session, args.period, [], args.agency))
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
