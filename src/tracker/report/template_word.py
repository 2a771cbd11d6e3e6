"""A Word template before it prints: what in it could run or fetch, styles that are gone, faults in tags.

Printing hands the whole file on to whoever opens the memo, so that a macro, a remote picture or a field that
fetches would work on their machine and not on ours.
"""

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from defusedxml.ElementTree import fromstring
from docx.oxml import parse_xml
from docxtpl import DocxTemplate

from tracker.errors import Fault
from tracker.papers.docx import SIGNATURE
from tracker.papers.docx_chart import PICTURE
from tracker.papers.docx_table import BAND, CELL, GRID, HEAD, W
from tracker.papers.office_package import BROKEN, running_parts
from tracker.report.template_tags import PAPER_NAMES, tag_faults

ORIGINAL = "lấy lại mẫu gốc rồi sửa lại"
SAVE_AGAIN = "mở mẫu bằng Word, bỏ mật khẩu, chọn Lưu thành (Save As), kiểu Word Document (.docx)"
TAKE_OUT = "bỏ phần này trong Word rồi lưu lại"
INERT_FIELDS = frozenset(
    ("AUTHOR", "DATE", "FILENAME", "NUMPAGES", "PAGE", "SECTIONPAGES", "STYLEREF", "TIME", "TITLE")
)
"""Fields that neither fetch nor run nor ask; others, such as DDEAUTO and INCLUDETEXT, are refused."""
ELSEWHERE = re.compile(r"\s*([a-z][a-z0-9+.-]*:|//|\\\\)", re.IGNORECASE)
HARMLESS_LINK = re.compile(r"(https?://|mailto:)", re.IGNORECASE)
PRINTED = re.compile(r"word/(document|header\d*|footer\d*|footnotes)\.xml|docProps/core\.xml")
"""The parts in which tags are printed."""


def word_faults(data: bytes, file: Path) -> Iterator[Fault]:
    """Yield what is wrong with the Word template `data`, named `file`."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            running = [Fault(f"{file}: {name}", what, TAKE_OUT) for name, what in running_parts(package)]
            parts = {name: package.read(name) for name in package.namelist() if name.endswith((".xml", ".rels"))}
        running += [Fault(f"{file}: {name}", what, TAKE_OUT) for name in parts for what in _fetched(parts[name])]
        trees = {} if running else {name: parse_xml(part) for name, part in parts.items()}
    except (*BROKEN, RecursionError, SyntaxError):
        yield Fault(str(file), "không phải tệp Word (.docx), có mật khẩu, hoặc đã hỏng", SAVE_AGAIN)
        return
    if running:
        yield from running
        return
    styles = {name.get(f"{W}val") for name in trees["word/styles.xml"].iter(f"{W}name")}
    for name in (GRID, HEAD, BAND, CELL, SIGNATURE, PICTURE):
        if name not in styles:
            remedy = f"đặt lại tên kiểu này, hoặc {ORIGINAL}"
            yield Fault(f"{file}: word/styles.xml", f"thiếu kiểu “{name}”", remedy)
    word = DocxTemplate(io.BytesIO())
    for name in filter(PRINTED.fullmatch, trees):
        source = word.patch_xml(word.xml_to_string(trees[name]))  # as the printer sees it: tags whole
        yield from tag_faults(source, PAPER_NAMES, _paragraph_of(trees[name], f"{file}: {name}"))


def _fetched(part: bytes) -> Iterator[str]:
    """Yield a part's fields that fetch or run, however cut up or nested, and its pictures from elsewhere."""
    try:
        tree = fromstring(part, forbid_dtd=True)
    except (*BROKEN, RecursionError):
        yield "đã hỏng, hoặc có khai báo (DTD) không bao giờ có trong tệp do Word lưu"
        return
    codes = ""
    for element in tree.iter():
        mark = element.tag.rpartition("}")[2]
        if mark in ("instrText", "delInstrText"):
            codes += element.text or ""
        elif mark in ("fldChar", "fldSimple"):
            codes += f"\0{element.get(f'{W}instr', '')}\0"
        is_link = element.get("Type", "").endswith("/hyperlink") and not HARMLESS_LINK.match(
            element.get("Target", "")
        )
        for key, value in element.attrib.items():
            source = key.rpartition("}")[2] in ("src", "href") or (is_link and key == "Target")
            if source and ELSEWHERE.match(value):
                yield f"lấy hình hoặc tệp ở nơi khác: {value[:80]}"
    for code in filter(str.strip, codes.split("\0")):
        if code.split()[0].upper() not in INERT_FIELDS or "{" in code:
            yield f"mã trường “{code.strip()[:40]}” có thể lấy tệp khác hoặc chạy lệnh"


def _paragraph_of(tree: Any, part: str) -> Callable[[int, str], str]:
    texts = ["".join(text.text or "" for text in paragraph.iter(f"{W}t")) for paragraph in tree.iter(f"{W}p")]

    def place(_: int, words: str) -> str:
        bare = re.sub(r"<[^>]*>", " ", words).strip()
        found = next((text for text in texts if bare and bare in text and "{" in text), "")
        short = " ".join(found.split())
        return f"{part}, đoạn “{short[:60]}{'…' if len(short) > 60 else ''}”" if short else part

    return place
