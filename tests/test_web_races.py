"""Many who press at the same moment: each thing is recorded once, and nothing is accepted that nobody saw."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from factories_web import Season, fields_of
from test_web_coordinator import decide, review_link, say, states
from test_web_evidence import PDF, give, stored
from test_web_owner import filled

from tracker.answers.evidence import MOST
from tracker.progress import DutyState
from tracker.store.tables import Draft, Evidence, JournalEntry, Update

AT_ONCE = 20
Result = TypeVar("Result")


def all_at_once(acts: Iterable[Callable[[], Result]]) -> list[Result]:
    """Begin all `acts` in the same moment, each in a thread of its own; return what each returned."""
    acts = list(acts)
    together = Barrier(len(acts))

    def begin(act: Callable[[], Result]) -> Result:
        together.wait()
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(begin, acts))


def test_one_form_sent_twenty_times_at_once_is_one_revision(season: Season) -> None:
    link = season.link()
    typed = filled(season, link, II_1_status="under_way", II_1_result="Đã mở lớp")
    answers = all_at_once([lambda: season.browser.post(link, "send", typed)] * AT_ONCE)
    assert {answer.status_code for answer in answers} == {303}
    assert [update.revision for update in season.rows(Update)] == [1]


def test_of_twenty_files_at_once_ten_are_kept(season: Season) -> None:
    def one(number: int) -> Callable[[], int]:
        return lambda: give(season, f"{number}.pdf", PDF + bytes([number])).status_code

    season.link()
    answers = all_at_once(map(one, range(AT_ONCE)))
    assert sorted(answers) == [303] * MOST + [422] * (AT_ONCE - MOST)
    assert len(season.rows(Evidence)) == len(stored(season)) == MOST


def test_the_same_file_twenty_times_at_once_is_kept_once(season: Season) -> None:
    season.link()
    answers = all_at_once([lambda: give(season, "a.pdf", PDF).status_code] * AT_ONCE)
    assert set(answers) == {303}
    assert len(season.rows(Evidence)) == len(stored(season)) == 1


def test_of_twenty_first_drafts_at_once_one_is_kept_and_the_others_are_shown_it(season: Season) -> None:
    link = season.link()
    texts = [filled(season, link, II_1_result=f"Bản {number}") for number in range(AT_ONCE)]
    answers = all_at_once([lambda typed=typed: season.browser.post(link, "save", typed) for typed in texts])
    assert sorted(answer.status_code for answer in answers) == [303] + [409] * (AT_ONCE - 1)
    [draft] = season.rows(Draft)
    [saved] = [place for place, answer in enumerate(answers) if answer.status_code == 303]
    assert draft.typed["II.1.result"] == f"Bản {saved}"
    for place, answer in enumerate(answers):
        assert place == saved or fields_of(answer)["II.1.result"] == f"Bản {place}"


def test_sending_accepting_and_returning_at_once_accepts_nothing_unseen(season: Season) -> None:
    link, page = season.link(), f"{review_link(season)}/so-a"
    say(season, "II.1")
    shown = season.browser.get(page)
    typed = filled(season, link, II_1_result="Bản sửa")
    acts = [
        lambda: season.browser.post(link, "send", typed).status_code,
        lambda: decide(season, page, shown, II_1="accept").status_code,
        lambda: decide(season, page, shown, II_1="Ghi rõ số HTX").status_code,
    ]
    sent, accepted, returned = all_at_once(acts)
    done = [entry.did for entry in season.rows(JournalEntry)]
    assert (accepted == 303) == ("accepted" in done)
    assert (returned == 303) == ("returned" in done)
    assert {accepted, returned} != {303}
    newest = season.rows(Update)[-1]
    assert (newest.revision == 2) == (sent == 303)
    if states(season)["II.1"] is DutyState.ACCEPTED:
        assert newest.revision == 1
