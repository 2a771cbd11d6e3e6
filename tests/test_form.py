"""What an agency owes and said, as the record has it."""

from datetime import date

import sqlalchemy as sa
from answering import NOW, TODAY, WHO, answer, case_of, open_season, said, shipped_plan

from tracker.answers.form import record_of, recorded_form
from tracker.answers.record import record_answers
from tracker.store.duties import duties_of
from tracker.store.engine import reading, writing
from tracker.store.periods import find_period
from tracker.store.plans import plan_in_force

LAST_YEAR = date(2023, 10, 16)
TOWN, OTHER_TOWN = "ubnd-tri-ton", "ubnd-chau-doc"


def test_a_locality_has_its_own_words_of_last_year_beside_empty_fields_and_nobody_elses(engine: sa.Engine) -> None:
    open_season(engine, shipped_plan(), LAST_YEAR, TODAY)
    with writing(engine) as session:
        for town in (TOWN, OTHER_TOWN):
            [duty] = duties_of(session, find_period(session, "2023"), {town})
            record_answers(session, {duty.id: (duty, answer(f"Của {town}"))}, said(WHO, NOW))
    with reading(engine) as session:
        entries = {
            town: recorded_form(case_of(session, town)).entries for town in (TOWN, OTHER_TOWN, "ubnd-long-xuyen")
        }
    assert {town: [entry.before and entry.before.result for entry in own] for town, own in entries.items()} == {
        TOWN: [f"Của {TOWN}"],
        OTHER_TOWN: [f"Của {OTHER_TOWN}"],
        "ubnd-long-xuyen": [None],
    }
    assert {entry.values["result"] for own in entries.values() for entry in own} == {""}


def test_the_form_of_one_agency_is_the_same_from_the_record_of_all(engine: sa.Engine) -> None:
    open_season(engine, shipped_plan(), LAST_YEAR, TODAY)
    with writing(engine) as session:
        for code, words in (("2023", "Năm ngoái"), ("2024", "Năm nay")):
            duties = duties_of(session, find_period(session, code))
            spoken = {duty.id: (duty, answer(f"{words} {duty.agency_id}")) for duty in duties[::3]}
            record_answers(session, spoken, said(WHO, NOW))
    with reading(engine) as session:
        _, plan = plan_in_force(session)
        period = find_period(session, "2024")
        record = record_of(session, plan, period, duties_of(session, period), TODAY)
        for agency in plan.agencies:
            assert record.form(agency) == recorded_form(case_of(session, agency))
