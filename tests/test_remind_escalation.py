"""Who is late comes to the coordinator's eyes, whenever it turns late in it: once, and nobody is left out."""

from collections.abc import Sequence
from datetime import date
from email import message_from_bytes
from email.policy import default
from io import BytesIO

import docx
import sqlalchemy as sa
from answering import NOW, duty_of, open_season, say

from tracker.remind.queue import queue_today
from tracker.review.decide import give_back
from tracker.settings import Settings
from tracker.store.duties import duties_of
from tracker.store.engine import reading, writing
from tracker.store.pauses import pause_reminders
from tracker.store.periods import find_period
from tracker.store.tables import Letter

TRADE = "so-cong-thuong"
FIRST = ["escalate:2024:coordinator:2024-11-07", "escalate:2024:dispatch:2024-11-19"]


def told(engine: sa.Engine, settings: Settings, *days: date) -> Sequence[Letter]:
    for day in days:
        queue_today(engine, settings.on(day))
    with reading(engine) as session:
        return session.scalars(sa.select(Letter).where(Letter.kind == "escalate").order_by(Letter.id)).all()


def paper_in(letter: Letter) -> str:
    [attached] = message_from_bytes(letter.message, policy=default).iter_attachments()
    document = docx.Document(BytesIO(attached.get_content()))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def test_an_agency_that_was_paused_over_the_days_is_listed_and_pressed_once_its_pause_ends(
    engine: sa.Engine, settings: Settings
) -> None:
    plan = open_season(engine)
    with writing(engine) as session:
        pause_reminders(session, plan, TRADE, None, date(2024, 11, 20), "Đang sáp nhập", "Mai", NOW)
    before = told(engine, settings, date(2024, 11, 7), date(2024, 11, 19), date(2024, 11, 20))
    assert [letter.key for letter in before] == FIRST
    assert "Sở Công Thương tỉnh" not in paper_in(before[1])
    *_, last = after = told(engine, settings, date(2024, 11, 21), date(2024, 11, 22))
    assert [letter.key for letter in after] == [*FIRST, "escalate:2024:dispatch:2024-11-19+2"]
    assert "8 cơ quan quá hạn" in last.subject
    assert "(chỉ gửi Sở Công Thương, các cơ quan khác đã có công văn trước)" in last.text
    assert "Sở Công Thương tỉnh" in paper_in(last)
    assert "Sở Tài chính" not in paper_in(last)


def test_what_is_returned_after_the_days_is_listed_too_once(sqlite_engine: sa.Engine, settings: Settings) -> None:
    open_season(sqlite_engine)
    with reading(sqlite_engine) as session:
        owed = [duty.activity_id for duty in duties_of(session, find_period(session, "2024"), {TRADE})]
    for activity in owed:
        say(sqlite_engine, activity)
    told(sqlite_engine, settings, date(2024, 11, 7), date(2024, 11, 19))
    with writing(sqlite_engine) as session:
        give_back(session, duty_of(session, "II.10"), "Ghi rõ số liệu", "Mai", NOW)
    *before, last = told(sqlite_engine, settings, date(2024, 11, 20), date(2024, 11, 21))
    assert [letter.key for letter in before] == FIRST
    assert all("Sở Công Thương" not in letter.text for letter in before)
    assert "- II.10 - " in last.text
    assert "II.10. " in paper_in(last)


def test_letters_to_the_coordinator_tell_its_own_ladder_nothing(
    sqlite_engine: sa.Engine, settings: Settings
) -> None:
    open_season(sqlite_engine)
    told(sqlite_engine, settings, date(2024, 11, 19))
    with writing(sqlite_engine) as session:  # as if only the paper had gone
        session.execute(sa.delete(Letter).where(Letter.kind == "remind"))
    assert len(queue_today(sqlite_engine, settings.on(date(2024, 11, 20))).fresh) == 8
