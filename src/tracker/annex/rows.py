"""The lines of an annex's tables into rows, headings and subtasks. What is not certain is marked."""

import re
from collections.abc import Iterable

from tracker.annex.columns import X_MARKS, Heading, find_heading, is_counting, line_words
from tracker.annex.draft import Draft, DraftHeading, DraftRow
from tracker.annex.line import FIELDS, Line
from tracker.annex.numbers import check_sequence
from tracker.annex.table import NUMBERED, Table
from tracker.errors import Fault

TITLED = re.compile(r"(nội dung|phần|nhóm|mục|lĩnh vực|chương|giai đoạn)\s+(thứ|[ivxlc\d]+)\b", re.IGNORECASE)
PREFIX = re.compile(r"(nội dung|phần|mục|chương)\s+([ivxlc]+|\d+)\s*[:.–-]\s*", re.IGNORECASE)
PART = re.compile(r"[IVX]+|[A-H]|Phần\s+([IVX]+)\b.*", re.IGNORECASE)
LETTERED = re.compile(r"([a-zđ])[.)]\s*(.*)", re.DOTALL)
SAME = re.compile(r"(-\s*)?(nt|n\.t\.?|như trên|như dòng trên)(\s*-)?|[\"″”〃]|//|-\"-", re.IGNORECASE)
LETTERS = "abcdđeghiklmnopqrstuvxy"
LEADING = re.compile(r"^[-–+•*]\s*")


def read_rows(tables: Iterable[Table]) -> Draft:
    """Return what the tables of a file hold, in order; a table that goes on has its heading again, or none."""
    draft = Draft()
    reader = _Reader(draft)
    known: Heading | None = None
    width = 0
    for table in tables:
        own = find_heading(table)
        heading = own or (known if table.columns == width else None)
        if heading is None:
            what = f"không thấy dòng tiêu đề cột nên không đọc bảng này ({len(table.places)} dòng)"
            remedy = "phụ lục cần một dòng tiêu đề có nội dung, cơ quan chủ trì, thời gian; thêm vào tệp nếu thiếu"
            draft.unread.append(Fault(table.name, what, remedy))
            continue
        first = own.bottom + 1 if own else 0
        doubt = "" if own else "bảng không có dòng tiêu đề, đọc theo cột của bảng trước"
        known, width = heading, table.columns
        reader.read(table, heading, first, doubt)
    check_sequence(draft)
    return draft


class _Reader:
    """Goes through the lines of all tables; what came before says what a line belongs to."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.heading: DraftHeading | None = None
        self.row: DraftRow | None = None
        self.section = ""
        self.loose = ""
        """What stood without a number above the next row: a subtask, or the heading of that row."""
        self.told: set[tuple[str, str]] = set()

    def read(self, table: Table, heading: Heading, first: int, doubt: str) -> None:
        for kind, words in (("lead", "cơ quan chủ trì"), ("number", "số TT")):
            if heading.column(kind) is None:
                self._tell(table.name, f"bảng không có cột {words}", "điền ở từng dòng của tệp kế hoạch")
        lines = [Line(table, heading, number) for number in range(first, len(table.places))]
        lines = [line for line in lines if line.cells and not self._is_repeated(line)]
        for line, following in zip(lines, [*lines[1:], None], strict=False):
            before = len(self.draft.rows)
            self._take(line, following)
            new = doubt if len(self.draft.rows) > before else ""
            for what in filter(None, [*line.signs, new]):
                if self.row is not None:
                    self.row.doubt(what)
            self._tell_strangers(line)

    def _is_repeated(self, line: Line) -> bool:
        words = line_words(line.table, line.number)
        return words in line.heading.lines or is_counting(line.cells)

    def _tell_strangers(self, line: Line) -> None:
        """Tell of what stands in columns that are not known, once for each; a mark there may be a year's."""
        for label, text in line.strangers():
            if text.casefold() in X_MARKS or not label:
                if self.row is not None:
                    self.row.doubt(f'có "{text[:40]}" ở cột không rõ là gì')
            else:
                self._tell(line.table.name, f'không đọc cột "{label}"', "ghi thêm vào note: … nếu cần giữ")

    def _tell(self, place: str, what: str, remedy: str) -> None:
        if (place, what) not in self.told:
            self.told.add((place, what))
            self.draft.unread.append(Fault(place, what, remedy))

    def _take(self, line: Line, following: Line | None) -> None:
        letter, title = line.number_text, line.title
        if not letter and (found := LETTERED.match(title)):
            letter, title = found[1], found[2]
        if line.continues:
            self._go_on(line)
        elif re.fullmatch(r"[a-zđ]", letter) and self.row is not None:
            self._take_subtask(self.row.parent or self.row, line, letter, title)
        elif self._is_heading(line, following):
            self._take_heading(line)
        elif not title and not line.number_text:
            self._take_rest(line)
        elif not line.number_text and not line.has_own and self.row is not None:
            self.row.subtasks.append(LEADING.sub("", title))
            self.loose = "" if LEADING.match(title) else title
            self.row.doubt(f'dòng không có số TT và cơ quan: "{title[:40]}", đọc là việc cụ thể của dòng này')
        else:
            self._take_row(line, line.number_text, title)

    def _is_heading(self, line: Line, following: Line | None) -> bool:
        if line.is_whole:
            return True
        if line.has_any:
            return False
        number, title = line.number_text, line.title
        if PART.fullmatch(number) or TITLED.match(title) or (title.isupper() and len(title) > 3):
            return True
        if following is not None and following.has_any and number:
            return following.number_text.startswith(f"{number}.") or following.number_text == "a"
        return not number and bool(title) and (self.row is None or self.row.heading is not self.heading)

    def _take_heading(self, line: Line) -> None:
        number, title = line.number_text, line.title
        if not number and (spoken := re.match(r"([IVXLC]+|[A-H])[.)]\s+(.*)", title)):
            number, title = spoken[1], spoken[2]
        part = PART.fullmatch(number) or re.fullmatch(r"Phần\s+([IVX]+)\b.*", title, re.IGNORECASE)
        if part:
            self.section = part[1] or number
        heading = DraftHeading(line.place, PREFIX.sub("", LEADING.sub("", title)), number, self.section)
        if not line.is_whole and not number and not TITLED.match(title) and not title.isupper():
            heading.doubts.append("đọc là tiêu đề vì không có số TT, cơ quan và thời gian")
        heading.doubts += [sign for sign in line.signs if sign != NUMBERED]
        self.heading, self.row, self.loose = heading, None, ""
        self.draft.headings.append(heading)

    def _take_row(self, line: Line, number: str, title: str, parent: DraftRow | None = None) -> DraftRow:
        if self.heading is None:
            self.heading = DraftHeading(line.place, "Nhiệm vụ")
            self.draft.headings.append(self.heading)
        before = self.draft.rows[-1] if self.draft.rows else None
        words, subtasks = _split(title)
        row = DraftRow(line.place, number, words, self.heading, subtasks, parent=parent)
        self.heading.has_rows = True
        if self.loose:
            row.doubt(f'dòng trên không có số TT, "{self.loose[:40]}", có thể là tiêu đề của dòng này')
            self.loose = ""
        self.row = row
        self.draft.rows.append(row)
        line.fill(row)
        for name, words in FIELDS.items():
            self._repeat(row, before, name, words)
        if not row.title:
            row.doubt("tên hoạt động để trống")
        return row

    def _repeat(self, row: DraftRow, before: DraftRow | None, name: str, words: str) -> None:
        """Let "nt" and the like in a field stand for what is printed above it."""
        text = getattr(row, name)
        if not SAME.fullmatch(text.strip()):
            return
        setattr(row, name, getattr(before, name) if before else "")
        row.doubt(f'{words} ghi "{text}", lấy theo dòng trên')

    def _take_subtask(self, parent: DraftRow, line: Line, letter: str, title: str) -> None:
        own = {name: text for name in FIELDS if (text := line.own(name))}
        if not line.marks() and all(text == getattr(parent, name) for name, text in own.items()):
            parent.subtasks.append(title)
            return
        row = self._take_row(line, f"{parent.number}.{letter}" if parent.number else "", title, parent)
        if parent.lead or parent.time or parent.years:
            for name in ("lead", "time"):
                if not getattr(row, name) and getattr(parent, name) and not (name == "time" and row.years):
                    setattr(row, name, getattr(parent, name))
                    row.doubt(f"{FIELDS[name]} để trống, lấy theo dòng {parent.number}")
            if not row.years and not row.time:
                row.years |= parent.years
                row.doubt(f"thời gian để trống, lấy theo dòng {parent.number}")
        elif not parent.subtasks:
            parent.is_heading = True

    def _go_on(self, line: Line) -> None:
        """Take a line whose title is merged with the one above: it tells more of the same row."""
        if self.row is None:
            return
        self.row.doubt("ô tên gộp nhiều dòng, đọc là một hoạt động")
        for name in FIELDS:
            if text := line.own(name):
                old = getattr(self.row, name)
                setattr(self.row, name, f"{old}\n{text}" if old else text)
        self.row.years |= line.marks()

    def _take_rest(self, line: Line) -> None:
        """Take a line without number and title: what stands there is of the row above, if of any."""
        texts = [cell.words for cell in line.cells if cell.top == line.number]
        if texts and self.row is not None:
            self.row.doubt(f'dòng dưới không có số TT và tên, ghi "{"; ".join(texts)[:80]}", chưa đọc')
        elif texts:
            remedy = "chép vào hoạt động mà nó thuộc về"
            self.draft.unread.append(
                Fault(line.place, f'không rõ thuộc về đâu: "{"; ".join(texts)[:80]}"', remedy)
            )


def _split(title: str) -> tuple[str, list[str]]:
    """Return the title without its dash, and the subtasks a), b), c) that stand under it in one cell."""
    first, *others = LEADING.sub("", title).split("\n")
    subtasks: list[str] = []
    for line in others:
        found = LETTERED.match(line)
        if found and found[1] == LETTERS[len(subtasks) : len(subtasks) + 1]:
            subtasks.append(found[2])
        elif subtasks:
            subtasks[-1] += f" {line}"
        else:
            first += f" {line}"
    return first, subtasks
