"""A dead link is replaced by a letter to the contacts on file; whoever asks learns nothing."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from factories_web import Season, open_season

from tracker.letters.send import send_queued
from tracker.settings import Settings
from tracker.store.engine import writing
from tracker.store.tables import Letter, Link


def kill_links(season: Season, how: str) -> None:
    now = season.settings.now()
    with writing(season.engine) as session:
        values = {"withdrawn_at": now} if how == "withdrawn" else {"expires_at": now - timedelta(days=1)}
        session.execute(sa.update(Link).values(**values))


@pytest.mark.parametrize("how", ["expired", "withdrawn"])
def test_a_new_link_goes_to_the_contact_on_file_once_a_day_and_opens_the_page(season: Season, how: str) -> None:
    old = season.link()
    kill_links(season, how)
    dead = season.browser.get(old)
    assert dead.status_code == 404
    assert 'value="renew"' in dead.text
    answers = [season.browser.post(old, "renew", {}) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {200}
    [letter] = season.rows(Letter)
    assert (letter.kind, letter.to) == ("link", ["a@tinh.example"])
    new = season.link()
    assert new != old
    assert new not in answers[0].text
    assert season.browser.get(new).status_code == 200
    assert send_queued(season.engine, season.settings).sent == 1
    [file] = (season.settings.var / "outbox").iterdir()
    assert new in file.read_text().replace("=\n", "")


def test_an_agency_that_got_a_few_new_links_today_gets_no_more_for_other_periods(
    quiet_season: Season, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracker.store.letters.MOST_ANSWERS_A_DAY", 1)
    old = quiet_season.link()
    kill_links(quiet_season, "expired")
    quiet_season.browser.post(old, "renew", {})
    with writing(quiet_season.engine) as session:
        session.execute(sa.update(Letter).values(key="link:2023:so-a:2024-10-15"))  # as if for another period
    quiet_season.browser.post(old, "renew", {})
    assert len(quiet_season.rows(Letter)) == 1


def test_whoever_asks_with_a_token_that_was_nobodys_or_still_opens_gets_the_same_page_and_no_letter(
    season: Season,
) -> None:
    live = season.link()
    before = season.dump()
    answers = [season.browser.post(path, "renew", {}) for path in (live, f"/b/{'x' * 43}", "/b/x", "/b/%00")]
    assert {(answer.status_code, answer.content) for answer in answers} == {(200, answers[0].content)}
    assert season.dump() == before


def test_after_the_period_has_closed_no_new_link_is_sent(
    sqlite_engine: sa.Engine, make_settings: Callable[..., Settings]
) -> None:
    season = open_season(sqlite_engine, make_settings)
    old = season.link()
    later = Season(season.engine, make_settings(today="2025-01-02"), season.browser)
    kill_links(season, "expired")
    with writing(season.engine) as session:
        session.execute(sa.text("update periods set closes = '2024-10-14'"))
    assert later.browser.post(old, "renew", {}).status_code == 200
    assert season.rows(Letter) == []
