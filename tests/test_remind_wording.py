"""A reminder says what is late and what is not, and each date where there are several."""

from collections.abc import Mapping
from datetime import date

import pytest
from answering import real_plan

from tracker.letters.compose import Composed
from tracker.letters.queue import composed_for_agency
from tracker.progress import DutyState
from tracker.remind.due import Season, owed_reminders
from tracker.remind.wording import reminder_facts
from tracker.settings import Settings
from tracker.store.duties import asked
from tracker.store.letters import LetterHistory
from tracker.store.periods import ruled_periods
from tracker.store.tables import Duty

PLAN = real_plan().plan
PERIOD = next(period for period in ruled_periods(PLAN) if period.code == "2024")
SUBJECT = "Sở Công Thương – đề nghị báo cáo 7 hoạt động"
EARLY = {"II.39": date(2024, 10, 10)}


def written(settings: Settings, day: date, own: Mapping[str, date] | None = None) -> Composed:
    """Return what the trade office is written on `day`, where activities have the dates of their `own`."""
    duties = [
        Duty(
            id=number,
            activity_id=a.activity_id,
            agency_id=a.agency_id,
            due=(own or {}).get(a.activity_id, a.due),
            state=DutyState.EXPECTED,
        )
        for number, a in enumerate(asked(PLAN, PERIOD))
    ]
    season = Season(PLAN, PERIOD, duties, [], day)
    [found] = [r for r in owed_reminders(season, LetterHistory()) if r.agency.id == "so-cong-thuong"]
    return composed_for_agency(settings, PLAN, "remind", found.period, found.agency, reminder_facts(PLAN, found))


def test_the_head_is_told_what_is_late_and_apart_from_it_what_is_not_yet_due(settings: Settings) -> None:
    words = written(settings, date(2024, 10, 24), EARLY)
    assert words.subject == f"Đã quá hạn 1 hoạt động: {SUBJECT}, hạn tiếp theo 29/10/2024 (305/KH-UBND)"
    assert "Kính gửi Lãnh đạo cơ quan." in words.text
    assert "Hạn gửi của 1 hoạt động: ngày 10/10/2024 - đã quá hạn 10 ngày làm việc." in words.text
    for text in (words.text, words.html):
        before, late, coming = (
            text[start:end]
            for start, end in zip(
                [0, text.index("Đã quá hạn:"), text.index("Chưa đến hạn:")],
                [text.index("Đã quá hạn:"), text.index("Chưa đến hạn:"), len(text)],
                strict=True,
            )
        )
        assert "II.39" not in before
        assert ("II.39" in late, "II.10" in late, "II.39" in coming, "II.10" in coming) == (
            True,
            False,
            False,
            True,
        )
        assert late.count("Hạn: 10/10/2024") == 1
        assert coming.count("Hạn: 29/10/2024") == 6
        assert "Hạn riêng" not in text
    assert "\n\n\n" not in words.text


def test_where_all_is_due_on_one_day_it_is_said_once(settings: Settings) -> None:
    for day, late in ((date(2024, 10, 15), False), (date(2024, 11, 12), True)):
        words = written(settings, day)
        assert words.subject == ("Đã quá hạn: " if late else "") + f"{SUBJECT}, hạn 29/10/2024 (305/KH-UBND)"
        for text in (words.text, words.html):
            assert "Chưa đến hạn" not in text
            assert ("Đã quá hạn:" in text) is late
            assert text.count("29/10/2024") == 1


def test_of_several_dates_ahead_the_earliest_stands_in_the_subject(settings: Settings) -> None:
    words = written(settings, date(2024, 10, 1), EARLY)
    assert words.subject == f"{SUBJECT}, hạn sớm nhất 10/10/2024 (305/KH-UBND)"
    assert "Hạn gửi của 6 hoạt động: ngày 29/10/2024 - còn 20 ngày làm việc." in words.text


@pytest.mark.parametrize(
    ("due", "day", "said"),
    [
        (date(2024, 10, 27), date(2024, 10, 25), "hôm nay là ngày làm việc cuối cùng trước hạn."),
        (date(2024, 10, 25), date(2024, 10, 25), "là hôm nay."),
        (date(2024, 10, 25), date(2024, 10, 26), "đã quá hạn."),
        (date(2024, 10, 27), date(2024, 10, 28), "đã quá hạn 1 ngày làm việc."),
    ],
)
def test_days_off_around_the_date_are_told_as_they_are(
    settings: Settings, due: date, day: date, said: str
) -> None:
    words = written(settings, day, {a.activity_id: due for a in asked(PLAN, PERIOD)})
    assert f"Hạn gửi: ngày {due:%d/%m/%Y} - {said}" in words.text
    assert f"</strong> – {said}" in words.html
