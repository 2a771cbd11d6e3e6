"""YAML text into a tree in which every value is text and knows its place.

PyYAML's own loaders are too kind for a file that a signed memo rests on: the last of two equal keys wins in
silence, `no` becomes False, `1.10` becomes 1.1 and `12:30` becomes 750. So the tree is built from the parser's
events: scalars stay text, and equal keys, anchors, tags, over-deep nesting and second documents are faults.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, NoReturn

import yaml

from tracker import errors
from tracker.words import composed

DEEPEST = 10
MOST = 1000
"""Faults named in one reading; nobody reads more, and a file of garbage would have millions."""
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
CURLED = re.compile(r"(?:[:{\[,]|^ *-) *([“”„‟‘’])")
"""A quotation mark as Word writes it, where a value begins."""
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
OPENED = {
    "while scanning a quoted scalar": ("dấu nháy mở ở đây không có dấu đóng", "thêm dấu nháy đóng"),
    "while parsing a flow sequence": ("danh sách mở bằng [ ở đây thiếu dấu phẩy hoặc dấu ]", "thêm vào chỗ thiếu"),
    "while parsing a flow mapping": ("nhóm mở bằng { ở đây thiếu dấu phẩy hoặc dấu }", "thêm vào chỗ thiếu"),
}
"""What the parser was in the middle of, said of the place where that began."""
PROBLEMS = {
    "mapping values are not allowed": (
        "dấu hai chấm không đúng chỗ",
        'đặt cả câu trong "…" hoặc xem lại thụt dòng',
    ),
    "cannot start any token": ("giá trị không mở đầu bằng ký tự này được", 'đặt giá trị trong "…"'),
    "alphabetic or numeric": ("giá trị không mở đầu bằng ký tự này được", 'đặt giá trị trong "…"'),
    "could not find expected ':'": (
        "dòng phía trên thiếu dấu hai chấm",
        'viết "khóa: giá trị", cách sau dấu hai chấm',
    ),
    "did not find expected": (
        "phần này không nối tiếp được phần trước",
        "xem lại thụt dòng, dấu nháy và dấu ngoặc",
    ),
}
"""What the parser stumbled over, said of the place where it did."""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A line and a column, counted from 1 as editors do."""

    line: int
    column: int
    file: str = ""
    """Empty in the file that is read; else the file beside it that the place is in."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong (or, as a note, one thing to know) about the plan file."""

    file: str
    place: Place
    where: str
    what: str
    remedy: str

    def as_fault(self) -> errors.Fault:
        """Return `file:line:column`, what is wrong where in the plan, and the way out, each on one line."""
        where = f"{_shortened(self.where)}: " if self.where else ""
        place = f"{self.place.file or self.file}:{self.place.line}:{self.place.column}"
        return errors.Fault(place, f"{where}{_shortened(self.what)}", self.remedy)

    def __str__(self) -> str:
        return str(self.as_fault())


def _shortened(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 400 else f"{text[:200]} … {text[-100:]}"


@dataclass(slots=True)
class Scalar:
    """A text, and whether it was written in quotes."""

    place: Place
    text: str
    quoted: bool


@dataclass(slots=True)
class Listing:
    """A YAML sequence."""

    place: Place
    items: "list[Node]"


@dataclass(slots=True)
class Mapped:
    """A YAML mapping; `keys` holds where each key stands."""

    place: Place
    items: "dict[str, Node]"
    keys: dict[str, Place]
    two_rows: bool = False
    """A second id stands in it: the dash of the next row is missing, and all that follows is of that row."""


Node = Scalar | Listing | Mapped


class _Unreadable(Exception):
    """The text is no YAML from here on; carries the one fault that says so."""

    def __init__(self, place: Place, what: str, remedy: str) -> None:
        super().__init__(what)
        self.place, self.what, self.remedy = place, what, remedy


def read_tree(raw: bytes, file: str) -> tuple[Node | None, list[Fault]]:
    """Return the tree of `raw` and its faults, in order; the tree is None where the text cannot be read at all."""
    faults: list[Fault] = []
    try:
        text = _decoded(raw)
        faults += _strange_indents(text, file)
        return _Builder(file, faults).build(text), faults
    except _Unreadable as error:
        # The parser stumbles where such a line stands, or at the next one.
        if not any(fault.place.line in (error.place.line, error.place.line - 1) for fault in faults):
            faults.append(Fault(file, error.place, "", error.what, error.remedy))
        return None, faults


def _decoded(raw: bytes) -> str:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = _one_line_end(raw[: error.start].decode("utf-8-sig"))
        place = Place(before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1)
        remedy = "mở tệp bằng trình soạn thảo và lưu lại với bảng mã UTF-8"
        raise _Unreadable(place, f"byte 0x{raw[error.start]:02x} không phải UTF-8", remedy) from None
    text = _one_line_end(text)
    # The C parser answers a NUL with a mere offset and counts U+2028 as a line, so they are found here.
    if found := CONTROL.search(text):
        line_start = text.rfind("\n", 0, found.start()) + 1
        place = Place(text.count("\n", 0, line_start) + 1, found.start() - line_start + 1)
        raise _Unreadable(place, f"ký tự điều khiển U+{ord(found[0]):04X}", "xóa ký tự này đi")
    return composed(text)


def _one_line_end(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _strange_indents(text: str, file: str) -> Iterator[Fault]:
    """Give a fault for each line that begins with a space that is none to YAML: a tab, or one from a web page."""
    found = (
        Fault(file, Place(number, len(line) - len(rest) + 1), "", *_strange_space(rest[0]))
        for number, line in enumerate(text.split("\n"), 1)
        if (rest := line.lstrip(" "))[:1].isspace()
    )
    return islice(found, MOST + 1)


def _strange_space(sign: str) -> tuple[str, str]:
    if sign == "\t":
        return "có phím Tab ở đầu dòng", "thụt dòng bằng dấu cách"
    what = f"có dấu cách lạ U+{ord(sign):04X} ở đầu dòng, thường do dán từ Excel hoặc trang web"
    return what, "xóa đi rồi gõ lại dấu cách"


def _syntax(error: yaml.MarkedYAMLError, text: str) -> _Unreadable:
    """Return the parser's complaint about `text` in words an admin can act on, at the place to look at."""
    mark = error.problem_mark or error.context_mark
    problem = error.problem or ""
    what, remedy = f"không đọc được YAML ({problem})", "xem lại thụt dòng, dấu hai chấm và dấu nháy"
    if error.context in OPENED and error.context_mark:
        mark, (what, remedy) = error.context_mark, OPENED[error.context]
    elif said := next((said for part, said in PROBLEMS.items() if part in problem), None):
        what, remedy = said
    place = _place(mark)
    line = next(islice(text.split("\n"), place.line - 1, None), "")
    if curled := CURLED.search(line[: place.column]):
        place = Place(place.line, curled.start(1) + 1)
        what, remedy = f"dấu nháy cong {curled[1]} không thay được dấu nháy thẳng", 'thay bằng " ở hai đầu câu'
    return _Unreadable(place, what, remedy)


def _place(mark: Any) -> Place:
    return Place(mark.line + 1, mark.column + 1) if mark else Place(1, 1)


class _Builder:
    """Turns parser events into nodes without recursion, so that no nesting can exhaust the stack."""

    def __init__(self, file: str, faults: list[Fault]) -> None:
        self.file, self.faults = file, faults
        self.open: list[Listing | Mapped] = []
        self.names: list[str] = []
        self.key: list[tuple[str, Place] | None] = []
        self.root: Node | None = None

    def build(self, text: str) -> Node | None:
        """Return the root node of `text`, or None for an empty file."""
        try:
            for event in yaml.parse(text, Loader=LOADER):
                self._take(event)
        except yaml.MarkedYAMLError as error:
            raise _syntax(error, text) from None
        except yaml.YAMLError as error:
            self._stop(Place(1, 1), f"không đọc được YAML ({error})", "lưu lại tệp với bảng mã UTF-8")
        return self.root

    def _stop(self, place: Place, what: str, remedy: str) -> NoReturn:
        raise _Unreadable(place, what, remedy)

    def _fault(self, place: Place, what: str, remedy: str) -> None:
        if len(self.faults) > MOST:
            self._stop(place, "tệp có quá nhiều lỗi", "sửa dần từ lỗi đầu tiên")
        self.faults.append(Fault(self.file, place, self._where(), what, remedy))

    def _where(self) -> str:
        parts: list[str] = []
        for node, name in zip(self.open, self.names, strict=True):
            named = node.items.get("id") if isinstance(node, Mapped) else None
            parts = [named.text] if isinstance(named, Scalar) and named.text.strip() else [*parts, name]
        pending = self.key[-1] if self.key else None
        return ".".join([part for part in parts if part] + ([pending[0]] if pending else []))

    def _take(self, event: yaml.Event) -> None:
        place = _place(event.start_mark)
        if getattr(event, "anchor", None) or isinstance(event, yaml.AliasEvent):
            self._fault(place, "không dùng neo (&, *) của YAML", "viết lại nội dung tại chỗ")
        if tag := getattr(event, "tag", None):
            typed = tag.replace("tag:yaml.org,2002:", "!!")
            self._fault(place, f"không dùng nhãn kiểu {typed}", "xóa nhãn đi")
        if isinstance(event, yaml.DocumentStartEvent) and self.root is not None:
            self._stop(place, "tệp có hai phần ngăn bởi ---", "giữ một phần duy nhất")
        if isinstance(event, yaml.ScalarEvent):
            self._put(Scalar(place, self._written(event.value, place), bool(event.style)))
        elif isinstance(event, yaml.AliasEvent):
            self._put(Scalar(place, "", quoted=False))
        elif isinstance(event, yaml.SequenceStartEvent):
            self._enter(Listing(place, []))
        elif isinstance(event, yaml.MappingStartEvent):
            self._enter(Mapped(place, {}, {}))
        elif isinstance(event, yaml.SequenceEndEvent | yaml.MappingEndEvent):
            self.open.pop()
            self.names.pop()
            self.key.pop()

    def _written(self, value: str, place: Place) -> str:
        # Escapes (\0, \u0301) write what the text of the file itself may not hold.
        if found := CONTROL.search(value):
            self._fault(place, f"ký tự điều khiển U+{ord(found[0]):04X}", "xóa ký tự này đi")
        return composed(value)

    def _enter(self, node: Listing | Mapped) -> None:
        if len(self.open) == DEEPEST:
            self._stop(node.place, f"lồng quá {DEEPEST} tầng", "viết phẳng hơn")
        name = self._name_of_next()
        self._put(node)
        self.open.append(node)
        self.names.append(name)
        self.key.append(None)

    def _name_of_next(self) -> str:
        if not self.open:
            return ""
        parent, key = self.open[-1], self.key[-1]
        return str(len(parent.items) + 1) if isinstance(parent, Listing) else key[0] if key else ""

    def _put(self, node: Node) -> None:
        if not self.open:
            self.root = node
        elif isinstance(parent := self.open[-1], Listing):
            parent.items.append(node)
        elif (key := self.key[-1]) is None:
            self._start_entry(parent, node)
        else:
            self.key[-1] = None
            if key[0] not in parent.items:
                parent.items[key[0]], parent.keys[key[0]] = node, key[1]

    def _start_entry(self, parent: Mapped, node: Node) -> None:
        if not isinstance(node, Scalar):
            self._stop(node.place, "khóa phải là một từ", 'viết dạng "khóa: giá trị"')
        if node.text in parent.items and not parent.two_rows:
            first, parent.two_rows = parent.keys[node.text].line, node.text == "id"
            remedy = 'thêm "- " trước id nếu đây là một mục mới' if parent.two_rows else "giữ lại một trong hai"
            self._fault(node.place, f'khóa "{node.text}" đã có ở dòng {first}', remedy)
        self.key[-1] = (node.text, node.place)
