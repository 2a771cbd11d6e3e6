"""The strict reader: `activities.yaml` into a Plan, or every fault at once as file:line:column.

The reader walks the fields of `model.py` alongside the tree. A value that does not fit is a fault and is left
out; the walk goes on, so that one reading names everything that is wrong. Rules that join several rows are in
`rules.py`.
"""

import re
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import islice
from operator import itemgetter
from pathlib import Path
from typing import Any, cast

from tracker.errors import FileTrouble, PlanFaults, nearest
from tracker.plan import rules, slips
from tracker.plan.model import MonthDay, Plan
from tracker.plan.tree import MOST, Fault, Listing, Mapped, Node, Place, Scalar, read_tree
from tracker.settings import ADDRESS
from tracker.words import composed

FAILED: Any = object()
HINTED = 20
"""Unknown names for which the nearest known one is looked for; all are told."""
LARGEST = 20_000_000
"""Bytes; 160,000 activities fit. A larger file is a mistake."""

FORMS: Mapping[str, tuple[re.Pattern[str], str]] = {
    "id": (
        re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,39}"),
        "chỉ dùng chữ không dấu, chữ số, dấu chấm và gạch nối",
    ),
    "contact": (
        re.compile(ADDRESS.pattern + r"|[a-z][a-z0-9+.-]*://\S+"),
        "viết một địa chỉ như vanphong@so.angiang.example",
    ),
    "email": (ADDRESS, "viết một địa chỉ như canbo@hoi.angiang.example"),
}


@dataclass(frozen=True, slots=True)
class Reading:
    """A plan without faults, the notes about it, and the text it was read from."""

    plan: Plan
    notes: tuple[Fault, ...]
    text: str


def read_plan(path: Path) -> Reading:
    """Read the plan file at `path`.

    Raises PlanFaults with all faults in the order of the file, or FileTrouble if it cannot be opened.
    """
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
    return parse_plan(raw, path.name)


def parse_plan(raw: bytes, file: str = "activities.yaml") -> Reading:
    """Read the plan in `raw`, naming it `file` in faults; raises PlanFaults."""
    tree, faults = read_tree(raw, file)
    if tree is None and not faults:
        faults.append(Fault(file, Place(1, 1), "", "tệp trống", "chép lại từ bản trước"))
    walk = _Walk(file, faults)
    if tree is not None:
        value = walk.value(Plan, tree, (), {})
        seen = rules.Seen(file, value if isinstance(value, dict) else {}, walk.places)
        faults += walk.unknown_names(rules.names_of(seen.sections))
        faults += rules.faults(seen)
        if not faults:
            plan = Plan(**value)
            text = raw.decode("utf-8-sig")
            notes = [*rules.notes(plan, seen), *walk.cut_texts(text)]
            return Reading(plan, tuple(sorted(notes, key=_by_place)), text)
    in_order: list[Fault] = sorted(set(faults), key=_by_place)
    if len(in_order) > MOST:
        what = f"còn lỗi khác sau {MOST} lỗi đầu"
        in_order[MOST:] = [Fault(file, in_order[MOST].place, "", what, "sửa các lỗi trên rồi kiểm tra lại")]
    raise PlanFaults(in_order)


def _by_place(fault: Fault) -> tuple[Place, str]:
    return fault.place, fault.what


@cache
def _hints(cls: type) -> dict[str, Any]:
    return typing.get_type_hints(cls)


@cache
def _fields(cls: type) -> tuple[Field[Any], ...]:
    return fields(cls)


class _Walk:
    """One pass over tree and model; collects faults, the place of every value, and the ids that texts name."""

    def __init__(self, file: str, faults: list[Fault]) -> None:
        self.file = file
        self.faults = faults
        self.said_already = {fault.place for fault in faults}
        self.places: dict[rules.Path, Place] = {}
        self.named: list[tuple[rules.Path, Place, str, tuple[str, ...]]] = []
        self.titles: dict[rules.Path, str] = {}
        self.plain: list[tuple[rules.Path, Scalar]] = []

    def fault(self, path: rules.Path, place: Place, what: str, remedy: str) -> Any:
        if place not in self.said_already and len(self.faults) <= MOST:
            self.faults.append(Fault(self.file, place, rules.where(path, self.titles), what, remedy))
        return FAILED

    def unknown_names(self, known: Mapping[str, frozenset[str]]) -> list[Fault]:
        """Return a fault for every text that should name an agency, group or content area and does not.

        A text that stands at many places has one cause, so it is one fault, at the first of them.

        A kind that is not in `known` could not be read in full: of those, nothing can be said.
        """
        unknown: dict[tuple[str, bool], list[tuple[Place, rules.Path, tuple[str, ...]]]] = {}
        for path, place, text, kinds in self.named:
            if known.keys() >= set(kinds) and not any(text in known[kind] for kind in kinds):
                unknown.setdefault((text, "content" in kinds), []).append((place, path, kinds))
        found: list[Fault] = []
        for (text, _), uses in islice(unknown.items(), MOST + 1):
            place, path, kinds = min(uses, key=itemgetter(0))
            what = f'không có {" hay ".join(slips.WORDS[kind] for kind in kinds)} "{text}"'
            if len(uses) > 1:
                what += f" (ở đây và {len(uses) - 1} chỗ khác)"
            remedy = (
                slips.unknown_name_remedy(text, kinds, known)
                if len(found) < HINTED
                else "xem cách viết ở các lỗi trên"
            )
            found.append(Fault(self.file, place, rules.where(path, self.titles), what, remedy))
        return found

    def cut_texts(self, text: str) -> Iterator[Fault]:
        """Yield a note for each text without quotes that YAML ended at ` #`; `text` is that of the file."""
        lines = composed(text.replace("\r\n", "\n").replace("\r", "\n")).split("\n")
        for path, node in self.plain:
            if rest := slips.cut_off(node, lines[node.place.line - 1]):
                what = f'phần sau dấu # không được đọc: "{rest}"'
                remedy = 'đặt cả câu trong "…", hoặc cách sau dấu # nếu là ghi chú'
                yield Fault(self.file, node.place, rules.where(path, self.titles), what, remedy)

    def value(self, kind: Any, node: Node, path: rules.Path, facts: Mapping[str, Any]) -> Any:
        """Return `node` as a value of type `kind`, or FAILED after noting why."""
        self.places[path] = node.place
        if is_dataclass(kind):
            return self._object(cast(type, kind), node, path)
        origin, arguments = typing.get_origin(kind), typing.get_args(kind)
        if origin is types.UnionType:
            return self.value(arguments[0], node, path, facts)
        if origin is tuple:
            return self._tuple(arguments[0], node, path, facts)
        if origin is Mapping:
            return self._mapping(arguments[1], node, path, facts)
        return self._scalar(kind, node, path, facts)

    def _object(self, cls: type, node: Node, path: rules.Path) -> Any:
        if not isinstance(node, Mapped):
            return self.fault(path, node.place, "phải gồm các dòng khóa: giá trị", "xem mẫu ở các mục bên cạnh")
        if isinstance(named := node.items.get("id"), Scalar) and named.text.strip():
            self.titles[path] = named.text
        known = {field.name: field for field in _fields(cls) if not field.metadata.get("key")}
        misspelt = self._unknown_keys(node, known, path)
        values: dict[str, Any] = {}
        for name, field in known.items():
            if name in node.items:
                values[name] = self.value(_hints(cls)[name], node.items[name], (*path, name), field.metadata)
            elif name in misspelt:
                values[name] = FAILED  # said already, beside the key as it was typed
            elif field.default_factory is MISSING:
                values[name] = self.fault(path, node.place, f'thiếu khóa "{name}"', f"thêm dòng {name}: …")
        if not path:
            return values
        if path[-2:-1] in (("agencies",), ("groups",)):
            values["id"] = path[-1]
        # What failed is None, so that rules still see the rest; with a fault noted, no plan is made of it.
        return cls(**{name: None if value is FAILED else value for name, value in values.items()})

    def _unknown_keys(self, node: Mapped, known: Mapping[str, object], path: rules.Path) -> set[str]:
        """Note every key that no field has; return the fields they were probably meant for."""
        meant: set[str] = set()
        for key, place in node.keys.items():
            if len(self.faults) > MOST:
                break
            if key not in known and node.items[key].place not in self.said_already:
                what, remedy = slips.unknown_key(key, place, node, known)
                meant |= {name for name in known if f'"{name}"' in remedy}
                self.fault((*path, key), place, what, remedy)
        return meant

    def _tuple(self, kind: Any, node: Node, path: rules.Path, facts: Mapping[str, Any]) -> Any:
        if not isinstance(node, Listing):
            return self.fault(
                path, node.place, "phải là danh sách", "viết [a, b] hoặc mỗi mục một dòng bắt đầu bằng -"
            )
        if not node.items and facts.get("filled"):
            return self.fault(path, node.place, "danh sách trống", "cần ít nhất một mục")
        values = tuple(self.value(kind, item, (*path, i), facts) for i, item in enumerate(node.items, 1))
        if not is_dataclass(kind):
            before: set[Any] = set()
            for i, value in enumerate(values):
                if value is FAILED:
                    continue
                if value in before:
                    self.fault(path, node.items[i].place, f'"{value}" viết hai lần', "xóa một trong hai")
                before.add(value)
        # What failed leaves a None in its place, so that rules still see the others, each where it stands.
        return tuple(None if value is FAILED else value for value in values)

    def _mapping(self, kind: Any, node: Node, path: rules.Path, facts: Mapping[str, Any]) -> Any:
        if not isinstance(node, Mapped):
            return self.fault(path, node.place, "phải gồm các dòng mã: nội dung", "xem mẫu ở các mục bên cạnh")
        if not node.items and facts.get("filled"):
            return self.fault(path, node.place, "không có mục nào", "cần ít nhất một mục")
        values = {}
        for key, item in node.items.items():
            pattern, remedy = FORMS["id"]
            if not pattern.fullmatch(key):
                self.fault((*path, key), node.keys[key], f'mã "{key}" không dùng được', remedy)
            values[key] = self.value(kind, item, (*path, key), {})
        return values

    def _scalar(self, kind: Any, node: Node, path: rules.Path, facts: Mapping[str, Any]) -> Any:
        if not isinstance(node, Scalar):
            return self.fault(
                path,
                node.place,
                "phải là một giá trị, không phải danh sách hay nhóm khóa",
                "viết trên một dòng",
            )
        text = node.text.strip()
        if not text or (not node.quoted and text in {"null", "~"}):
            return self.fault(path, node.place, "để trống", "điền giá trị hoặc xóa cả dòng")
        if typing.get_origin(kind) is typing.Literal:
            choices = typing.get_args(kind)
            if text in choices:
                return text
            return self.fault(path, node.place, f'"{text}" không dùng được', nearest(text, choices, slips.NEAR))
        if not node.quoted:
            self.plain.append((path, node))
        try:
            value = READ[kind](text)
        except ValueError as error:
            return self.fault(path, node.place, f'"{text}" {error.args[0]}', error.args[1])
        return self._bounded(value, node.place, path, facts)

    def _bounded(self, value: Any, place: Place, path: rules.Path, facts: Mapping[str, Any]) -> Any:
        low, high = facts.get("at_least"), facts.get("at_most")
        if low is not None and not low <= value <= high:
            return self.fault(path, place, f"{value} ngoài khoảng cho phép", f"chọn từ {low} đến {high}")
        if form := facts.get("form"):
            pattern, remedy = FORMS[form]
            if not pattern.fullmatch(value):
                return self.fault(path, place, f'"{value}" không dùng được', remedy)
        if kinds := facts.get("names"):
            self.named.append((path, place, value, kinds))
        return value


def _whole(text: str) -> int:
    if not re.fullmatch(r"-?(0|[1-9][0-9]{0,8})", text):
        raise ValueError("không phải số nguyên", "viết bằng chữ số, không có số 0 ở đầu, ví dụ 2024")
    return int(text)


def _number(text: str) -> Decimal:
    # Three digits after the dot are a Vietnamese thousand (1.253), which must not become one and a quarter.
    if not re.fullmatch(r"[0-9]{1,12}(\.[0-9]{1,2})?", text):
        remedy = "viết bằng chữ số, không chấm hàng nghìn, phần lẻ sau dấu chấm, ví dụ 1253 hoặc 12.5"
        raise ValueError("không phải số dùng được", remedy)
    return Decimal(text)


def _date(text: str) -> date:
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            return date.fromisoformat(text)
        if spoken := re.fullmatch(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})", text):
            day, month, year = map(int, spoken.groups())
            raise ValueError("không viết theo NĂM-THÁNG-NGÀY", f"viết {date(year, month, day)}")
    except ValueError as error:
        if len(error.args) == 2:
            raise
        raise ValueError("là ngày không có trong lịch", "viết NĂM-THÁNG-NGÀY, ví dụ 2024-10-29") from None
    raise ValueError("không phải ngày", "viết NĂM-THÁNG-NGÀY, ví dụ 2024-10-29")


def _month_day(text: str) -> MonthDay:
    remedy = "viết THÁNG-NGÀY, ví dụ 10-29"
    if spoken := re.fullmatch(r"([0-9]{1,2})/([0-9]{1,2})", text):
        day, month = map(int, spoken.groups())
        if 1 <= month <= 12 and 1 <= day <= 31:
            raise ValueError("không viết theo THÁNG-NGÀY", f"viết {month:02}-{day:02}")
    if not re.fullmatch(r"[0-9]{2}-[0-9]{2}", text):
        raise ValueError("không phải ngày trong năm", remedy)
    month, day = int(text[:2]), int(text[3:])
    try:
        date(2023, month, day)  # a common year: 29/2 cannot be a yearly date
    except ValueError:
        raise ValueError("không có trong mọi năm", remedy) from None
    return MonthDay(month, day)


READ: Mapping[Any, Callable[[str], Any]] = {
    str: str,
    int: _whole,
    Decimal: _number,
    date: _date,
    MonthDay: _month_day,
}
