"""The words of what was printed on trial; a page that could run code or fetch is refused."""

import io
import re
import zipfile
from html.parser import HTMLParser

from defusedxml.ElementTree import fromstring

from tracker.errors import FileTrouble
from tracker.papers.paper import Paper

ACTIVE = frozenset(("applet", "base", "embed", "form", "frame", "iframe", "link", "object", "script"))
FETCHES = ("http:", "https:", "//", "javascript:", "data:text", "ftp:", "file:")


def texts_of_paper(paper: Paper) -> str:
    """Return the words of a paper's text and of all its tables."""
    tables = [*(block.table for block in paper.body if block.table), *(annex.table for annex in paper.annexes)]
    cells = [cell for table in tables for row in table.rows for cell in row.cells]
    return "\n".join([*(f"{block.label} {block.text}" for block in paper.body), *cells])


def word_texts(packed: bytes) -> str:
    """Return all that a Word file says, also of its pictures to those who do not see them."""
    with zipfile.ZipFile(io.BytesIO(packed)) as parts:
        trees = [fromstring(parts.read(name)) for name in parts.namelist() if re.fullmatch(r"word/.*\.xml", name)]
    hidden = (value for tree in trees for each in tree.iter() for value in each.attrib.values())
    return "\n".join([*("".join(tree.itertext()) for tree in trees), *hidden])


def page_texts(data: bytes) -> str:
    """Return all that a page says; FileTrouble where it holds something that runs or fetches."""
    page = _Page()
    page.feed(data.decode())
    if page.active:
        what = f"trang in ra có {', '.join(page.active)}, có thể chạy mã hoặc lấy tệp ở nơi khác"
        raise FileTrouble(f"{what}; bỏ phần này khỏi mẫu")
    return "\n".join([*page.texts, *page.hidden])


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.hidden: list[str] = []
        self.active: dict[str, None] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ACTIVE or (tag == "meta" and ("http-equiv", "refresh") in attrs):
            self.active[f"<{tag}>"] = None
        for name, value in attrs:
            self.hidden.append(value or "")
            target = (value or "").strip().lower()
            harmless = name.startswith("xmlns") or ((tag, name) == ("a", "href") and not target.startswith("java"))
            if name.startswith("on") or (target.startswith(FETCHES) and not harmless):
                self.active[f"{name}="] = None

    def handle_data(self, data: str) -> None:
        self.texts.append(data)
        if self.lasttag == "style" and ("@import" in data or "url(" in data):
            self.active["url(…)"] = None
