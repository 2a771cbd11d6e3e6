"""The plan: what is in force and who applied it; an edited file looked at, and applied."""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.responses import Response

from tracker.errors import BadInput, Faults, Unagreed
from tracker.plan.changes import plan_changes
from tracker.plan.reader import Reading, parse_plan
from tracker.plan.renames import renames
from tracker.plan.shared import read_shared
from tracker.plan.summary import summary
from tracker.store.apply import apply_agreed_plan, touched_periods
from tracker.store.displaced import displaced_by
from tracker.store.engine import reading, trying, writing
from tracker.store.plans import all_versions, plan_in_force
from tracker.store.renames import rename_records
from tracker.web.desk.visit import DONE, RUNNING, Visit, no_page
from tracker.web.words import in_words

LARGEST = 300_000
"""Bytes of a plan file that a page carries on to its next step; the shipped one has 38,000."""
FILE = "activities.yaml"
TOO_LARGE = "Tệp lớn hơn 300 kB; xin người quản trị máy chủ áp dụng."
LOCKED_OUT = (
    "Trong tệp này {name} không còn là đầu mối hoặc quản trị, nên không tự áp dụng được; xin người khác áp dụng."
)
OF_ANOTHER = (
    "Tệp này là của một kế hoạch khác ({there}); bàn làm việc này của {here}. Xin tải lên ở bàn làm việc của "
    "kế hoạch đó, hoặc ghi lại mã kế hoạch (id) như trong tệp tải về từ trang này."
)
OVERTAKEN = "Trong lúc trang đang mở, {who} đã áp dụng một bản khác; dưới đây là khác biệt với bản đó."


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What applying a file would change."""

    text: str
    summary: str
    changes: tuple[str, ...]
    touched: tuple[str, ...]
    displaced: tuple[str, ...]
    agreed: int | None
    """The number that has to be typed to agree, None where nothing has."""
    notes: tuple[str, ...]
    over: str
    """The digest of the plan in force that it was held against."""


def show_plan(
    visit: Visit, faults: tuple[str, ...] = (), difference: Difference | None = None, status: int = 422
) -> Response:
    """Show the plan in force and its versions; after an upload also its faults, or its difference."""
    with reading(visit.engine) as session:
        version, plan = plan_in_force(session, visit.plan_id)
        versions = all_versions(session, visit.plan_id)
    return visit.render(
        "plan",
        status if faults else 200,
        plan=plan,
        version=version,
        versions=versions,
        summary=summary(plan),
        difference=difference,
        faults=faults,
    )


def show_text(visit: Visit) -> Response:
    """Hand out the file of the plan in force, to be edited."""
    with reading(visit.engine) as session:
        version, _ = plan_in_force(session, visit.plan_id)
        text = version.text
    headers = {"Content-Disposition": f'attachment; filename="{FILE}"'}
    return Response(text, headers=headers, media_type="application/yaml")


def act_on_plan(visit: Visit, typed: Mapping[str, str]) -> Response:
    """Show what an uploaded file would change, or apply what was shown."""
    action = typed.get("action")
    if action == "look":
        return look_at(visit, visit.files.get("tep", b""))
    if action != "apply":
        raise no_page()
    found = _read(visit, typed.get("text", "").replace("\r\n", "\n").encode())
    return _apply(visit, found, typed) if isinstance(found, Reading) else show_plan(visit, found)


def look_at(visit: Visit, raw: bytes) -> Response:
    """Show the faults of a plan file, or what applying it would change."""
    found = _read(visit, raw)
    if not isinstance(found, Reading):
        return show_plan(visit, found)
    try:
        return show_plan(visit, difference=_difference(visit, found))
    except BadInput as error:
        return show_plan(visit, in_words(error))


def _read(visit: Visit, raw: bytes) -> Reading | tuple[str, ...]:
    """Return the plan in `raw`, or why this person cannot apply it."""
    if not raw:
        return ("Chưa chọn tệp kế hoạch, hoặc tệp rỗng.",)
    if len(raw) > LARGEST:
        return (TOO_LARGE,)
    try:
        found = parse_plan(raw, FILE, shared=read_shared(visit.settings.agencies_file))
    except Faults as error:
        return tuple(map(str, error.faults))
    if found.plan.plan.plan_id != visit.plan_id:
        here, there = visit.desk.plan.plan.citation, found.plan.plan.citation
        return (OF_ANOTHER.format(here=here, there=there),)
    me = found.plan.find_person(visit.desk.person.email)
    return found if me is not None and me.role in RUNNING else (LOCKED_OUT.format(name=visit.who),)


def _apply(visit: Visit, found: Reading, typed: Mapping[str, str]) -> Response:
    number = typed.get("dong-y", "").strip()
    agreed = int(number) if number.isascii() and number.isdigit() and len(number) < 8 else None
    today, now = visit.settings.today(), visit.settings.now()
    try:
        with writing(visit.engine) as session:
            version, _ = plan_in_force(session, visit.plan_id)
            if version.digest != typed.get("over"):
                raise Unagreed(OVERTAKEN.format(who=version.applied_by))
            applied = apply_agreed_plan(session, found, visit.who, today, now, agreed)
    except Unagreed as error:
        overtaken = str(error).startswith("Trong lúc")
        said = str(error) if overtaken else "Ghi đúng số đầu việc và chỉ tiêu bị chuyển để đồng ý áp dụng."
        return show_plan(visit, (said,), _difference(visit, found), 409 if overtaken else 422)
    except BadInput as error:
        return show_plan(visit, in_words(error))
    return visit.redirect("/ke-hoach", **{DONE: "ap-dung" if applied else "nhu-cu"})


def _difference(visit: Visit, found: Reading) -> Difference:
    today = visit.settings.today()
    with reading(visit.engine) as session:
        renamed = bool(renames(plan_in_force(session, visit.plan_id)[1], found.plan))
    # New ids are tried in the record. PostgreSQL locks the rows of the duties, which a session that reads may not.
    tried = renamed or visit.engine.dialect.name == "postgresql"
    with (trying if tried else reading)(visit.engine) as session:
        version, plan = plan_in_force(session, visit.plan_id)
        over, changes = version.digest, plan_changes(plan, found.plan)
        rename_records(session, found.plan)
        displaced = displaced_by(session, found.plan, today)
        lines = [line for line in displaced.lines() if "tracker apply" not in line]
        touched = touched_periods(session, found.plan, today)
    return Difference(
        text=found.text,
        summary=summary(found.plan),
        changes=tuple(change.text for change in changes),
        touched=tuple(touched),
        displaced=tuple(lines),
        agreed=len(displaced.rows) if displaced.needs_consent else None,
        notes=tuple(map(str, found.notes)),
        over=over,
    )
