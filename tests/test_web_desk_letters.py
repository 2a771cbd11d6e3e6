"""What became of a letter, as a coordinator reads it: no command, no setting, no path, no machine."""

import re
from collections.abc import Callable
from dataclasses import replace
from html import unescape

import pytest
import sqlalchemy as sa
from desk_visits import Visitor, signed_in, text_of, with_people
from factories_web import Season, open_season
from smtp_post import Post, free_port

from tracker.letters.send import Outcome, send_queued
from tracker.remind.queue import queue_today
from tracker.settings import Settings
from tracker.store.engine import writing
from tracker.store.tables import Letter

FOR_ADMINS = re.compile(
    r"tracker [a-z]|TRACKER_|activities\.yaml|contacts|127\.|/(?:tmp|var|home|work)|outbox|\.py"
)
AGENCY = "so-a"


@pytest.fixture
def season(sqlite_engine: sa.Engine, make_settings: Callable[..., Settings]) -> Season:
    """Give a season whose reminders wait to be sent."""
    season = open_season(sqlite_engine, make_settings, with_people())
    assert queue_today(season.engine, season.settings).fresh
    return season


def sent_by(season: Season, mail_url: str) -> Outcome:
    given = {"BASE_URL": "TRACKER_BASE_URL"}  # without which no real mail leaves
    return send_queued(season.engine, replace(season.settings, mail_url=mail_url, places=given))


def told_at_the_desk(season: Season) -> str:
    """Return what the desk says of the letter to one agency, wherever it says it; nothing there is for admins."""
    visitor: Visitor = signed_in(season)
    letter = next(one for one in season.rows(Letter) if one.agency_id == AGENCY)
    pages = [visitor.get(path) for path in (f"/thu/{letter.id}", "/thu", f"/co-quan/{AGENCY}", "/thu?dang=csv")]
    assert all(page.status_code == 200 for page in pages)
    texts = [unescape(text_of(page)).replace(season.settings.base_url, "") for page in pages]
    assert [FOR_ADMINS.findall(text) for text in texts] == [[]] * len(texts)
    told = re.search(r"Kết quả gửi (.*?)(?: Gửi lại| Rút thư| Nội dung)", texts[0])
    assert told, texts[0]
    if letter.state != "sent":
        assert all(told[1][:60] in text for text in texts)
    return told[1]


def test_a_letter_kept_as_a_file_names_the_file_alone(season: Season) -> None:
    assert sent_by(season, season.settings.mail_url).sent
    assert re.fullmatch(r"đã ghi thành tệp [\w.-]+\.eml", told_at_the_desk(season))


def test_a_folder_that_cannot_be_written_is_the_admins_business(season: Season) -> None:
    (season.settings.var / "file").parent.mkdir(parents=True, exist_ok=True)
    (season.settings.var / "file").touch()
    shut = sent_by(season, f"folder://{season.settings.var / 'file' / 'outbox'}").shut
    assert shut
    assert "TRACKER_MAIL_URL" in shut
    told = "chưa ghi được thư ra tệp; thư nằm trong hàng đợi, kéo dài thì báo người quản trị"
    assert told_at_the_desk(season) == told


def test_a_server_that_is_not_there_is_the_admins_business(season: Season) -> None:
    shut = sent_by(season, f"smtp://127.0.0.1:{free_port()}").shut
    assert shut
    assert "kiểm tra TRACKER_MAIL_URL và mạng" in shut
    told = "chưa nối được máy chủ gửi thư; thư nằm trong hàng đợi, kéo dài thì báo người quản trị"
    assert told_at_the_desk(season) == told


@pytest.mark.parametrize("answer", ["550 5.7.1 Sender denied", "450 4.7.1 rate limit"])
def test_a_server_that_takes_nothing_from_us_is_the_admins_business(
    season: Season, post: tuple[Post, str], answer: str
) -> None:
    post[0].no_sender = answer
    shut = sent_by(season, post[1]).shut
    assert shut
    assert answer in shut
    told = "máy chủ gửi thư chưa nhận thư của chương trình; thư nằm trong hàng đợi, kéo dài thì báo người quản trị"
    assert told_at_the_desk(season) == told


def test_an_address_of_nobody_is_called_so(season: Season) -> None:
    outcome = sent_by(season, f"smtp://127.1:{free_port()}")  # counts as a server of the world
    assert "tracker letters retry" in outcome.refused[0][1]
    assert told_at_the_desk(season) == "địa chỉ mẫu, không có thật"


@pytest.mark.parametrize(
    ("to", "told"),
    [
        ("vănphòng@tinh.example", "không lập được thư (địa chỉ không dùng được: 'vănphòng@tinh.example')"),
        ("kenh-la://x", "địa chỉ kênh này không dùng được"),
    ],
)
def test_an_address_that_no_server_takes_is_named(season: Season, to: str, told: str) -> None:
    with writing(season.engine) as session:
        session.execute(sa.update(Letter).where(Letter.agency_id == AGENCY).values(to=[to]))
    refused = sent_by(season, season.settings.mail_url).refused
    assert ["sửa contacts" in words for _, words in refused] == [True]
    assert told_at_the_desk(season) == told


@pytest.mark.parametrize(
    ("answer", "whole", "words"),
    [
        ("550 5.1.1 no such user here", True, "550 5.1.1 no such user here"),
        ("552 5.2.2 over quota", False, "hộp thư đầy, máy chủ trả lời: 552 5.2.2 over quota"),
        ("554 5.7.1 blocked", False, "máy chủ của nơi nhận từ chối theo quy định riêng"),
        ("552 5.3.4 too big", False, "thư lớn hơn mức máy chủ của nơi nhận cho phép"),
    ],
)
def test_what_a_server_refused_is_a_fault_of_the_agency_on_the_first_page_and_its_own(
    season: Season, post: tuple[Post, str], answer: str, whole: bool, words: str
) -> None:
    [letter] = [one for one in season.rows(Letter) if one.agency_id == AGENCY]
    post[0].refuse[letter.to[0]] = [answer]
    sent_by(season, post[1])
    visitor = signed_in(season)
    first, own = (unescape(text_of(visitor.get(path))) for path in ("", f"/co-quan/{AGENCY}"))
    assert ("1 cơ quan không gửi thư được" in first, "1 cơ quan có thư không đến" in first) == (whole, not whole)
    assert words in first
    assert words in own


def test_a_servers_own_words_are_shown_as_it_said_them(season: Season, post: tuple[Post, str]) -> None:
    [letter] = [one for one in season.rows(Letter) if one.agency_id == AGENCY]
    post[0].refuse[letter.to[0]] = ["550 5.1.1 no such user here"]
    sent_by(season, post[1])
    assert told_at_the_desk(season) == "550 5.1.1 no such user here"
