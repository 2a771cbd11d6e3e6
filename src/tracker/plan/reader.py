"""The strict reader: `activities.yaml` into a Plan, or every fault at once as file:line:column.

The walk (`walk.py`) goes over the fields of `model.py` alongside the tree. A value that does not fit is a fault
and is left out; the walk goes on, so that one reading names everything that is wrong. Rules that join several rows
are in `rules.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tracker.errors import Faults, FileTrouble
from tracker.plan import rules, slips
from tracker.plan.model import Plan
from tracker.plan.notes import notes as notes_of
from tracker.plan.seen import Seen, names_of
from tracker.plan.shared import read_shared, whole_text, with_shared
from tracker.plan.tree import MOST, Fault, Mapped, Place, read_tree
from tracker.plan.walk import Walk
from tracker.settings import SHARED_AGENCIES

LARGEST = 20_000_000
"""Bytes; 160,000 activities fit. A larger file is a mistake."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A plan without faults, the notes about it, and the text it was read from."""

    plan: Plan
    notes: tuple[Fault, ...]
    text: str


def _bytes_of(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except OSError as error:
        raise FileTrouble(
            f"{path}: không mở được tệp kế hoạch ({error.strerror}); "
            "chạy lệnh trong thư mục có activities.yaml hoặc đặt TRACKER_PLAN"
        ) from error
    if len(raw) > LARGEST:
        raise FileTrouble(f"{path}: tệp lớn hơn {LARGEST // 1_000_000} MB; đây có đúng là tệp kế hoạch không?")
    return raw


def read_plan(path: Path) -> Reading:
    """Read the plan file at `path`, with the agencies that a file beside it shares.

    Raises Faults with all faults in the order of the file, or FileTrouble if it cannot be opened.
    """
    return read_plans([path])[0]


def read_plans(paths: Sequence[Path]) -> list[Reading]:
    """Read several plan files; raises Faults where one has faults, or two are the same plan."""
    folders = dict.fromkeys(path.parent for path in paths)
    shared = {folder: read_shared(folder / SHARED_AGENCIES) for folder in folders}
    readings = [parse_plan(_bytes_of(path), path.name, shared=shared[path.parent]) for path in paths]
    first: dict[str, Path] = {}
    for path, reading in zip(paths, readings, strict=True):
        if (same := first.setdefault(reading.plan.plan.plan_id, path)) is not path:
            what = f"cùng mã kế hoạch với tệp {same.name}"
            remedy = "thêm dòng id: … vào mục plan của một tệp"
            raise Faults([Fault(path.name, Place(1, 1), "plan.id", what, remedy).as_fault()])
    return readings


def parse_plan(
    raw: bytes, file: str = "activities.yaml", *, applied: bool = False, shared: Mapped | None = None
) -> Reading:
    """Read the plan in `raw`, naming it `file` in faults, with what it uses of `shared`; raises Faults.

    One that is `applied` was let through before: a rule that a newer release brings does not stop it.
    """
    tree, faults = read_tree(raw, file)
    if tree is None and not faults:
        faults.append(Fault(file, Place(1, 1), "", "tệp trống", "chép lại từ bản trước"))
    if tree is not None and (spoilt := slips.spoilt_letters(raw.decode("utf-8-sig", errors="replace"))):
        line, column, words = spoilt
        what = f'chữ có dấu bị hỏng vì đọc sai bảng mã: "{words}…"'
        remedy = "lấy lại tệp gốc, mở bằng bảng mã UTF-8 rồi lưu lại"
        raise Faults([Fault(file, Place(line, column), "", what, remedy).as_fault()])
    own, taken, doubled = tree, None, list[Fault]()
    if tree is not None and shared is not None:
        tree, taken, doubled = with_shared(tree, shared, file)
    walk = Walk(file, faults)
    if tree is not None:
        value = walk.value(Plan, tree, (), {})
        seen = Seen(file, value if isinstance(value, dict) else {}, walk.places)
        faults += walk.unknown_names(names_of(seen.sections))
        if not applied:
            faults += rules.faults(seen)
        if not faults:
            plan = Plan(**value)
            text = raw.decode("utf-8-sig")
            notes = [*notes_of(plan, seen), *walk.cut_texts(text), *doubled]
            if own is not None and taken is not None:
                text = whole_text(text, own, taken)
            return Reading(plan, tuple(sorted(notes, key=_by_place)), text)
    in_order: list[Fault] = sorted(set(faults), key=_by_place)
    if len(in_order) > MOST:
        what = f"còn lỗi khác sau {MOST} lỗi đầu"
        in_order[MOST:] = [Fault(file, in_order[MOST].place, "", what, "sửa các lỗi trên rồi kiểm tra lại")]
    raise Faults(fault.as_fault() for fault in in_order)


def _by_place(fault: Fault) -> tuple[str, Place, str]:
    return fault.place.file, fault.place, fault.what
