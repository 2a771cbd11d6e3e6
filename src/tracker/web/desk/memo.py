"""The memo: compiled by the page itself, its words, its files with the clerk's number, final and opened again."""

from collections.abc import Mapping

from starlette.responses import Response

from tracker.errors import BadInput, StoreError
from tracker.papers.files import FORMATS, MEDIA_TYPES
from tracker.report.compile import compile_memo, file_name, print_one_again
from tracker.report.history import kept_memos
from tracker.store.engine import reading, writing
from tracker.store.periods import faults_around, write_around
from tracker.store.reports import find_report, reopen
from tracker.store.tables import Period
from tracker.web.desk.background import UNKNOWN, Work
from tracker.web.desk.periods import called
from tracker.web.desk.visit import DONE, Visit, no_page
from tracker.web.memos import mark
from tracker.web.words import in_words, typed_day

PATIENCE = 8.0
"""Seconds that the page waits for a memo; then it shows how far the work is."""
RELOAD = "3"
"""Seconds after which a browser asks again for a page that shows work under way."""
OVERTAKEN = "Lời của kỳ vừa được người khác sửa trong lúc trang đang mở; lời đang lưu hiện dưới mỗi ô."
LARGEST_NUMBER = 99_999


def show_memos(
    visit: Visit,
    faults: tuple[str, ...] = (),
    words: Mapping[str, str] | None = None,
    *,
    overtaken: bool = False,
) -> Response:
    """Show the memos of the period, the period's own words, and how far a memo is that is being compiled."""
    with reading(visit.engine) as session:
        period = called(session, visit)
        memos = kept_memos(session, visit.settings, period)
    work = visit.background.shown(period.name, visit.who)
    faults = faults or (_faults_of(work) if work else ())
    running = work is not None and not work.done.is_set()
    page = visit.render(
        "memos",
        409 if overtaken else 422 if faults and words else 200,
        period=period,
        memos=memos,
        final=next((memo for memo in memos if memo.report.final), None),
        formats=FORMATS,
        words=words or {"opening": period.opening, "closing": period.closing},
        shown=mark(period.opening, period.closing),
        overtaken=overtaken,
        work=work if running else None,
        percent=round(100 * work.share) if work else 0,
        faults=faults,
    )
    if running:
        page.headers["Refresh"] = RELOAD
    return page


ANOTHER = "Đang lập một bản khác của kỳ này; xin chờ xong rồi bấm lại."


def act_on_memos(visit: Visit, typed: Mapping[str, str]) -> Response:
    """Do what the button says: compile, make final, open again, keep words."""
    with reading(visit.engine) as session:
        period = called(session, visit)
    action = typed.get("action")
    if action in {"compile", "final"}:
        return _compile(visit, period, final=action == "final", list_returned=typed.get("neu-tra-lai") == "1")
    if action == "reopen":
        return _reopen(visit, " ".join(typed.get("ly-do", "").split()))
    if action == "keep":
        return _keep(visit, typed)
    raise no_page()


def show_file(visit: Visit) -> Response:
    """Hand out a memo, printed from what was frozen; `?so=`, `?ngay=` are its number and day of issue."""
    form, asked = visit.path["form"], visit.query.get("so", "").strip()
    if form not in FORMATS:
        raise no_page()
    number = int(asked) if asked.isascii() and asked.isdigit() and 0 < len(asked) < 6 else 0
    if asked and not 0 < number <= LARGEST_NUMBER:
        return show_memos(visit, (f"Số văn bản là số từ 1 đến {LARGEST_NUMBER}.",))
    try:
        dated = typed_day(day) if (day := visit.query.get("ngay", "").strip()) else None
    except ValueError:
        return show_memos(visit, ("Ngày ban hành không phải ngày.",))
    try:
        with reading(visit.engine) as session:
            period = called(session, visit)
            report = find_report(session, period, visit.path["number"])
    except BadInput as error:
        raise no_page() from error
    with visit.background.printing():
        printed = print_one_again(visit.settings, report, form, number or None, dated)
    headers = {"Content-Disposition": f'attachment; filename="{file_name(period.name, report, form)}"'}
    return Response(printed, headers=headers, media_type=MEDIA_TYPES[form])


def _compile(visit: Visit, period: Period, *, final: bool, list_returned: bool) -> Response:
    name, who = period.name, visit.who

    def work(begun: Work) -> None:
        engine, settings, step = visit.engine, visit.settings, begun.step
        compile_memo(engine, settings, name, who, final=final, list_returned=list_returned, step=step)

    begun = visit.background.begin_shown(name, who, work, final=final)
    if begun.final is not final:
        return show_memos(visit, (ANOTHER,))
    if not begun.done.wait(PATIENCE):
        return visit.redirect(f"/ky/{period.code}/bao-cao")
    if faults := _faults_of(begun):
        visit.background.shown(name, who)
        return show_memos(visit, faults)
    return visit.redirect(f"/ky/{period.code}/bao-cao", **{DONE: "chot" if final else "lap"})


def _faults_of(work: Work) -> tuple[str, ...]:
    if isinstance(work.error, BadInput):
        return in_words(work.error)
    if isinstance(work.error, StoreError):
        return (f"{work.error.shown}.",)
    return (UNKNOWN,) if work.broken or work.error else ()


def _reopen(visit: Visit, reason: str) -> Response:
    if not reason:
        return show_memos(visit, ("Chưa ghi lý do bỏ chốt.",))
    try:
        with writing(visit.engine) as session:
            period = called(session, visit)
            reopen(session, period, reason, visit.who, visit.settings.now())
    except BadInput as error:
        return show_memos(visit, in_words(error))
    return visit.redirect(f"/ky/{visit.path['code']}/bao-cao", **{DONE: "bo-chot"})


def _keep(visit: Visit, typed: Mapping[str, str]) -> Response:
    words = {name: typed.get(name, "").replace("\r\n", "\n") for name in ("opening", "closing")}
    faults = tuple(f"{one[:1].upper()}{one[1:]}." for one in faults_around(**words))
    with writing(visit.engine) as session:
        period = called(session, visit)
        there = mark(period.opening, period.closing)
        overtaken = there not in (typed.get("shown"), mark(**words))
        if not faults and not overtaken and there != mark(**words):
            write_around(session, period, words["opening"], words["closing"], visit.who, visit.settings.now())
    if faults or overtaken:
        return show_memos(visit, faults + ((OVERTAKEN,) if overtaken else ()), words, overtaken=overtaken)
    return visit.redirect(f"/ky/{visit.path['code']}/bao-cao", **{DONE: "luu"})
