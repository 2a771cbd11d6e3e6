"""What coordinating agencies add to a lead's activity: whose it may be, how it is kept, and who sees it."""

import unicodedata
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
import sqlalchemy as sa
from answering import NOW, TODAY, WHO, case_of, duty_of, edited_plan, later, open_season, say, shipped_plan
from factories_web import plan_text

from tracker.answers.checks import LONGEST
from tracker.answers.contributions import MOST_IN_GROUP, coordinated
from tracker.answers.drafts import save_draft
from tracker.answers.entries import ContributionEntry
from tracker.answers.form import Form
from tracker.errors import BadInput, Fault
from tracker.plan.model import Plan
from tracker.plan.reader import parse_plan
from tracker.progress import DutyState
from tracker.report.snapshot import take_snapshot
from tracker.review.decide import accept
from tracker.review.overview import Item, review_of
from tracker.settings import Settings
from tracker.store.apply import apply_plan
from tracker.store.engine import reading, writing
from tracker.store.periods import change_closing, find_period
from tracker.store.plans import plan_in_force
from tracker.store.tables import Contribution, Draft, JournalEntry, Update
from tracker.web.fields import filled_form, send_fields

TRADE, FARMING, SCIENCE, FINANCE, MINORITIES = (
    "so-cong-thuong",
    "so-nnptnt",
    "so-khcn",
    "so-tai-chinh",
    "ban-dan-toc",
)
SHARED = "II.10"
"""The trade department leads it; the women's union and a group of agencies coordinate."""
NAMED = "II.26"
"""The trade department leads it; the departments of farming and of science are named."""


def page(engine: sa.Engine, agency: str, today: date = TODAY) -> Form:
    with reading(engine) as session:
        return filled_form(case_of(session, agency, NOW + (today - TODAY)))


def add(
    engine: sa.Engine,
    agency: str,
    text: str,
    activity: str = SHARED,
    *,
    by: str = WHO,
    revision: int | None = None,
    days: int = 0,
    **typed: str,
) -> Form:
    """Send one part from a page that shows `revision`, by default the newest one; return the page afterwards."""
    with writing(engine) as session:
        case = case_of(session, agency, later(days=days))
        if revision is None:
            shown = filled_form(case, {})
            revision = max((one.revision for one in shown.contributions if one.activity.id == activity), default=0)
        typed = {f"{activity}.part": text, f"{activity}.revision": str(revision), "said_by": by, **typed}
        return send_fields(case, typed, activity)[0].form


def parts(engine: sa.Engine) -> list[Contribution]:
    with reading(engine) as session:
        return list(session.scalars(sa.select(Contribution).order_by(Contribution.id)))


def texts(engine: sa.Engine) -> list[tuple[str, int, str]]:
    return [(part.agency_id, part.revision, part.text) for part in parts(engine)]


def part_of(form: Form, activity: str = SHARED) -> ContributionEntry:
    [found] = [one for one in form.contributions if one.activity.id == activity]
    return found


def added_to(engine: sa.Engine, activity: str = SHARED, lead: str = TRADE) -> dict[str, str]:
    """Return what the lead sees under an activity, by agency."""
    [entry] = [one for one in page(engine, lead).entries if one.activity.id == activity]
    return {part.agency_id: part.text for part in entry.added}


def reviewed(engine: sa.Engine, _settings: Settings, activity: str = SHARED) -> Item:
    with reading(engine) as session:
        found = review_of(case_of(session))
    [item] = [one for each in found for one in each.items if one.activity.id == activity]
    return item


def coordinates(plan: Plan, agency: str, on: date = TODAY) -> set[str]:
    return set(coordinated(plan, agency, on))


def test_an_agency_may_add_to_what_it_coordinates_this_year_named_or_in_a_group_and_to_nothing_else(
    sqlite_engine: sa.Engine,
) -> None:
    plan = open_season(sqlite_engine)
    for agency in (TRADE, FARMING, SCIENCE, MINORITIES, "hoi-lhpn", "ubnd-tri-ton"):
        offered = [one.activity.id for one in page(sqlite_engine, agency).contributions]
        assert offered == [
            one.id
            for one in plan.activities_of(2024)
            if agency in plan.members(one.coordinating) and agency not in one.lead
        ]
    assert part_of(page(sqlite_engine, MINORITIES)).lead.id == TRADE
    assert [one.activity.id for one in page(sqlite_engine, SCIENCE).contributions] == [NAMED]
    assert page(sqlite_engine, "ubnd-tri-ton").contributions == []


def test_the_page_of_an_agency_that_only_coordinates_has_no_duties_and_can_be_sent(
    sqlite_engine: sa.Engine,
) -> None:
    open_season(sqlite_engine)
    assert page(sqlite_engine, MINORITIES).entries == []
    with writing(sqlite_engine) as session:
        typed = {f"{SHARED}.part": "Đã mở 02 lớp", "II.11.part": "Đã cử 01 người", "said_by": WHO}
        outcome, _ = send_fields(case_of(session, MINORITIES), typed)
    assert (outcome.faults, outcome.receipt.updates) == ([], [])
    assert texts(sqlite_engine) == [(MINORITIES, 1, "Đã mở 02 lớp"), (MINORITIES, 1, "Đã cử 01 người")]


def test_a_part_is_kept_in_the_agencys_own_words_with_who_and_when_and_the_journal_tells(
    engine: sa.Engine,
) -> None:
    open_season(engine)
    form = add(engine, FARMING, f"  {unicodedata.normalize('NFD', 'Đã tập huấn')}\r\ncho 40 hộ ")
    assert form.faults == []
    [part] = parts(engine)
    assert part.text == "Đã tập huấn\ncho 40 hộ"
    assert (part.agency_id, part.revision, part.said_by, part.said_on) == (FARMING, 1, WHO, TODAY)
    assert part.said_at == NOW
    with reading(engine) as session:
        assert part.duty_id == duty_of(session, SHARED).id
        [entry] = session.scalars(sa.select(JournalEntry).where(JournalEntry.did == "added a part"))
    assert (entry.who, entry.about) == (WHO, f"part {part.id}")
    assert entry.detail == {"duty": part.duty_id, "agency": FARMING, "revision": 1}


def test_the_lead_sees_the_last_word_of_each_agency_and_the_agencies_only_their_own(engine: sa.Engine) -> None:
    open_season(engine)
    add(engine, FARMING, "Lúa")
    add(engine, MINORITIES, "Vải")
    add(engine, FARMING, "Lúa và ngô")
    assert added_to(engine) == {FARMING: "Lúa và ngô", MINORITIES: "Vải"}
    assert part_of(page(engine, MINORITIES)).text == "Vải"
    assert part_of(page(engine, FINANCE)).text == ""
    entries = [entry for agency in ("hoi-lhpn", "lien-minh-htx") for entry in page(engine, agency).entries]
    assert [entry.activity.id for entry in entries if entry.added] == []


def test_another_text_is_the_next_revision_and_the_same_text_is_none(engine: sa.Engine) -> None:
    open_season(engine)
    add(engine, FARMING, "Lần đầu")
    again = add(engine, FARMING, "Lần đầu\r\n")
    assert str(again.nothing_fault) == f"Chưa có nội dung nào mới; điền {SHARED} rồi gửi."
    assert add(engine, FARMING, "Lần đầu", revision=0).faults == []  # a page left open, sent twice
    assert add(engine, FARMING, "Lần hai").faults == []
    assert texts(engine) == [(FARMING, 1, "Lần đầu"), (FARMING, 2, "Lần hai")]
    with reading(engine) as session:
        entries = sa.select(sa.func.count()).select_from(JournalEntry).where(JournalEntry.did == "added a part")
        assert session.scalar(entries) == 2


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("a\x00b", "Có ký tự không in được (U+0000); xóa rồi gõ lại chỗ đó."),
        ("x" * (LONGEST + 1), "Dài 5.001 ký tự; rút gọn còn tối đa 5.000 ký tự."),
        ("  ", "Nội dung đã gửi thì sửa được, không xóa được; ghi nội dung đúng."),
    ],
)
def test_what_cannot_be_kept_is_told_beside_its_field_and_nothing_is_recorded(
    sqlite_engine: sa.Engine, text: str, fault: str
) -> None:
    open_season(sqlite_engine)
    add(sqlite_engine, FARMING, "Đã gửi")
    form = add(sqlite_engine, FARMING, text)
    assert str(part_of(form).fault) == fault
    assert part_of(form).text == text
    assert texts(sqlite_engine) == [(FARMING, 1, "Đã gửi")]


def test_nobody_adds_without_a_name(sqlite_engine: sa.Engine) -> None:
    open_season(sqlite_engine)
    assert add(sqlite_engine, FARMING, "Đã làm", by="").signature_fault == Fault(
        ("", "signed_by"), "", "ghi họ tên, chức vụ người báo cáo"
    )
    assert parts(sqlite_engine) == []


def test_an_agency_that_does_not_coordinate_an_activity_adds_nothing_to_it(sqlite_engine: sa.Engine) -> None:
    open_season(sqlite_engine)
    for agency, activity in ((SCIENCE, SHARED), (TRADE, SHARED), (FARMING, "II.39"), (FARMING, "II.999")):
        form = add(sqlite_engine, agency, "Chen vào", activity)
        assert str(form.nothing_fault) == f"Chưa có nội dung nào mới; điền {activity} rồi gửi."
    with writing(sqlite_engine) as session:
        typed = {f"{SHARED}.part": "Chen vào", "said_by": WHO}
        send_fields(case_of(session, SCIENCE), typed)
    assert parts(sqlite_engine) == []


def test_the_second_of_two_people_sees_what_the_first_sent_and_keeps_what_was_typed(engine: sa.Engine) -> None:
    open_season(engine)
    add(engine, FARMING, "Của Hoa", by="Hoa (minh họa)", revision=0)
    form = add(engine, FARMING, "Của Bình", by="Bình (minh họa)", revision=0)
    told = part_of(form)
    assert told.overtaken
    assert told.fault is not None
    assert "Hoa (minh họa) đã gửi nội dung khác" in str(told.fault)
    assert (told.text, told.last.text if told.last else None, told.revision) == ("Của Bình", "Của Hoa", 1)
    assert texts(engine) == [(FARMING, 1, "Của Hoa")]
    add(engine, FARMING, "Của Hoa và Bình", revision=told.revision)
    assert texts(engine)[1:] == [(FARMING, 2, "Của Hoa và Bình")]


def test_a_page_left_untouched_takes_nothing_back_when_it_is_sent_late(sqlite_engine: sa.Engine) -> None:
    open_season(sqlite_engine)
    add(sqlite_engine, FARMING, "Một")
    add(sqlite_engine, FARMING, "Hai")
    with writing(sqlite_engine) as session:
        typed = {f"{SHARED}.part": "Một", f"{SHARED}.revision": "1", "II.11.part": "Mới", "said_by": WHO}
        form = send_fields(case_of(session, FARMING), typed)[0].form
    assert form.faults == []
    assert texts(sqlite_engine)[1:] == [(FARMING, 2, "Hai"), (FARMING, 1, "Mới")]


@pytest.mark.parametrize("times", [4, pytest.param(25, marks=pytest.mark.slow)])
def test_four_agencies_adding_at_once_lose_and_double_nothing(engine: sa.Engine, times: int) -> None:
    open_season(engine)
    agencies, together = [FARMING, FINANCE, MINORITIES, "hoi-lhpn"], Barrier(4)

    def add_many(agency: str) -> None:
        together.wait()
        for number in range(times):
            for activity in (SHARED, "II.17"):
                assert add(engine, agency, f"{activity} lần {number}", activity).faults == []

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(add_many, agencies))
    kept: dict[tuple[int, str], list[tuple[int, str]]] = {}
    for part in parts(engine):
        kept.setdefault((part.duty_id, part.agency_id), []).append((part.revision, part.text.split()[-1]))
    assert len(kept) == 8
    assert all(said == [(n + 1, str(n)) for n in range(times)] for said in kept.values())


def test_two_people_of_one_agency_at_once_are_one_revision_and_one_conflict(engine: sa.Engine) -> None:
    open_season(engine)
    together = Barrier(2)

    def first(who: str) -> int:
        together.wait()
        return len(add(engine, FARMING, f"Của {who}", by=who, revision=0).faults)

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(first, ["Hoa (minh họa)", "Bình (minh họa)"])) == [0, 1]
    assert [revision for _, revision, _ in texts(engine)] == [1]


def test_what_else_is_typed_becomes_the_draft_and_a_part_in_a_draft_is_on_the_page_again(
    sqlite_engine: sa.Engine,
) -> None:
    plan = open_season(sqlite_engine)
    own = next(one.id for one in plan.activities_of(2024) if FARMING in one.lead)
    typed = {"II.11.part": "Viết dở", f"{own}.result": "Báo cáo dở"}
    form = add(sqlite_engine, FARMING, "Đã xong", **typed)
    assert part_of(form, "II.11").text == "Viết dở"
    [draft] = all_of(sqlite_engine, Draft)
    assert f"{SHARED}.part" not in draft.typed
    shown = page(sqlite_engine, FARMING)
    assert (part_of(shown, "II.11").text, part_of(shown).text) == ("Viết dở", "Đã xong")
    assert next(one for one in shown.entries if one.activity.id == own).values["result"] == "Báo cáo dở"
    assert len(parts(sqlite_engine)) == 1
    assert all_of(sqlite_engine, Update) == []


def test_a_part_that_somebody_sent_over_a_draft_is_told_and_not_lost(sqlite_engine: sa.Engine) -> None:
    open_season(sqlite_engine)
    with writing(sqlite_engine) as session:
        typed = {f"{SHARED}.part": "Nháp của Hoa", "II.11.part": ""}
        save_draft(case_of(session, FARMING), typed)
    add(sqlite_engine, FARMING, "Bình gửi", revision=0, page="another")
    add(sqlite_engine, FARMING, "Bình gửi", "II.11", revision=0, page="another")
    shown = page(sqlite_engine, FARMING)
    assert (part_of(shown).text, part_of(shown).revision) == ("Nháp của Hoa", 0)
    assert part_of(shown, "II.11").text == "Bình gửi"
    with writing(sqlite_engine) as session:
        typed |= {"said_by": WHO}
        form = send_fields(case_of(session, FARMING), typed)[0].form
    assert part_of(form).overtaken
    assert len(parts(sqlite_engine)) == 2


def all_of(engine: sa.Engine, model: type[Draft] | type[Update]) -> list[Draft] | list[Update]:
    with reading(engine) as session:
        return list(session.scalars(sa.select(model)))  # type: ignore[return-value]


def test_after_the_period_is_closed_nothing_is_added(sqlite_engine: sa.Engine) -> None:
    open_season(sqlite_engine)
    add(sqlite_engine, FARMING, "Kịp")
    with writing(sqlite_engine) as session:
        change_closing(session, find_period(session, "2024"), date(2024, 10, 29))
    with pytest.raises(BadInput, match="đã khóa"):
        add(sqlite_engine, FARMING, "Muộn", days=15)
    assert texts(sqlite_engine) == [(FARMING, 1, "Kịp")]


def test_after_the_leads_answer_was_accepted_a_part_is_kept_and_review_tells_that_it_came_afterwards(
    engine: sa.Engine, settings: Settings
) -> None:
    open_season(engine)
    add(engine, MINORITIES, "Trước")
    say(engine, SHARED)
    with writing(engine) as session:
        accept(session, [duty_of(session, SHARED)], "đầu mối", later(hours=1))
    assert reviewed(engine, settings).afterwards == []
    add(engine, FARMING, "Sau", days=1)
    item = reviewed(engine, settings)
    assert [part.text for part in item.last_parts] == ["Trước", "Sau"]
    assert [part.text for part in item.afterwards] == ["Sau"]
    assert item.duty.state is DutyState.ACCEPTED
    assert [update.revision for update in item.updates] == [1]
    assert added_to(engine) == {MINORITIES: "Trước", FARMING: "Sau"}


def test_review_has_every_revision_of_a_part_and_the_memos_facts_have_none(
    sqlite_engine: sa.Engine, settings: Settings
) -> None:
    open_season(sqlite_engine)
    with reading(sqlite_engine) as session:
        version, plan = plan_in_force(session)
        before = take_snapshot(session, version, plan, find_period(session, "2024"), TODAY)
    add(sqlite_engine, FARMING, "Một")
    add(sqlite_engine, FARMING, "Hai")
    item = reviewed(sqlite_engine, settings)
    assert [part.text for part in item.parts] == ["Một", "Hai"]
    assert [part.text for part in item.last_parts] == ["Hai"]
    assert item.updates == []
    assert item.duty.state is DutyState.EXPECTED
    with reading(sqlite_engine) as session:
        after = take_snapshot(session, version, plan, find_period(session, "2024"), TODAY)
    assert after == before


def test_a_successor_goes_on_where_the_agency_it_took_over_stopped(sqlite_engine: sa.Engine) -> None:
    merged = edited_plan(("{agency: so-nnmt, since: 2025-03-01", "{agency: so-nnmt, since: 2024-10-16"))
    open_season(sqlite_engine, merged)
    add(sqlite_engine, FARMING, "Trước sắp xếp", NAMED)
    assert page(sqlite_engine, "so-nnmt").contributions == []
    tomorrow = TODAY + timedelta(days=1)
    taken_over = part_of(page(sqlite_engine, "so-nnmt", tomorrow), NAMED)
    assert (taken_over.text, taken_over.for_whom.id) == ("Trước sắp xếp", FARMING)
    assert page(sqlite_engine, FARMING, tomorrow).contributions == []
    add(sqlite_engine, "so-nnmt", "Sau sắp xếp", NAMED, days=1)
    assert texts(sqlite_engine) == [(FARMING, 1, "Trước sắp xếp"), (FARMING, 2, "Sau sắp xếp")]


def test_who_took_over_the_lead_coordinates_it_no_longer_and_named_twice_is_asked_once() -> None:
    plan = edited_plan(
        ("{agency: so-tai-chinh, since: 2025-03-01", f"{{agency: {TRADE}, since: 2024-10-16"),
    ).plan
    later_day = TODAY + timedelta(days=1)
    assert SHARED in coordinates(plan, "so-khdt")
    assert SHARED not in coordinates(plan, TRADE, later_day)
    assert coordinated(plan, TRADE, later_day)["II.11"].id == TRADE
    assert coordinates(plan, "so-khdt", later_day) == set()


def test_what_a_group_of_hundreds_coordinates_is_not_set_before_each_of_its_members() -> None:
    def with_group(size: int) -> Plan:
        towns = [f"xa-{n}" for n in range(size)]
        agencies = "".join(f"  {one}: {{name: Xã {one}, short: Xã {one}}}\n" for one in towns)
        text = plan_text().replace("content:\n", f"{agencies}content:\n", 1)
        text = text.replace("activities:\n", "groups:\n  xa: {name: Các xã, members: [" + ", ".join(towns) + "]}\n"
                            "activities:\n", 1)  # fmt: skip
        return parse_plan(text.replace("lead: so-a}", "lead: so-a, coordinating: [xa, so-b]}").encode()).plan

    assert len(coordinates(with_group(MOST_IN_GROUP), "xa-0")) == 4
    assert coordinates(with_group(MOST_IN_GROUP + 1), "xa-0") == set()
    assert len(coordinates(with_group(MOST_IN_GROUP + 1), "so-b")) == 4


def test_a_part_stays_with_the_lead_when_its_agency_no_longer_coordinates(sqlite_engine: sa.Engine) -> None:
    open_season(sqlite_engine)
    add(sqlite_engine, SCIENCE, "Đã làm", NAMED)
    other = edited_plan((f"coordinating: [{FARMING}, {SCIENCE}", f"coordinating: [{FARMING}"))
    with writing(sqlite_engine) as session:
        apply_plan(session, other, "quản trị", TODAY, NOW)
    assert page(sqlite_engine, SCIENCE).contributions == []
    assert added_to(sqlite_engine, NAMED) == {SCIENCE: "Đã làm"}


def test_what_is_said_of_one_period_is_not_of_another(sqlite_engine: sa.Engine) -> None:
    open_season(sqlite_engine, shipped_plan(), date(2023, 10, 16), TODAY)
    add(sqlite_engine, FARMING, "Năm 2024")
    with reading(sqlite_engine) as session:
        _, _plan = plan_in_force(session)
        earlier = filled_form(case_of(session, FARMING, code="2023"))
    assert {part.text for part in earlier.contributions} == {""}


def counted(engine: sa.Engine, agency: str) -> int:
    """Return how many statements about parts the page of an agency asks."""
    asked: list[str] = []

    def note(*given: object) -> None:
        asked.append(str(given[2]))

    sa.event.listen(engine, "before_cursor_execute", note)
    page(engine, agency)
    sa.event.remove(engine, "before_cursor_execute", note)
    return sum("parts" in statement for statement in asked)


def test_a_page_asks_one_statement_about_parts_however_many_there_are(sqlite_engine: sa.Engine) -> None:
    open_season(sqlite_engine)
    found = {agency: counted(sqlite_engine, agency) for agency in (TRADE, MINORITIES)}
    for agency in (FARMING, FINANCE, MINORITIES):
        add(sqlite_engine, agency, "Đã làm")
    assert found == {agency: counted(sqlite_engine, agency) for agency in found} == {TRADE: 1, MINORITIES: 1}
