"""A template printed on trial, and whether every part of the memo and every word of the agencies came out."""

import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path

from defusedxml.ElementTree import fromstring

from tracker.errors import FileTrouble, TemplateFault, TemplateFaults
from tracker.papers.docx import docx_bytes
from tracker.papers.html import html_bytes
from tracker.papers.letterhead import words_around
from tracker.papers.paper import Paper
from tracker.papers.pdf import pdf_bytes
from tracker.report.memo import memo
from tracker.report.template_fixture import BARE, HOSTILE, PAPER, PARTY, SILENT, SNAPSHOT

Printer = Callable[[Paper, Path], bytes]
PAPERS = {"day-du": PAPER, "doan-the": PARTY, "it-nhat": BARE}
"""By the name of the file: the one with every part, the party's form, the one with as little as there can be."""
ACTIVE = frozenset(("applet", "base", "embed", "form", "frame", "iframe", "link", "object", "script"))
FETCHES = ("http:", "https:", "//", "javascript:", "data:text", "ftp:", "file:")
CHECK_TAGS = "xem lại các thẻ của mẫu, hoặc lấy lại mẫu gốc"


@dataclass(frozen=True, slots=True)
class Needed:
    """A part of the memo that a template must print."""

    keys: tuple[str, ...]
    """The fields by which it may do so: `letterhead.parent`, or `.text` of whatever a loop goes through."""
    what: str
    seen: str
    """The trial memo's own words there."""


def needed_in(file: Path) -> list[Needed]:
    """Return what the template `file` must print, by its name."""
    if file.suffix == ".txt":
        return WORDS_NEEDED
    titled = [] if file.name.startswith("cong-van") else [Needed(("paper.kind",), "tên loại văn bản", PAPER.kind)]
    return [*titled, *NEEDED]


_AROUND = words_around(PAPER)
NEEDED = [
    Needed(("letterhead.parent",), "cơ quan chủ quản", PAPER.letterhead.parent),
    Needed(("letterhead.issuer",), "cơ quan ban hành", PAPER.letterhead.issuer),
    Needed(("nation",), "Quốc hiệu", str(_AROUND["nation"])),
    Needed(("motto",), "Tiêu ngữ", str(_AROUND["motto"])),
    Needed(("number_line",), "số, ký hiệu", str(_AROUND["number_line"])),
    Needed(("place_and_date",), "địa danh, ngày tháng", str(_AROUND["place_and_date"])),
    Needed(("mark",), "dấu minh họa, dự thảo", str(_AROUND["mark"])),
    Needed(("paper.subject",), "trích yếu", PAPER.subject),
    Needed(("addressees", "letterhead.addressees"), "nơi kính gửi", "Kính gửi thử mẫu hai"),
    Needed(("paper.body",), "thân báo cáo", "Lời cuối thử mẫu."),
    Needed((".text", ".pieces"), "lời của từng đoạn", "Lời thử mẫu."),
    Needed((".label",), "phần in đậm đầu đoạn", "Nhãn thử mẫu:"),
    Needed((".table",), "bảng trong bài", "Dòng bảng trong bài"),
    Needed((".chart",), "biểu đồ", "Thanh thử mẫu"),
    Needed(("letterhead.signed_for",), "thẩm quyền ký", PAPER.letterhead.signed_for),
    Needed(("letterhead.signed_title",), "chức vụ người ký", PAPER.letterhead.signed_title),
    Needed(("letterhead.signed_name",), "họ tên người ký", str(PAPER.letterhead.signed_name)),
    Needed(("copies", "letterhead.copies"), "nơi nhận", "Nơi nhận thử mẫu"),
    Needed(("paper.annexes",), "các phụ lục", "Phụ lục hai"),
    Needed((".title",), "tên phụ lục", "Tên phụ lục một"),
    Needed((".lead",), "câu đầu phụ lục", "Câu đầu phụ lục."),
    Needed(("attached_to",), "dòng kèm theo của phụ lục", str(_AROUND["attached_to"])),
]
WORDS_NEEDED = [
    Needed(("plan.code", "plan.citation"), "số kế hoạch", "98/KH-TM"),
    Needed(("period.title",), "tên kỳ báo cáo", "Kỳ thử mẫu"),
    Needed(("coordinator",), "cơ quan báo cáo", "Đầu mối thử mẫu"),
    Needed((".result",), "kết quả các cơ quan báo cáo", "Kết quả thử mẫu I.1"),
    Needed((".difficulties",), "khó khăn các cơ quan nêu", "Khó khăn thử mẫu II.1"),
    Needed((".causes",), "nguyên nhân các cơ quan nêu", "Nguyên nhân thử mẫu II.1"),
    Needed((".proposals",), "đề xuất các cơ quan nêu", "Đề xuất thử mẫu II.1"),
    Needed(("localities",), "báo cáo của các địa phương", "Kết quả thử mẫu VI.1"),
    Needed(("tasks",), "báo cáo về nhiệm vụ ngoài khung", "Kết quả thử mẫu VII.1"),
    Needed(("[bảng chỉ tiêu]",), "bảng chỉ tiêu", "Chỉ tiêu thiếu"),
    Needed(("coming",), "việc của năm sau", "Sở năm sau"),
]


def tried(file: Path, data: bytes, needed: list[Needed], folder: Path) -> str:
    """Return what the template `file`, which holds `data`, printed into `folder`.

    TemplateFaults where it cannot print, where a part of the memo or an agency's words did not come out, or where
    the page it printed could run code.
    """
    template = folder / file.name  # by itself: it can take in no file that lies beside the original
    template.write_bytes(data)
    try:
        made, text, faults = _told(template) if file.suffix == ".txt" else _printed(template, folder)
    except FileTrouble as error:
        raise TemplateFaults([TemplateFault(str(file), _said(error, template), CHECK_TAGS)]) from error
    times = 1 if file.suffix == ".txt" else _solid(_words_of(PAPER)).count(_solid(HOSTILE[-1]))
    faults += _lost(needed, text, times) if text else []
    if faults:
        raise TemplateFaults(TemplateFault(str(file), what, remedy) for what, remedy in faults)
    return made


Fault = tuple[str, str]
"""What is wrong, and the way out."""


def _said(error: FileTrouble, template: Path) -> str:
    """Return a printer's complaint without the folder of the trial and without its own way out."""
    place, _, rest = str(error).replace(str(template), "").partition(": ")
    line = f"dòng {place[1:]}: " if place[1:].isdecimal() else ""
    return f"in thử không được: {line}{rest.rpartition('; ')[0]}"


def _printed(template: Path, folder: Path) -> tuple[str, str, list[Fault]]:
    """Print the papers; return a sentence on them, all the words of the first, and what is wrong with it."""
    kinds: dict[str, tuple[str, Printer]] = {
        ".docx": ("docx", docx_bytes), ".j2": ("html", html_bytes), ".typ": ("pdf", pdf_bytes)
    }  # fmt: skip
    ending, printer = kinds[template.suffix]
    files = [folder / f"in-thu-{name}.{ending}" for name in PAPERS]
    for file, paper in zip(files, PAPERS.values(), strict=True):
        file.write_bytes(printer(paper, template))
    sizes = ", ".join(f"{file.name} ({-(-file.stat().st_size // 1000)} kB)" for file in files)
    made = f"Đã in thử {len(files)} văn bản có lời dài và ký tự lạ: {sizes}."
    if ending == "docx":
        return made, "\n".join(_texts_of_word(files[0].read_bytes())), []
    if ending == "html":
        page = _Page(files[0].read_text(encoding="utf-8"))
        return made, "\n".join(page.texts), page.faults
    return made, "", []


def _lost(needed: list[Needed], text: str, times: int) -> Iterator[Fault]:
    """Yield what of the memo is not in the `text` of its print; each hostile text was said so many `times`."""
    there = _solid(text)
    for each in needed:
        if _solid(each.seen) not in there:
            yield (
                f"khi in thử không thấy {each.what}",
                f"xem lại chỗ in {each.keys[0].lstrip('.')} và điều kiện của nó",
            )
    if not all(there.count(_solid(each)) >= times for each in HOSTILE):
        yield "lời của cơ quan không ra nguyên văn", "in lời bằng {{ block.text }}, không qua bộ lọc"


def _solid(text: str) -> str:
    return "".join(text.split())


def _words_of(paper: Paper) -> str:
    tables = [*(block.table for block in paper.body if block.table), *(annex.table for annex in paper.annexes)]
    cells = [cell for table in tables for row in table.rows for cell in row.cells]
    return "\n".join([*(f"{block.label} {block.text}" for block in paper.body), *cells])


def _told(template: Path) -> tuple[str, str, list[Fault]]:
    """Put the memo into words; return a sentence on it, all its words, and no fault."""
    papers = [memo(facts, template) for facts in (SNAPSHOT, SILENT)]
    counted = " và ".join(str(len(paper.body)) for paper in papers)
    made = f"Đã lập thử hai báo cáo, một có đủ và một chưa có báo cáo của các cơ quan: {counted} đoạn."
    return made, "\n".join(map(_words_of, papers)), []


def _texts_of_word(packed: bytes) -> Iterator[str]:
    """Yield all that a Word file says, also of its pictures to those who do not see them."""
    with zipfile.ZipFile(BytesIO(packed)) as parts:
        for name in parts.namelist():
            if name.startswith("word/") and name.endswith(".xml"):
                tree = fromstring(parts.read(name))
                yield "".join(tree.itertext())
                yield from (value for each in tree.iter() for value in each.attrib.values())


class _Page(HTMLParser):
    """What a page says, and what on it could run code or fetch."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.faults: list[Fault] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ACTIVE or (tag == "meta" and ("http-equiv", "refresh") in attrs):
            self._refuse(f"<{tag}>")
        for name, value in attrs:
            self.texts.append(value or "")
            target = (value or "").strip().lower()
            harmless = name.startswith("xmlns") or ((tag, name) == ("a", "href") and not target.startswith("java"))
            if name.startswith("on") or (target.startswith(FETCHES) and not harmless):
                self._refuse(f"{name}=")

    def handle_data(self, data: str) -> None:
        self.texts.append(data)
        if self.lasttag == "style" and ("@import" in data or "url(" in data):
            self._refuse("url(…)")

    def _refuse(self, what: str) -> None:
        fault = (f"trang in ra có {what}, có thể chạy mã hoặc lấy tệp ở nơi khác", "bỏ phần này khỏi mẫu")
        if fault not in self.faults:
            self.faults.append(fault)
