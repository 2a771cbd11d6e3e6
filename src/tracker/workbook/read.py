"""A returned workbook into what was typed in it: found by headings and activity ids, each fault with its cell.

What the workbook was filled from stands in its hidden sheet. A row whose entry cells still say the same is
untouched, whatever has been said meanwhile.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from tracker.errors import WHOLE_FILE, Fault, Faults, nearest
from tracker.progress import FIELDS, TEXTS
from tracker.workbook.cells import NotTyped, figure_of, keep_of, percent_of, shown, status_of, text_of
from tracker.workbook.model import (
    COLUMNS,
    FORMAT,
    META,
    REPORT,
    SIGNATURE,
    TARGET_COLUMNS,
    TARGETS,
    fingerprint,
)
from tracker.workbook.package import Cell, Sheet, read_sheets
from tracker.workbook.zip_parts import FRESH

Value = TypeVar("Value")
SIGNATURE_OFFSET = 2
"""Columns from the label to the cell where people sign."""
HINTED = 20
"""Strange ids for which the nearest known one is looked for; all are told."""
NEEDED = frozenset({"id", *FIELDS, "value"})
"""The columns without which nothing can be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledRow:
    """One activity as it came back; `values` are texts by FIELDS, the status as the page names it."""

    activity_id: str
    number: str
    """What people call it: as it stands in the column TT."""
    values: Mapping[str, str]
    keep: bool
    revision: int
    """The revision that the row was filled from."""
    untouched: bool
    places: Mapping[str, str]
    """Where each value stands: `Báo cáo!G7`, by COLUMNS."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledFigure:
    """One target as it came back."""

    target_id: str
    value: str
    seen: str
    """What the cell was filled with."""
    place: str


@dataclass(slots=True, kw_only=True)
class FilledWorkbook:
    """All that came back. Where there are faults, the values at those places are empty."""

    period_code: str
    agency_id: str
    seal: str = ""
    """What the file was sealed with; only what came by mail is held against it."""
    rows: list[FilledRow] = field(default_factory=list)
    figures: list[FilledFigure] = field(default_factory=list)
    said_by: str = ""
    signature_place: str = REPORT
    faults: list[Fault] = field(default_factory=list)


@dataclass(slots=True)
class _Meta:
    """What the hidden sheet says."""

    facts: dict[str, str] = field(default_factory=dict)
    rows: dict[str, tuple[str, int, str]] = field(default_factory=dict)
    """Activity id, revision and fingerprint by what stands in the column TT, in the order of their rows."""
    figures: dict[str, str] = field(default_factory=dict)


def read_workbook(raw: bytes) -> FilledWorkbook:
    """Return what was typed in the workbook `raw`, with every fault of its cells.

    Raises Faults where it is not one of our workbooks, or one of another format.
    """
    sheets, titles = read_sheets(raw, frozenset({REPORT, TARGETS, META}))
    if META not in sheets:
        raise _whole_file("không phải tệp gửi kèm thư của cơ quan đầu mối")
    meta = _meta(sheets[META])
    filled = FilledWorkbook(period_code=meta.facts["period"], agency_id=meta.facts["agency"])
    filled.seal = meta.facts.get("seal", "")
    for title in [REPORT, TARGETS] if meta.figures else [REPORT]:
        if title not in sheets:
            hint = nearest(title, [shown(name) for name in titles if not name.startswith("_")])
            filled.faults.append(Fault(title, f"tờ này đã bị xóa hoặc đổi tên; {hint}", FRESH))
        elif title == REPORT:
            _read_report(sheets[title], meta, filled)
        else:
            _read_targets(sheets[title], meta, filled)
    return filled


def _whole_file(what: str) -> Faults:
    return Faults([Fault(WHOLE_FILE, what, FRESH)])


def _meta(sheet: Sheet) -> _Meta:
    lines: dict[int, list[str]] = {}
    for (row, column), cell in sheet.cells.items():
        line = lines.setdefault(row, [])
        line += [""] * (min(column, 5) - len(line))
        line[-1] = cell.text
    meta = _Meta()
    for line in lines.values():
        match line:
            case ["row", activity_id, revision, print_, *number] if revision.isascii() and revision.isdigit():
                # Workbooks of before have no number of their own: there the id itself stands in the column.
                meta.rows["".join(number) or activity_id] = activity_id, int(revision[:9]), print_
            case ["figure", target_id, *seen]:
                meta.figures[target_id] = "".join(seen)
            case [name, value]:
                meta.facts[name] = value
    version = meta.facts.get("format", "")
    if version != str(FORMAT) and version.isascii() and version.isdigit():
        raise _whole_file("lập theo mẫu cũ" if int(version[:9]) < FORMAT else "lập theo mẫu mới hơn phần mềm này")
    named = [meta.facts.get(name, "") for name in ("period", "agency")]
    if version != str(FORMAT) or not all(0 < len(name) <= 40 and name.isprintable() for name in named):
        raise _whole_file("phần ghi kỳ báo cáo và cơ quan trong tệp đã bị hỏng")
    return meta


class _Table:
    """The table of one sheet: where its headings stand, and its rows by their ids."""

    def __init__(self, sheet: Sheet, headings: Mapping[str, str], faults: list[Fault]) -> None:
        self.sheet, self.faults = sheet, faults
        by_words = {words: key for key, words in headings.items()}
        found: dict[int, dict[str, int]] = {}
        for (row, column), cell in sheet.cells.items():
            if key := by_words.get(" ".join(cell.text.split())):
                found.setdefault(row, {}).setdefault(key, column)
        self.head = max(found, key=lambda row: len(found[row]), default=1)
        self.columns = found.get(self.head, {})
        self.whole = True
        for column, (key, words) in enumerate(headings.items(), start=1):
            if key in NEEDED and key not in self.columns:
                self.tell(self.head, column, f"thiếu cột “{words}”: cột đã bị xóa hoặc đổi tiêu đề", FRESH)
                self.whole = False

    def tell(self, row: int, column: int, what: str, remedy: str) -> None:
        self.faults.append(Fault(self.place(row, column), what, remedy))

    def place(self, row: int, column: int) -> str:
        letters = ""
        while column:
            column, letter = divmod(column - 1, 26)
            letters = chr(65 + letter) + letters
        return f"{self.sheet.title}!{letters}{row}"

    def value(self, row: int, key: str, read: Callable[[Cell | None], Value], empty: Value) -> Value:
        """Return what `read` makes of a cell; `empty`, and a fault, where it cannot be read."""
        if key not in self.columns:
            return empty
        column = self.columns[key]
        try:
            return read(self.sheet.cells.get((row, column)))
        except NotTyped as error:
            self.tell(row, column, *error.args)
            return empty

    def rows(self, wanted: Collection[str], entries: Collection[str]) -> Iterator[tuple[int, str]]:
        """Yield row and id of each of the `wanted` rows; the rest is told: strange, twice, missing, merged."""
        self._tell_merged()
        if "id" not in self.columns:
            return
        wanted = dict.fromkeys(wanted)
        ids = dict(self._ids(entries))
        expected = dict(enumerate(wanted, start=self.head + 1))
        missing = set(wanted) - set(ids.values())
        hinted = 0
        first: dict[str, int] = {}
        for row, name in ids.items():
            if name in first:
                self._tell_id(row, f"“{shown(name)}” đã có ở dòng {first[name]}", "để mỗi mã một dòng")
            elif name in wanted:
                first[name] = row
                yield row, name
            elif expected.get(row) in missing:
                missing.remove(expected[row])
                self._tell_id(row, f"mã đã bị đổi thành “{shown(name)}”", f"ghi lại mã “{expected[row]}”")
            else:
                remedy = nearest(name, wanted) if hinted < HINTED else "ghi lại mã như trong tệp đã gửi"
                self._tell_id(row, f"không có mã “{shown(name)}” trong tệp đã gửi", remedy)
                hinted += 1
        for row, name in expected.items():
            if name in missing:
                self._tell_id(row, f"thiếu dòng của “{name}”: dòng đã bị xóa hoặc mất mã", FRESH)

    def _tell_id(self, row: int, what: str, remedy: str) -> None:
        self.tell(row, self.columns.get("id", 1), what, remedy)

    def _ids(self, entries: Collection[str]) -> Iterator[tuple[int, str]]:
        """Yield row and id of each row below the headings that has one; what stands outside the table is told."""
        inside = {column: key for key, column in self.columns.items()}
        below: dict[int, set[int]] = {}
        for row, column in self.sheet.cells:
            if row > self.head:
                below.setdefault(row, set()).add(column)
        for row, columns in below.items():
            name = self.value(row, "id", text_of, "")
            if name:
                yield row, name
            elif any(inside.get(column) in entries for column in columns):
                self._tell_id(
                    row, "dòng này có nội dung nhưng không có mã", "ghi lại mã, hoặc xóa nội dung của dòng"
                )
            for column in sorted(columns) if self.whole else ():
                if column not in inside or (not name and inside[column] not in {*entries, "id"}):
                    remedy = "chép nội dung vào ô nền vàng của đúng dòng, rồi xóa ô này"
                    self.tell(row, column, "ô này nằm ngoài bảng nên không được đọc", remedy)

    def _tell_merged(self) -> None:
        for area in self.sheet.merged:
            touched = any(area.left <= column <= area.right for column in self.columns.values())
            if touched and area.bottom >= self.head:
                remedy = "bỏ gộp ô (Unmerge Cells) rồi điền từng dòng"
                self.tell(area.top, area.left, "các ô từ đây đã bị gộp", remedy)


def _read_report(sheet: Sheet, meta: _Meta, filled: FilledWorkbook) -> None:
    table = _Table(sheet, COLUMNS, filled.faults)
    _read_signature(table, filled)
    for row, number in table.rows(list(meta.rows), [*FIELDS, "keep"]):
        before = len(filled.faults)
        status, words = table.value(row, "status", status_of, ("", ""))
        percent = table.value(row, "percent", percent_of, "")
        texts = {key: table.value(row, key, text_of, "") for key in TEXTS}
        keep = table.value(row, "keep", keep_of, False)
        activity_id, revision, as_filled = meta.rows[number]
        same = fingerprint([words, percent, *texts.values()]) == as_filled
        filled.rows.append(
            FilledRow(
                activity_id=activity_id,
                number=number,
                values={"status": status, "percent": percent, **texts},
                keep=keep,
                revision=revision,
                untouched=same and len(filled.faults) == before,
                places={key: table.place(row, column) for key, column in table.columns.items()},
            )
        )


def _read_signature(table: _Table, filled: FilledWorkbook) -> None:
    for (row, column), cell in table.sheet.cells.items():
        if cell.text.strip() == SIGNATURE:
            table.columns["signature"] = column + SIGNATURE_OFFSET
            filled.signature_place = table.place(row, column + SIGNATURE_OFFSET)
            filled.said_by = table.value(row, "signature", text_of, "")
            del table.columns["signature"]
            return
    filled.faults.append(Fault(REPORT, f"không thấy dòng “{SIGNATURE}”", FRESH))


def _read_targets(sheet: Sheet, meta: _Meta, filled: FilledWorkbook) -> None:
    table = _Table(sheet, TARGET_COLUMNS, filled.faults)
    for row, target_id in table.rows(list(meta.figures), ["value"]):
        value = table.value(row, "value", figure_of, None)
        if value is not None and "value" in table.columns:
            place = table.place(row, table.columns["value"])
            seen = meta.figures[target_id]
            filled.figures.append(FilledFigure(target_id=target_id, value=value, seen=seen, place=place))
