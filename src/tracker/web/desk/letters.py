"""The letters: listed with what became of them, read, sent again, withdrawn; and reminders sent at once."""

from collections.abc import Mapping

from starlette.responses import Response

from tracker.errors import BadInput
from tracker.letters.compose import with_link
from tracker.letters.send import send_queued
from tracker.remind.now import letter_now, remind_now, reminders_now
from tracker.remind.retry import queue_again
from tracker.store.engine import reading, writing
from tracker.store.letter_list import LetterFilter, letter_called, listed_letters
from tracker.store.letters import STATE_WORDS, cancel_letter
from tracker.store.periods import all_periods
from tracker.store.plans import plan_in_force
from tracker.web.desk.csv_file import csv_response
from tracker.web.desk.periods import called
from tracker.web.desk.visit import DONE, Visit, no_page
from tracker.web.pages import moment
from tracker.web.words import in_words

A_PAGE = 100
KINDS = {
    "remind": "nhắc việc", "returned": "trả lại", "receipt": "xác nhận", "link": "đường dẫn", "copy": "bản sao",
    "escalate": "báo đầu mối", "summary": "tóm tắt", "memo": "báo cáo tổng hợp", "service_fault": "báo lỗi",
    "sign_in": "đăng nhập", "workbook_faults": "tệp Excel có lỗi",
}  # fmt: skip
"""What officials call each kind of letter."""
AGAIN = ("refused", "withdrawn", "bounced")
NOTHING_CHOSEN = ("Chưa chọn cơ quan nào.",)
PICK = "co-quan."
"""How the field of an agency that is chosen begins."""


def show_letters(visit: Visit) -> Response:
    """Show the letters, the newest first, or all as CSV."""
    query = visit.query
    as_csv = query.get("dang") == "csv"
    before = query.get("truoc", "")
    wanted = LetterFilter(
        plan_id=visit.plan_id,
        state=query.get("trang-thai", ""),
        agency=query.get("co-quan", ""),
        period=query.get("ky", ""),
        before=int(before) if before.isascii() and before.isdigit() and len(before) < 10 else None,
        most=None if as_csv else A_PAGE,
    )
    with reading(visit.engine) as session:
        _, plan = plan_in_force(session, visit.plan_id)
        letters = listed_letters(session, wanted)
        periods = all_periods(session, visit.plan_id)
    if as_csv:
        rows = [
            (moment(one.sent_at or one.queued_at), KINDS.get(one.kind, one.kind), one.agency_id, one.subject,
             ", ".join([*one.to, *one.cc]), STATE_WORDS[one.state], one.reply)
            for one in letters
        ]  # fmt: skip
        columns = ("Lúc", "Loại", "Cơ quan", "Tiêu đề", "Nơi nhận", "Trạng thái", "Kết quả gửi")
        return csv_response("thu.csv", columns, rows)
    return visit.render(
        "letters",
        letters=letters,
        more=letters[-1].id if len(letters) == A_PAGE else None,
        wanted=wanted,
        states=STATE_WORDS,
        kinds=KINDS,
        plan=plan,
        periods=periods,
        agencies=plan.agencies.values(),
    )


def show_letter(visit: Visit, faults: tuple[str, ...] = ()) -> Response:
    """Show one letter whole; its link stays a mark."""
    with reading(visit.engine) as session:
        letter = letter_called(session, visit.plan_id, visit.path["letter_id"])
        _, plan = plan_in_force(session, visit.plan_id)
    if letter is None:
        raise no_page()
    return visit.render(
        "letter",
        409 if faults else 200,
        letter=letter,
        text=with_link(letter.text, "(đường dẫn riêng của người nhận)"),
        state=STATE_WORDS[letter.state],
        kind=KINDS.get(letter.kind, letter.kind),
        agency=plan.agencies.get(letter.agency_id),
        again=letter.state in AGAIN and letter.kind != "sign_in",
        faults=faults,
    )


def act_on_letter(visit: Visit, typed: Mapping[str, str]) -> Response:
    """Send a letter again that did not arrive, or withdraw one that waits."""
    action, letter_id = typed.get("action"), visit.path["letter_id"]
    try:
        with writing(visit.engine) as session:
            letter = letter_called(session, visit.plan_id, letter_id)
            if letter is None or action not in {"retry", "cancel"} or letter.kind == "sign_in":
                raise no_page()
            if action == "cancel":
                cancel_letter(session, letter, visit.who, visit.settings.now())
                return visit.redirect(f"/thu/{letter_id}", **{DONE: "rut"})
            again = queue_again(session, visit.settings, letter, visit.who)
    except BadInput as error:
        return show_letter(visit, in_words(error))
    if not again.idle:
        visit.background.begin(lambda: send_queued(visit.engine, visit.settings))
    return visit.redirect(f"/thu/{letter_id}", **{DONE: "thua" if again.idle else "gui-lai"})


def show_reminding(visit: Visit, faults: tuple[str, ...] = ()) -> Response:
    """Show who could be reminded now, with the letter of the agency that the address names."""
    named = visit.query.get("xem", "")
    with reading(visit.engine) as session:
        period = called(session, visit)
        found = reminders_now(session, visit.settings, period)
        letter = letter_now(session, visit.settings, period, named) if named else None
    return visit.render(
        "remind",
        422 if faults else 200,
        period=period,
        found=found,
        only_late="qua-han" in visit.query,
        all=visit.query.get("chon") == "tat-ca",
        letter=letter,
        shown=with_link(letter.words.text, "(đường dẫn riêng của cơ quan)") if letter else "",
        to="; ".join(", ".join([*one.to, *one.cc]) for one in letter.envelopes) if letter else "",
        faults=faults,
        pick=PICK,
        list=f"{visit.home}/viec?ky={period.code}",
    )


def send_reminders(visit: Visit, typed: Mapping[str, str]) -> Response:
    """Queue reminders to the agencies that were ticked, and let them leave."""
    chosen = {name.removeprefix(PICK) for name in typed if name.startswith(PICK)}
    if not chosen:
        return show_reminding(visit, NOTHING_CHOSEN)
    with reading(visit.engine) as session:
        period = called(session, visit)
    try:
        queued = remind_now(visit.engine, visit.settings, period, chosen, visit.who)
    except BadInput as error:
        return show_reminding(visit, in_words(error))
    visit.background.begin(lambda: send_queued(visit.engine, visit.settings))
    return visit.redirect(f"/ky/{period.code}/nhac", **{DONE: "nhac", "so": len(queued)})
