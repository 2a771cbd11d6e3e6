"""The workbook that comes with each reminder."""

from collections.abc import Sequence
from datetime import date
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from io import BytesIO

import openpyxl
import pytest
import sqlalchemy as sa
from answering import answer, edited_plan, open_season, say
from workbooks import TRADE, place, raw_workbook

from tracker.letters.address import is_channel
from tracker.remind.queue import queue_today
from tracker.remind.refresh import refresh_queued
from tracker.settings import Settings
from tracker.store.engine import reading
from tracker.store.tables import Letter
from tracker.workbook.model import MEDIA_TYPE, REPORT

DAY = date(2024, 10, 15)
NAME = "bao-cao-2024-so-cong-thuong.xlsx"
OFFER = "điền vào tệp đó rồi trả lời thư"
CONTACT = "socongthuong@angiang.example"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.on(DAY)


def letters_to(engine: sa.Engine, agency: str) -> Sequence[Letter]:
    with reading(engine) as session:
        return session.scalars(sa.select(Letter).where(Letter.agency_id == agency).order_by(Letter.id)).all()


def attached(letter: Letter) -> dict[str, EmailMessage]:
    mail = message_from_bytes(letter.message, policy=default)
    return {str(part.get_filename()): part for part in mail.iter_attachments()}


def test_a_reminder_brings_the_workbook_of_its_agency_filled_as_the_page_is(
    engine: sa.Engine, settings: Settings
) -> None:
    open_season(engine)
    say(engine, "II.10", answer("Đã mở lớp"))
    queue_today(engine, settings)
    [letter] = letters_to(engine, TRADE)
    workbook = attached(letter)[NAME]
    assert (workbook.get_content_type(), OFFER in letter.text) == (MEDIA_TYPE, True)
    assert workbook.get_content() == raw_workbook(engine, settings)
    book = openpyxl.load_workbook(BytesIO(workbook.get_content()))
    assert book[REPORT][place(book, "II.10", "result")].value == "Đã mở lớp"


def test_a_letter_that_waits_gets_a_fresh_workbook_with_its_new_words(
    engine: sa.Engine, settings: Settings
) -> None:
    open_season(engine)
    queue_today(engine, settings)
    say(engine, "II.10", answer("Đã mở lớp"))
    refresh_queued(engine, settings)
    [letter] = letters_to(engine, TRADE)
    assert attached(letter)[NAME].get_content() == raw_workbook(engine, settings)


def test_a_chat_channel_gets_no_file_and_is_promised_none_where_there_is_no_mail(
    sqlite_engine: sa.Engine, settings: Settings
) -> None:
    open_season(sqlite_engine, edited_plan((CONTACT, "json://127.0.0.1:9/x")))
    queue_today(sqlite_engine, settings)
    [letter] = letters_to(sqlite_engine, TRADE)
    assert is_channel(letter.to[0])
    assert (letter.message, OFFER in letter.text) == (b"", False)
