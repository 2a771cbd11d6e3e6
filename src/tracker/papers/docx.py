"""A paper as a Word document, printed from a template an admin can change in Word.

The template holds the look (styles, margins, letterhead) and its tags; charts are put in as pictures. Tables,
whose columns vary, are built here in the template's table styles, as row loops inside the template take too long
for thousands of rows.
"""

import io
import zipfile
from collections.abc import Sequence
from datetime import datetime, time
from pathlib import Path
from typing import Any

from docx.document import Document
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml import OxmlElement
from docxtpl import DocxTemplate
from jinja2 import TemplateError
from markupsafe import Markup, escape

from tracker.errors import FileTrouble
from tracker.papers.docx_chart import WordCharts
from tracker.papers.docx_table import KEPT_WITH_NEXT, TABLE_MARK, W, WordTables
from tracker.papers.files import printable, with_fixed_times
from tracker.papers.letterhead import NBSP, TITLE_LIMIT, rule_length, title_of, words_around
from tracker.papers.paper import Annex, Paper
from tracker.templating import MISTAKES, sandbox

RULE_STEP = 1.5
"""Points: a non-breaking space at 6 pt, the size of the template's style for rules."""
SIGNATURE = "Khối chữ ký"


def docx_bytes(paper: Paper, template: Path) -> bytes:
    """Return `paper` printed with the Word `template`; the same paper gives the same bytes.

    FileTrouble where the template cannot be used.
    """
    try:
        return _print(paper, template)
    except (PackageNotFoundError, zipfile.BadZipFile, KeyError, OSError) as trouble:
        raise FileTrouble(
            f"{template}: không dùng được mẫu Word này ({trouble}); hãy lấy lại mẫu gốc"
        ) from trouble
    except (TemplateError, SyntaxError, *MISTAKES) as trouble:
        raise FileTrouble(
            f"{template}: thẻ trong mẫu có lỗi: {trouble}; hãy sửa thẻ hoặc lấy lại mẫu gốc"
        ) from trouble


def as_run_text(value: object) -> Markup:
    """Return any value as the inside of a `w:t`: inert, its newlines as line breaks.

    Braces become character references, because docxtpl rewrites some pairs of them after printing.
    """
    if isinstance(value, Markup):
        return value
    inert = str(escape(printable(str(value)))).replace("{", "&#123;").replace("}", "&#125;")
    return Markup(inert.replace("\n", '</w:t><w:br/><w:t xml:space="preserve">'))  # noqa: S704 (escaped above)


def _print(paper: Paper, template: Path) -> bytes:
    tables, charts = WordTables(as_run_text), WordCharts()
    environment = sandbox(autoescape=True, finalize=as_run_text)
    word = _Template(io.BytesIO(template.read_bytes()))
    own = {"table": tables.mark, "chart": charts.mark, "rule": _rule}
    word.render(words_around(paper) | own, environment, autoescape=True)
    document: Document = word.docx
    body = word.printed
    if not paper.annexes:
        _drop_annex_section(body)
    _set_upright(body, paper.annexes)
    charts.put_in_place(document, body)
    word.fix_docpr_ids(body)
    _keep_signature_with_text(body, document.styles[SIGNATURE].style_id)
    tables.fit(document, body)
    _set_properties(document, paper)
    packed = io.BytesIO()
    word.save(packed)
    written = {document.part.partname.membername: lambda xml: tables.put_in_place(word.whole(xml))}
    return with_fixed_times(packed.getvalue(), written)


class _Template(DocxTemplate):  # type: ignore[misc]
    """A template whose printed body stays a tree of its own, and gets into the document as text.

    lxml 6 moves a tree from one document to another in time that grows by the square of its `xml:space` marks, of
    which each printed text has one.
    """

    printed: Any

    def map_tree(self, tree: Any) -> None:
        """Keep the printed body `tree`, where docxtpl would move it into the document."""
        self.printed = tree
        root = self.docx.element
        root.replace(root.body, OxmlElement("w:body"))

    def whole(self, document: bytes) -> bytes:
        """Return the XML of the `document` with its printed body."""
        body: str = self.xml_to_string(self.printed)
        return document.replace(b"<w:body/>", body.encode())


def _rule(text: str, size: float, room: float, share: float) -> str:
    """Return the non-breaking spaces which, underlined by the template, draw the rule under `text`."""
    return NBSP * round(rule_length(text, size, room, share) / RULE_STEP)


def _drop_annex_section(body: Any) -> None:
    """Let the portrait section, whose end stands in the last paragraph, be the document's only one."""
    portrait = list(body.iterfind(f"{W}p/{W}pPr/{W}sectPr"))[-1]
    last_paragraph = portrait.getparent().getparent()
    body.replace(body.find(f"{W}sectPr"), portrait)
    body.remove(last_paragraph)


def _set_upright(body: Any, annexes: Sequence[Annex]) -> None:
    """Turn back the pages of each annex that stands upright; the last sections are those of the annexes."""
    sections = list(body.iter(f"{W}sectPr"))[-len(annexes) :] if annexes else []
    for section, annex in zip(sections, annexes, strict=False):
        page = section.find(f"{W}pgSz")
        if annex.upright and page is not None and page.attrib.pop(f"{W}orient", "") == "landscape":
            wide, high = page.get(f"{W}w"), page.get(f"{W}h")
            page.set(f"{W}w", high)
            page.set(f"{W}h", wide)


def _keep_signature_with_text(body: Any, style: str) -> None:
    """Tie the last words before the signature to it, so that it never stands alone on a page."""
    for table in body.iterfind(f"{W}tbl"):
        named = table.find(f"{W}tblPr/{W}tblStyle")
        if named is None or named.get(f"{W}val") != style:
            continue
        for before in table.itersiblings(preceding=True):
            if before.tag == TABLE_MARK:
                before.set(KEPT_WITH_NEXT, "1")
                break
            words = before if before.tag == f"{W}p" else before.findall(f"{W}tr")[-1]
            for paragraph in words.iter(f"{W}p"):
                _keep_with_next(paragraph)
            if any(text.text for text in words.iter(f"{W}t")):
                break


def _keep_with_next(paragraph: Any) -> None:
    properties = paragraph.find(f"{W}pPr")
    if properties is None:
        properties = OxmlElement("w:pPr")
        paragraph.insert(0, properties)
    if properties.find(f"{W}keepNext") is None:
        after_style = 1 if properties.find(f"{W}pStyle") is not None else 0
        properties.insert(after_style, OxmlElement("w:keepNext"))


def _set_properties(document: Document, paper: Paper) -> None:
    properties = document.core_properties
    properties.title = title_of(paper)
    properties.author = " ".join(printable(paper.letterhead.issuer).split())[:TITLE_LIMIT]
    properties.last_modified_by = properties.author
    properties.created = properties.modified = datetime.combine(paper.dated, time())
    properties.revision = 1
