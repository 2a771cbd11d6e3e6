"""Every address of the desk: what shows it, what takes its form, and who may do either."""

import sqlalchemy as sa
from starlette.routing import Route

from tracker.settings import Settings
from tracker.web import results
from tracker.web.desk import (
    agency,
    all_plans,
    duties,
    home,
    journal,
    letters,
    matrix,
    memo,
    periods,
    plan,
    review,
    tokens,
)
from tracker.web.desk.address import HOME, OF_PLAN
from tracker.web.desk.background import Background
from tracker.web.desk.door import Door
from tracker.web.desk.signin import SignInPages
from tracker.web.desk.visit import ADMINS, REVIEWING, Page
from tracker.web.pages import Pages

PAGES = (
    Page(path="", show=home.show_home),
    Page(path="/moi-ke-hoach", show=all_plans.show_all_plans),
    Page(path="/viec", show=duties.show_duties),
    Page(path="/thu", show=letters.show_letters),
    Page(path="/thu/{letter_id:number}", show=letters.show_letter, act=letters.act_on_letter),
    Page(path="/co-quan/{agency}", show=agency.show_agency, act=agency.act_on_agency),
    Page(path="/ky", show=periods.show_periods, act=periods.open_one),
    Page(path="/ky/{code}", show=periods.show_period, act=periods.move_one),
    Page(path="/ky/{code}/nhac", show=letters.show_reminding, act=letters.send_reminders),
    Page(path="/ky/{code}/bao-cao", show=memo.show_memos, act=memo.act_on_memos),
    Page(path="/ky/{code}/bao-cao/{number:number}.{form}", show=memo.show_file),
    Page(path="/ke-hoach", show=plan.show_plan, act=plan.act_on_plan),
    Page(path="/ke-hoach/activities.yaml", show=plan.show_text),
    Page(path="/ma-tran", show=matrix.show_matrix),
    Page(path="/hoat-dong/{activity}", show=matrix.show_activity),
    Page(path="/lich", show=matrix.show_year),
    Page(path="/nhat-ky", show=journal.show_journal),
    Page(path="/ket-qua", show=results.show_at_desk),
    Page(path="/ket-noi", show=tokens.show_tokens, act=tokens.act_on_tokens, sees=ADMINS, acts=ADMINS),
    Page(path="/ky/{code}/duyet", show=review.show_overview, act=review.accept_seen, acts=REVIEWING),
    Page(
        path="/ky/{code}/duyet/thu/{message_id:number}",
        show=review.show_reply,
        act=review.handle_reply,
        acts=REVIEWING,
    ),
    Page(path="/ky/{code}/duyet/tai-lieu/{file_id:number}", show=review.show_file),
    Page(path="/ky/{code}/duyet/{agency}", show=review.show_agency, act=review.decide, acts=REVIEWING),
    Page(path="/{nothing:path}"),
)
DESKS = (f"{HOME}{OF_PLAN}/{{plan_id}}", HOME)
"""Where desks stand: that of a plan with an id, and that of the plan without one."""


def desk_routes(engine: sa.Engine, settings: Settings, pages: Pages, background: Background) -> list[Route]:
    """Return the routes of the desk; what `background` was given outlives the answer."""
    door = Door(engine, settings, pages, background)
    signing = SignInPages(door)
    both = ["GET", "POST"]
    return [
        *_account_routes(door),
        Route(f"{HOME}/vao", signing.ask, methods=both),
        Route(f"{HOME}/vao/{{token}}", signing.enter, methods=both),
        Route(f"{HOME}/ra", signing.leave, methods=["POST"]),
        *(Route(at + page.path, door.page(page), methods=both) for at in DESKS for page in PAGES),
    ]


def _account_routes(door: Door) -> list[Route]:
    """Return the routes of signing in by a provider's account; none where the settings name no provider."""
    if not door.settings.oidc_issuer:
        return []
    from tracker.web.desk.account import BACK, START, AccountPages  # its libraries are slow to load

    pages = AccountPages.at(door)
    return [Route(START, pages.start), Route(BACK, pages.back, methods=["GET", "POST"])]
