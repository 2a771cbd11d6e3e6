"""One walk over the tree of a plan file alongside the fields of the model."""

import types
import typing
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from functools import cache
from itertools import islice
from operator import itemgetter
from typing import Any, cast

from tracker.errors import nearest
from tracker.plan import slips
from tracker.plan.scalars import FORMS, READ
from tracker.plan.seen import Path, where
from tracker.plan.tree import MOST, Fault, Listing, Mapped, Node, Place, Scalar
from tracker.words import composed

FAILED: Any = object()
HINTED = 20
"""Unknown names for which the nearest known one is looked for; all are told."""


@cache
def _hints(cls: type) -> dict[str, Any]:
    return typing.get_type_hints(cls)


@cache
def _fields(cls: type) -> tuple[Field[Any], ...]:
    return fields(cls)


class Walk:
    """One pass over tree and model; collects faults, the place of every value, and the ids that texts name."""

    def __init__(self, file: str, faults: list[Fault]) -> None:
        self.file = file
        self.faults = faults
        self.said_already = {fault.place for fault in faults}
        self.places: dict[Path, Place] = {}
        self.named: list[tuple[Path, Place, str, tuple[str, ...]]] = []
        self.titles: dict[Path, str] = {}
        self.plain: list[tuple[Path, Scalar]] = []

    def fault(self, path: Path, place: Place, what: str, remedy: str) -> Any:
        """Note one fault at a place, the first of it alone, and return FAILED."""
        if place not in self.said_already and len(self.faults) <= MOST:
            self.faults.append(Fault(self.file, place, where(path, self.titles), what, remedy))
        return FAILED

    def unknown_names(self, known: Mapping[str, frozenset[str]]) -> list[Fault]:
        """Return a fault for every text that should name an agency, group or content area and does not.

        A text that stands at many places has one cause, so it is one fault, at the first of them.

        A kind that is not in `known` could not be read in full: of those, nothing can be said.
        """
        unknown: dict[tuple[str, bool], list[tuple[Place, Path, tuple[str, ...]]]] = {}
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
            found.append(Fault(self.file, place, where(path, self.titles), what, remedy))
        return found

    def cut_texts(self, text: str) -> Iterator[Fault]:
        """Yield a note for each text without quotes that YAML ended at ` #`; `text` is that of the file."""
        lines = composed(text.replace("\r\n", "\n").replace("\r", "\n")).split("\n")
        for path, node in self.plain:
            if node.place.file:
                continue
            if rest := slips.cut_off(node, lines[node.place.line - 1]):
                what = f'phần sau dấu # không được đọc: "{rest}"'
                remedy = 'đặt cả câu trong "…", hoặc cách sau dấu # nếu là ghi chú'
                yield Fault(self.file, node.place, where(path, self.titles), what, remedy)

    def value(self, kind: Any, node: Node, path: Path, facts: Mapping[str, Any]) -> Any:
        """Return `node` as a value of type `kind`, or FAILED after noting why."""
        self.places[path] = node.place
        if is_dataclass(kind):
            return self._object(cast(type, kind), node, path)
        origin, arguments = typing.get_origin(kind), typing.get_args(kind)
        if origin in (types.UnionType, typing.Union):
            return self.value(arguments[0], node, path, facts)
        if origin is tuple:
            return self._tuple(arguments[0], node, path, facts)
        if origin is Mapping:
            return self._mapping(arguments[1], node, path, facts)
        return self._scalar(kind, node, path, facts)

    def _object(self, cls: type, node: Node, path: Path) -> Any:
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

    def _unknown_keys(self, node: Mapped, known: Mapping[str, object], path: Path) -> set[str]:
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

    def _tuple(self, kind: Any, node: Node, path: Path, facts: Mapping[str, Any]) -> Any:
        if facts.get("single") and isinstance(node, Scalar):
            only = self.value(kind, node, path, facts)
            return only if only is FAILED else (only,)
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

    def _mapping(self, kind: Any, node: Node, path: Path, facts: Mapping[str, Any]) -> Any:
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

    def _scalar(self, kind: Any, node: Node, path: Path, facts: Mapping[str, Any]) -> Any:
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
            text = facts.get("once", {}).get(text, text)
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

    def _bounded(self, value: Any, place: Place, path: Path, facts: Mapping[str, Any]) -> Any:
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
