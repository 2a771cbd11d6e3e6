"""Every address of the desk: what shows it, what takes its form, and who may do either."""

import sqlalchemy as sa
from starlette.routing import Route

from tracker.settings import Settings
from tracker.web.desk import home, review
from tracker.web.desk.background import Background
from tracker.web.desk.door import Door
from tracker.web.desk.signin import SignInPages
from tracker.web.desk.visit import HOME, REVIEWING, Page
from tracker.web.pages import Pages

PAGES = (
    Page(path="", show=home.show_home),
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


def desk_routes(engine: sa.Engine, settings: Settings, pages: Pages, background: Background) -> list[Route]:
    """Return the routes of the desk; what `background` was given outlives the answer."""
    door = Door(engine, settings, pages, background)
    signing = SignInPages(door)
    both = ["GET", "POST"]
    return [
        Route(f"{HOME}/vao", signing.ask, methods=both),
        Route(f"{HOME}/vao/{{token}}", signing.enter, methods=both),
        Route(f"{HOME}/ra", signing.leave, methods=["POST"]),
        *(Route(HOME + page.path, door.page(page), methods=both) for page in PAGES),
    ]
