"""Pages that are kept: whatever is written, whoever writes it, a kept page is the page that would be made now."""

import random
import shutil
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa
from conftest import ROOT
from factories_web import Browser, Season, fields_of, open_season, plan_text
from smtp_post import free_port

from tracker.answers.checks import Answer
from tracker.answers.record import Said, record_answers, record_figures
from tracker.plan.reader import parse_plan
from tracker.progress import ANSWERED, DutyState, UpdateStatus
from tracker.remind.queue import queue_today
from tracker.review.decide import accept, give_back
from tracker.settings import ZONE, Settings
from tracker.store.apply import apply_plan
from tracker.store.engine import reading, writing
from tracker.store.links import withdraw_links
from tracker.store.pauses import pause_reminders
from tracker.store.periods import change_closing, find_period
from tracker.store.plans import plan_in_force
from tracker.store.tables import Duty, Evidence, Link
from tracker.store.traces import Trace, traced
from tracker.web.app import create_app
from tracker.web.kept import MOST_KEPT, KeptPage, KeptPages
from tracker.web.pages import Pages
from tracker.web.serve import server

SIGNED = "Phó Giám đốc (minh họa)"
START = datetime(2024, 10, 15, 8, tzinfo=ZONE)
PLANS = [plan_text(), plan_text(3), plan_text(6), plan_text(merged_since="2024-10-17")]
PLANS += [PLANS[0].replace("Hoạt động thứ 1", "Hoạt động đổi tên")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocked(Settings):
    """Settings whose time passes while the pages are served, as the clock's does."""

    clock: list[datetime]

    def now(self) -> datetime:
        return self.clock[0]


@dataclass
class Office(Season):
    """A season, dice, and every link that was ever given."""

    dice: random.Random
    links: list[str]

    @property
    def clock(self) -> list[datetime]:
        assert isinstance(self.settings, Clocked)
        return self.settings.clock

    def agency(self) -> str:
        return self.dice.choice(["so-a", "so-b"])

    def words(self) -> str:
        return f"Nội dung {self.dice.randrange(10**9)}"

    def duty(self, states: frozenset[DutyState] = frozenset(DutyState), code: str = "2024") -> Duty | None:
        found = [duty for duty in self.duties(code).values() if duty.state in states]
        return self.dice.choice(found) if found else None


Change = Callable[[Office], object]
CHANGES: dict[str, Change] = {}


def change(made: Change) -> Change:
    CHANGES[made.__name__] = made
    return made


def typed_on(office: Office, link: str) -> dict[str, str]:
    typed = fields_of(office.browser.get(link))
    if results := [name for name in typed if name.endswith(".result")]:
        name = office.dice.choice(results).removesuffix(".result")
        typed |= {f"{name}.result": office.words(), f"{name}.status": "under_way", "said_by": SIGNED}
    return typed


@change
def a_draft_is_saved(office: Office) -> None:
    link = office.link(office.agency())
    office.browser.post(link, "save", typed_on(office, link))


@change
def a_form_is_sent(office: Office) -> None:
    link = office.link(office.agency())
    office.browser.post(link, "send", typed_on(office, link))


@change
def one_activity_is_sent_alone(office: Office) -> None:
    link = office.link()
    office.browser.post(link, f"send:II.{office.dice.randint(1, 3)}", typed_on(office, link))


def say(office: Office, code: str) -> None:
    duty = office.duty(code=code)
    assert duty is not None
    texts = dict.fromkeys(("difficulties", "causes", "proposals"), office.words())
    answer = Answer(status=UpdateStatus.UNDER_WAY, percent=40, result=office.words(), **texts)
    with writing(office.engine) as session:
        said = Said(by=SIGNED, at=office.settings.now(), way="reply")
        record_answers(session, {duty.id: (session.get_one(Duty, duty.id), answer)}, said)


@change
def a_reply_is_recorded(office: Office) -> None:
    say(office, "2024")


@change
def the_period_before_is_answered_late(office: Office) -> None:
    say(office, "2023")


def give_figure(office: Office, code: str) -> None:
    with writing(office.engine) as session:
        _, plan = plan_in_force(session)
        said = Said(by=SIGNED, at=office.settings.now(), way="workbook")
        target = plan.targets[0]
        values = [(target, target.reported_by, Decimal(office.dice.randrange(1000)))]
        record_figures(session, plan, find_period(session, code), values, said)


@change
def a_figure_is_given(office: Office) -> None:
    give_figure(office, "2024")


@change
def a_figure_of_the_period_before_is_put_right(office: Office) -> None:
    give_figure(office, "2023")


@change
def an_answer_is_accepted(office: Office) -> None:
    if duty := office.duty(frozenset({DutyState.SUBMITTED})):
        with writing(office.engine) as session:
            accept(session, [session.get_one(Duty, duty.id)], "Hội (minh họa)", office.settings.now())


@change
def an_answer_is_returned(office: Office) -> None:
    if duty := office.duty(frozenset(ANSWERED)):
        with writing(office.engine) as session:
            held = session.get_one(Duty, duty.id)
            give_back(session, held, office.words(), "Hội (minh họa)", office.settings.now())


@change
def a_file_is_given(office: Office) -> None:
    duty = office.duty()
    raw = b"%PDF-1.7\n" + office.words().encode()
    data = {"activity": str(duty and duty.id), "given_by": SIGNED}
    office.browser.ask("POST", f"{office.link()}/tai-lieu", data=data, files={"file": ("a.pdf", raw)})


@change
def a_file_is_taken_back(office: Office) -> None:
    for file in office.rows(Evidence)[:1]:
        data = {"activity": str(file.duty_id), "remove": str(file.id)}
        office.browser.ask("POST", f"{office.link()}/tai-lieu", data=data)


@change
def another_plan_is_applied(office: Office) -> None:
    plan = parse_plan(office.dice.choice(PLANS).encode())
    with writing(office.engine) as session:
        apply_plan(session, plan, "quản trị", office.settings.today(), office.settings.now())


@change
def the_closing_day_is_moved(office: Office) -> None:
    with writing(office.engine) as session:
        period = find_period(session, "2024")
        change_closing(session, period, period.due + timedelta(days=office.dice.randrange(80)))


@change
def links_are_withdrawn_and_given_anew(office: Office) -> None:
    agency = office.agency()
    with writing(office.engine) as session:
        withdraw_links(session, find_period(session, "2024"), agency, office.settings.now())
    office.links.append(office.link(agency))


@change
def reminders_are_held_back(office: Office) -> None:
    with writing(office.engine) as session:
        _, plan = plan_in_force(session)
        until, why = office.settings.today() + timedelta(days=9), office.words()
        pause_reminders(session, plan, "so-a", None, until, why, "Hội (minh họa)", office.settings.now())


@change
def letters_are_queued(office: Office) -> None:
    queue_today(office.engine, office.settings)


@change
def days_pass(office: Office) -> None:
    office.clock[0] += timedelta(days=office.dice.choice([1, 1, 2, 7]))


@change
def hours_pass(office: Office) -> None:
    office.clock[0] += timedelta(hours=office.dice.choice([1, 5, 17]))


@change
def a_template_is_edited(office: Office) -> None:
    name = office.dice.choice(["form", "base", "parts"])
    path = office.settings.templates / "web" / f"{name}.html.j2"
    old, new = ("Quý cơ quan", "Quý vị") if "Quý cơ quan" in path.read_text() else ("h", "h")
    path.write_text(path.read_text().replace(old, new) + f"{{# {office.words()} #}}")


@change
def somebody_mends_a_row_by_hand(office: Office) -> None:
    with office.engine.begin() as connection:
        connection.execute(sa.text("UPDATE periods SET title = :words"), {"words": office.words()})


@pytest.fixture
def office(engine: sa.Engine, make_settings: Callable[..., Settings], tmp_path: Path) -> Office:
    shutil.copytree(ROOT / "templates", tmp_path / "templates")

    def clocked(today: str, **given: str) -> Settings:
        settings = make_settings(templates=str(tmp_path / "templates"), **given)
        values = {one.name: getattr(settings, one.name) for one in fields(settings)}
        assert today == str(START.date())
        return Clocked(**values, clock=[START])

    season = open_season(engine, clocked)
    links = [season.link(agency) for agency in ("so-a", "so-b", "hoi")]
    return Office(season.engine, season.settings, season.browser, random.Random(305), links)


def seen(browser: Browser, links: list[str]) -> list[tuple[int, bytes]]:
    return [(page.status_code, page.content) for page in browser.many([("GET", link, {}) for link in links])]


@pytest.mark.parametrize("seed", range(2))
def test_after_any_change_every_page_is_the_one_that_would_be_made_anew(office: Office, seed: int) -> None:
    office.dice.seed(seed)
    order = [*CHANGES] * 2
    office.dice.shuffle(order)
    done: list[str] = []
    seen(office.browser, office.links)
    for name in order:
        CHANGES[name](office)
        done.append(name)
        kept = seen(office.browser, office.links)
        anew = seen(Browser(create_app(office.engine, office.settings)), office.links)
        assert kept == anew, f"{name}, after {done}"
        assert seen(office.browser, office.links) == anew


def test_a_page_that_nothing_has_changed_is_made_once(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    render = Pages.render

    def counted(self: Pages, name: str, *rest: int, **facts: object) -> httpx.Response:
        made.append(name)
        return render(self, name, *rest, **facts)  # type: ignore[return-value]

    monkeypatch.setattr(Pages, "render", counted)
    ours, theirs = office.links[:2]
    first = seen(office.browser, [ours, theirs, ours, theirs])
    assert made == ["form", "form"]
    assert first[:2] == first[2:]
    hours_pass(office)
    letters_are_queued(office)
    reminders_are_held_back(office)
    assert seen(office.browser, [ours, theirs]) == first[:2]
    assert made == ["form", "form"]
    a_draft_is_saved(office)
    made.clear()
    seen(office.browser, [ours, theirs, ours, theirs])
    assert made == ["form"]


def test_nobody_sees_the_page_of_another_link(office: Office) -> None:
    pages = seen(office.browser, office.links * 2)
    for link, (status, page) in zip(office.links * 2, pages, strict=True):
        assert status == 200
        assert link.encode() in page
        assert not any(other.encode() in page for other in office.links if other != link)
    stranger = "/b/" + "x" * 43
    assert seen(office.browser, [stranger])[0][0] == 404


def test_a_link_that_ends_within_the_day_opens_nothing_from_then_on(office: Office) -> None:
    [before] = seen(office.browser, office.links[:1])
    assert before[0] == 200
    with writing(office.engine) as session:
        session.execute(sa.update(Link).values(expires_at=START + timedelta(hours=2)))
    assert seen(office.browser, office.links[:1])[0][0] == 200
    office.clock[0] += timedelta(hours=2)
    assert seen(office.browser, office.links[:1])[0][0] == 404


def test_who_asks_after_something_was_saved_sees_it_however_many_ask_and_write(
    engine: sa.Engine, make_settings: Callable[..., Settings]
) -> None:
    season = open_season(engine, lambda **given: make_settings(port=str(free_port()), **given))
    link = f"http://127.0.0.1:{season.settings.port}{season.link()}"
    web = server(season.engine, season.settings)
    serving = threading.Thread(target=web.run)
    serving.start()
    saved, over = [0], threading.Event()

    def write() -> None:
        with httpx.Client(timeout=60) as client:
            draft = ""
            for number in range(1, 31):
                typed = {"II.1.result": f"lần {number}", "action": "save", "draft": draft, "page": "một trang"}
                assert client.post(link, data=typed).status_code == 303
                saved[0] = number
        over.set()

    def read() -> int:
        asked = 0
        with httpx.Client(timeout=60) as client:
            while not over.is_set():
                least = saved[0]
                shown = fields_of(client.get(link))["II.1.result"]
                assert int(shown.removeprefix("lần ") or 0) >= least
                asked += 1
        return asked

    try:
        while not web.started:
            over.wait(0.02)
        with ThreadPoolExecutor() as pool:
            readers = [pool.submit(read) for _ in range(4)]
            pool.submit(write).result()
            assert all(reader.result() for reader in readers)
    finally:
        over.set()
        web.should_exit = True
        serving.join()


def test_the_page_made_longest_ago_makes_room() -> None:
    kept, page = KeptPages(), KeptPage(b"", START, date(2024, 10, 15), Trace([], []))
    for number in [*range(MOST_KEPT), 0, MOST_KEPT]:
        kept.keep(str(number), page)
    assert set(kept.pages) == {str(number) for number in range(MOST_KEPT + 1)} - {"1"}


def test_a_trace_holds_until_a_row_that_was_read_changes(office: Office) -> None:
    with reading(office.engine) as session:
        title, trace = traced(session, lambda: find_period(session, "2024").title)
    assert title == "Báo cáo năm 2024"
    assert len(trace.asked) == 1
    letters_are_queued(office)
    with reading(office.engine) as session:
        assert trace.holds(session)
    somebody_mends_a_row_by_hand(office)
    with reading(office.engine) as session:
        assert not trace.holds(session)
