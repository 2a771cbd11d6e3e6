"""Reporting periods: the yearly one, the phase review, and those opened on request."""

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tracker.errors import BadInput, nearest
from tracker.plan.model import Plan
from tracker.settings import ZONE
from tracker.store.duties import WITHIN_YEAR, asks_something, duties_of, sync_duties
from tracker.store.engine import one_at_a_time
from tracker.store.journal import note
from tracker.store.tables import Duty, Link, Period
from tracker.words import CONTROL, composed

CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,39}")
READ_FOR = timedelta(days=90)
"""After its last day a period takes no answers; for this long its links still show what came."""
CALLED = sa.select(Period).where(Period.id == sa.bindparam("id"))
EARLIER = (
    sa.select(Period)
    .where(Period.kind.in_(sa.bindparam("kinds", expanding=True)), Period.due < sa.bindparam("due"))
    .where(Period.plan_id == sa.bindparam("plan"))
    .order_by(Period.due.desc())
    .limit(1)
)
REGULAR = ["annual", *WITHIN_YEAR]
"""Kinds of periods that come again and again."""
LONGEST_AROUND = 10_000
"""Letters of a memo's own first or last words."""
SYSTEM = "tracker"
"""Who the journal names where no person did it."""
RUNNING = (
    sa.select(Period)
    .where(Period.opens <= sa.bindparam("today"), Period.closes >= sa.bindparam("today"))
    .order_by(Period.due, Period.code, Period.plan_id)
)
RUNNING_OF_PLAN = RUNNING.where(Period.plan_id == sa.bindparam("plan"))


def ruled_periods(plan: Plan) -> Iterator[Period]:
    """Yield the periods that the plan's own rules give."""
    for span in plan.reporting.spans(plan.plan.years, plan.plan.language):
        yield Period(
            plan_id=plan.plan.plan_id,
            code=span.code,
            kind=span.kind,
            title=span.title,
            opens=span.opens,
            due=span.due,
            closes=span.closes,
            years=list(span.years),
            activities=list(span.rule.activities),
            agencies=plan.members(span.rule.agencies),
        )


def open_ruled_periods(session: Session, plan: Plan, today: date, now: datetime) -> list[Period]:
    """Open the periods whose day has come by the plan's rules; return those newly opened."""
    one_at_a_time(session)
    known = {period.code for period in all_periods(session, plan.plan.plan_id)}
    fresh = [p for p in ruled_periods(plan) if p.opens <= today <= p.closes and p.code not in known]
    # A quarter in which nothing is left to report opens no period.
    opened = [
        open_period(session, plan, period, SYSTEM, now)
        for period in fresh
        if asks_something(session, plan, period)
    ]
    running = running_periods(session, today, plan.plan.plan_id)
    for period in running if len(running) > 1 else ():
        sync_duties(session, plan, period)  # what was done and accepted in one is not owed in another
    return opened


def open_period(session: Session, plan: Plan, period: Period, who: str, now: datetime) -> Period:
    """Keep `period` and make its duties. Raises BadInput where the code is taken or nobody would owe anything."""
    one_at_a_time(session)
    if session.scalar(sa.select(Period.id).where(Period.plan_id == period.plan_id, Period.code == period.code)):
        raise BadInput(f'kỳ "{period.code}" đã mở; chọn mã khác, xem các kỳ bằng: tracker period list')
    session.add(period)
    session.flush()
    if not sync_duties(session, plan, period):
        raise BadInput(f'kỳ "{period.code}" không có hoạt động nào; xem lại năm, hoạt động và cơ quan đã chọn')
    note(session, now, who, "opened a period", period.name, due=period.due.isoformat())
    return period


def requested_period(
    plan: Plan,
    today: date,
    *,
    code: str,
    title: str | None,
    due: date | None,
    closes: date | None,
    years: Sequence[int] | None,
    activities: Sequence[str],
    agencies: Sequence[str],
) -> Period:
    """Return the period a coordinator asks for: one of the plan's own by its `code`, or an ad hoc one.

    An ad hoc period asks about the activities of `years` (by default of the due date's year), or only those
    chosen. Raises BadInput naming every value that is not usable, and for one of the plan's own that is closed.
    """
    ruled = next((period for period in ruled_periods(plan) if period.code == code), None)
    if ruled is not None and ruled.closes < today:
        of_year = f", thêm --year {code}" if ruled.kind == "annual" else ""
        raise BadInput(
            f"kỳ {code} đã khóa sau ngày {ruled.closes:%d/%m/%Y}; kỳ đã từng mở thì mở lại bằng: tracker period "
            f"extend {code} --closes NGÀY; chưa từng mở thì mở một kỳ đột xuất{of_year}"
        )
    if ruled is not None:
        ruled.opens = min(ruled.opens, today)
        return ruled
    known = plan.by_id.keys()
    wrong = [
        f'không có hoạt động "{given}"; {nearest(given, known)}' for given in activities if given not in known
    ]
    wrong += [
        f"năm {year} ngoài kế hoạch; chọn trong {', '.join(map(str, plan.plan.years))}"
        for year in years or []
        if year not in plan.plan.years
    ]
    if not CODE.fullmatch(code):
        wrong.append(f'mã kỳ "{code}" không dùng được; chỉ dùng chữ không dấu, chữ số và gạch nối')
    if title is None or due is None:
        wrong.append("kỳ đột xuất cần --title và --due")
    elif due < today:
        wrong.append(f"hạn {due:%d/%m/%Y} đã qua; chọn ngày từ hôm nay trở đi")
    if due and closes and closes < due:
        wrong.append(f"ngày khóa {closes:%d/%m/%Y} trước hạn {due:%d/%m/%Y}")
    chosen = []
    for given in agencies:
        try:
            chosen.append(plan.find_agency(given).id)
        except BadInput as error:
            wrong.append(str(error))
    if wrong or title is None or due is None:
        raise BadInput("\n".join(wrong))
    return Period(
        plan_id=plan.plan.plan_id,
        code=code,
        kind="adhoc",
        title=title,
        opens=today,
        due=due,
        closes=closes or due + timedelta(days=30),
        years=list(years or ([due.year] if due.year in plan.plan.years else plan.plan.years)),
        activities=list(activities),
        agencies=chosen,
    )


def find_period(session: Session, code: str, plan_id: str | None = None) -> Period:
    """Return the open or closed period called `code`, or `plan@code`; raises BadInput naming the nearest one.

    Where `plan_id` is given, `code` is a period's own code in that plan.
    """
    periods = all_periods(session, plan_id)
    named = [] if plan_id else [period for period in periods if code == period.name]
    called = named or [period for period in periods if code == period.code]
    if len(called) > 1:
        names = ", ".join(period.name for period in called)
        raise BadInput(f'nhiều kế hoạch có kỳ "{code}"; ghi cả mã kế hoạch: {names}')
    period = called[0] if called else None
    if period is None:
        known = [each.name for each in periods]
        open_it = f"lần nhắc đầu tiên trong kỳ sẽ mở, hoặc mở ngay: tracker period open {code}"
        remedy = nearest(code, known) if known else open_it
        raise BadInput(f'chưa có kỳ "{code}"; {remedy}')
    return period


def period_of(session: Session, link: Link) -> Period:
    """Return the period that `link` is for."""
    return session.scalars(CALLED, {"id": link.period_id}).one()


def all_periods(session: Session, plan_id: str | None = None) -> Sequence[Period]:
    """Return every period of a plan (None: of all), the newest due date first."""
    found = sa.select(Period).order_by(Period.due.desc(), Period.code, Period.plan_id)
    return session.scalars(found.where(Period.plan_id == plan_id) if plan_id else found).all()


def running_periods(session: Session, today: date, plan_id: str | None = None) -> Sequence[Period]:
    """Return the periods of a plan (None: all) in which something can be owed on `today`, by due dates."""
    return session.scalars(RUNNING_OF_PLAN if plan_id else RUNNING, {"today": today, "plan": plan_id}).all()


def periods_open_under(session: Session, plan: Plan, today: date) -> Iterator[Period]:
    """Yield the periods that take answers under `plan`, which may open one again by closing it later."""
    closes = {rule.code: rule.closes for rule in ruled_periods(plan)}
    return (
        p for p in all_periods(session, plan.plan.plan_id) if max(p.closes, closes.get(p.code, p.closes)) >= today
    )


def link_end(period: Period) -> datetime:
    """Return when the links of `period` end: a while after its last day, in the plan's zone."""
    return datetime.combine(period.closes + READ_FOR, time(), tzinfo=ZONE)


def change_closing(session: Session, period: Period, closes: date) -> None:
    """Close `period` on another day, earlier or later, and let its links live as long; raises BadInput."""
    if closes < period.due:
        raise BadInput(f"ngày khóa {closes:%d/%m/%Y} trước hạn {period.due:%d/%m/%Y}")
    if closes != period.closes:
        period.closes = closes
        links = sa.update(Link).where(Link.period_id == period.id)
        session.execute(links.values(expires_at=link_end(period)))


def extend_period(session: Session, plan: Plan, period: Period, closes: date) -> tuple[list[Duty], list[Duty]]:
    """Close `period` on another day; one that had closed may open again by that, and asks what `plan` asks now.

    Returns the duties that that added and those it withdrew; raises BadInput.
    """
    one_at_a_time(session)
    before, extended = {duty.id: duty for duty in duties_of(session, period)}, closes > period.closes
    change_closing(session, period, closes)
    if extended:
        sync_duties(session, plan, period)
    after = {duty.id: duty for duty in duties_of(session, period)}
    return [after[i] for i in after.keys() - before], [before[i] for i in before.keys() - after]


def move_closing(
    session: Session, plan: Plan, period: Period, closes: date, who: str, now: datetime, reason: str = ""
) -> tuple[list[Duty], list[Duty]]:
    """Close `period` on another day as `extend_period` does, and journal it with the reason, if any."""
    moved = extend_period(session, plan, period, closes)
    detail = {"closes": str(closes)} | ({"reason": reason} if reason else {})
    note(session, now, who, "changed the closing day", period.name, **detail)
    return moved


def faults_around(opening: str, closing: str) -> list[str]:
    """Return all that is wrong with the first and last words of a memo."""
    wrong: list[str] = []
    for name, text in (("lời mở đầu", opening), ("lời kết", closing)):
        if found := CONTROL.search(text):
            wrong.append(f"{name} có ký tự điều khiển U+{ord(found[0]):04X}; xóa rồi gõ lại chỗ đó")
        if len(text) > LONGEST_AROUND:
            wrong.append(f"{name} dài {len(text)} ký tự; rút gọn còn tối đa {LONGEST_AROUND} ký tự")
    return wrong


def write_around(session: Session, period: Period, opening: str, closing: str, who: str, now: datetime) -> None:
    """Keep the memo's own first and last words; empty: the template's. Raises BadInput naming every fault."""
    if wrong := faults_around(opening, closing):
        raise BadInput("\n".join(wrong))
    period.opening, period.closing = (composed(text).strip() for text in (opening, closing))
    note(session, now, who, "wrote the memo's first and last words", period.name)


def compared_periods(session: Session, period: Period) -> Sequence[Period]:
    """Return the periods a memo of `period` is set beside: the one before it; for the phase, each of its years."""
    if period.kind != "phase":
        regular = period.kind in REGULAR
        earlier = (
            session.scalar(EARLIER, {"kinds": [period.kind], "due": period.due, "plan": period.plan_id})
            if regular
            else None
        )
        return [earlier] if earlier else []
    of_plan = sa.select(Period).where(Period.plan_id == period.plan_id)
    annual = of_plan.where(Period.kind == "annual", Period.due < period.due).order_by(Period.due)
    return [each for each in session.scalars(annual) if set(each.years) <= set(period.years)]


def previous_period(session: Session, period: Period) -> Period | None:
    """Return what `period` carries on from: the newest of its kind that was due before it, or None.

    The periods of a year and the year itself are of one kind here.
    """
    kinds = REGULAR if period.kind in REGULAR else [period.kind]
    return session.scalar(EARLIER, {"kinds": kinds, "due": period.due, "plan": period.plan_id})
