"""Whatever plans beside one another ask and say: nothing of one stands in the letters and pages of another."""

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import sqlalchemy as sa
from desk_visits import add_plan, signed_in, with_people
from factories_web import PLAN, Browser, Season
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from test_web_coordinator import say

from tracker.plan.document import THE_ONE
from tracker.remind.queue import queue_today
from tracker.report.compile import compile_memo
from tracker.settings import Settings
from tracker.store.engine import open_store, reading, writing
from tracker.store.links import link_for, token_of
from tracker.store.messages import record_message
from tracker.store.tables import Letter, Message, Period, Purpose
from tracker.web.app import create_app

PAGES = ("", "/moi-ke-hoach", "/viec", "/viec?dang=csv", "/thu", "/thu?dang=csv", "/ky", "/ky/2024", "/ke-hoach",
         "/ky/2024/nhac?xem=so-a", "/ky/2024/bao-cao", "/ky/2024/duyet", "/co-quan/so-a", "/hoat-dong/II.1",
         "/ma-tran", "/nhat-ky", "/nhat-ky?dang=csv", "/lich?nam=2024")  # fmt: skip


@dataclass(frozen=True)
class Drawn:
    """A plan: its id in the store, the word that stands in all that is its own, and who leads its rows."""

    plan_id: str
    word: str
    leads: Sequence[str]

    @property
    def name(self) -> str:
        """Return what its period of 2024 is called."""
        return "2024" if self.plan_id == THE_ONE else f"{self.plan_id}@2024"

    @property
    def home(self) -> str:
        return "" if self.plan_id == THE_ONE else f"/kh/{self.plan_id}"

    @property
    def own(self) -> str:
        """Return its own agency, whose contact no other plan has."""
        return f"so-{self.word.lower()}"

    @property
    def coordinator(self) -> str:
        return f"dau-moi@{self.word.lower()}.example"

    def text(self) -> str:
        row = "  - {{id: II.{n}, title: {word} việc {n}, content: ND1, years: [2024], lead: {lead}}}"
        rows = [row.format(n=n, word=self.word, lead=lead) for n, lead in enumerate(self.leads, 1)]
        text = PLAN.format(activities="\n".join(rows), succession="").replace("Kế hoạch thử", f"{self.word} thử")
        own = f"  {self.own}: {{name: Sở {self.word}, short: {self.word}, contacts: [{{to: {self.address}}}]}}\n"
        text = text.replace("agencies:\n", f"agencies:\n{own}").replace("1/KH-UBND", f"1/KH-{self.word}")
        text = text.replace("plan:\n", f"plan:\n  id: {self.plan_id}\n") if self.home else text
        text = text.replace("Tuyên truyền", f"Tuyên truyền {self.word}")
        return with_people(text, {"coordinator": (f"Đầu mối {self.word}", self.coordinator)})

    @property
    def address(self) -> str:
        return f"van-phong@{self.word.lower()}.example"


WORDS = {THE_ONE: "Zamot", "hai": "Zahai", "ba": "Zaba"}


@st.composite
def drawn_plans(draw: st.DrawFn) -> list[Drawn]:
    """Draw two or three plans, in any order of being applied."""
    ids = draw(st.lists(st.sampled_from(list(WORDS)), min_size=2, max_size=3, unique=True))
    plans = []
    for plan_id in ids:
        word = WORDS[plan_id]
        leads = st.sampled_from(["so-a", "so-b", f"so-{word.lower()}"])
        plans.append(Drawn(plan_id, word, draw(st.lists(leads, min_size=2, max_size=4))))
    return plans


@contextmanager
def season_of(
    plans: Sequence[Drawn], made_store: Path, make_settings: Callable[..., Settings]
) -> Iterator[Season]:
    """Give a season of a store of its own in which `plans` are applied and their year is open."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "tracker.db"
        shutil.copy(made_store, file)
        engine = open_store(f"sqlite:///{file}")
        settings = make_settings(today="2024-10-15", var=f"{folder}/var")
        season = Season(engine, settings, Browser(create_app(engine, settings)))
        for plan in plans:
            add_plan(season, plan.text())
        yield season
        season.browser.app.state.background.wait()
        engine.dispose()


def write_unplaced(season: Season, plan: Drawn) -> None:
    """Put mail of a contact of `plan` alone into the record, which answers no known letter."""
    row = {"digest": plan.word, "message_id": None, "received_at": season.settings.now(), "text": plan.word}
    row |= {"written_at": None, "sender": plan.address, "subject": plan.word, "kind": "unplaced"}
    with writing(season.engine) as session:
        record_message(session, row | {"addresses": [], "letter_id": None})


def put_aside(season: Season, plan: Drawn) -> None:
    """Have the coordinator of `plan` put that mail aside, for a reason."""
    [message] = [one for one in season.rows(Message) if one.subject == plan.word]
    page = f"{plan.home}/ky/2024/duyet/thu/{message.id}"
    answer = signed_in(season, plan.coordinator).post(page, action="dismiss", reason=f"{plan.word} thôi")
    assert answer.status_code == 303, answer.text


def pause(season: Season, plan: Drawn) -> None:
    typed = {"den-ngay": "2024-10-20", "ly-do": f"{plan.word} bận"}
    signed_in(season, plan.coordinator).post(f"{plan.home}/co-quan/so-b", action="pause", **typed)


def link(season: Season, plan: Drawn, agency: str, purpose: Purpose = Purpose.ANSWER) -> str:
    with writing(season.engine) as session:
        where = (Period.plan_id == plan.plan_id, Period.code == "2024")
        period = session.scalars(sa.select(Period).where(*where)).one()
        key = season.settings.secret_key()
        return token_of(link_for(session, period, agency, key, season.settings.now(), purpose), key)


def all_told(season: Season, plan: Drawn) -> Iterator[tuple[str, str]]:
    """Yield all that is written to people of `plan` or shown to them, each with where."""
    with reading(season.engine) as session:
        found = sa.select(Letter).join(Period, Period.id == Letter.period_id).where(Period.plan_id == plan.plan_id)
        letters = session.scalars(found).all()
    for letter in letters:
        mail = message_from_bytes(bytes(letter.message), policy=default)
        parts = [part.get_content() for part in mail.walk() if part.get_content_maintype() == "text"]
        yield letter.key, "\n".join([letter.subject, letter.text, *map(str, parts)])
    for agency in ("so-a", "so-b", plan.own):
        yield f"/b/ of {agency}", season.browser.get(f"/b/{link(season, plan, agency)}").text
    yield "/r/", season.browser.get(f"/r/{link(season, plan, 'hoi', Purpose.REVIEW)}").text
    visitor = signed_in(season, plan.coordinator)
    for path in PAGES:
        page = visitor.get(plan.home + path)
        assert page.status_code == 200, path
        yield path, page.text
    for letter in letters:
        yield f"/thu/{letter.id}", visitor.get(f"{plan.home}/thu/{letter.id}").text
    yield "memo", visitor.get(f"{plan.home}/ky/2024/bao-cao/1.html").text


@hypothesis_settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(plans=drawn_plans(), data=st.data())
def test_nothing_of_one_plan_stands_in_the_letters_and_pages_of_another(
    made_store: Path, make_settings: Callable[..., Settings], plans: list[Drawn], data: st.DataObject
) -> None:
    with season_of(plans, made_store, make_settings) as season:
        for plan in plans:
            for number in data.draw(st.sets(st.integers(1, len(plan.leads)))):
                say(season, f"II.{number}", plan.name, result=f"{plan.word} đã làm", by=f"Cán bộ {plan.word}")
            write_unplaced(season, plan)
        for plan in data.draw(st.permutations(plans)):
            for do in data.draw(st.lists(st.sampled_from([put_aside, pause]), unique=True)):
                do(season, plan)
        queue_today(season.engine, season.settings)
        for plan in plans:
            compile_memo(season.engine, season.settings, plan.name, f"Đầu mối {plan.word}", formats=())
        for plan in plans:
            others = [one.word.lower() for one in plans if one is not plan]
            for where, told in all_told(season, plan):
                for word in others:
                    assert word not in told.lower(), f"{word} at {where} of {plan.plan_id}"
                    assert plan.word.lower() in told.lower() or where in {"/thu?dang=csv", "/nhat-ky?dang=csv"}
