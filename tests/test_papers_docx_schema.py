"""The Word file against the schemas of Office Open XML, by a port of the rules of Microsoft's Open XML SDK."""

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import docx
import pytest
import sqlalchemy as sa
from answering import open_season, paper_of, snapshot_of
from example_memo import example_snapshot
from factories_papers import LETTERHEAD, sample_annex, sample_paper
from generated_texts import generated_texts
from openxml_audit import OpenXmlValidator
from test_papers_docx import contributions_of

from tracker.papers.docx import docx_bytes
from tracker.papers.paper import Annex, Block, Column, Paper, Row, Table

MEMO = Path(__file__).parent.parent / "templates" / "memo"
TEMPLATE = MEMO / "memo.docx"
DOCUMENT, STYLES, SETTINGS, HEADER = (f"word/{name}.xml" for name in ("document", "styles", "settings", "header1"))


def faults_of(packed: bytes, folder: Path) -> list[str]:
    """Return each fault of a Word file, with its part."""
    (folder / "memo.docx").write_bytes(packed)
    found = OpenXmlValidator(max_errors=0).validate(folder / "memo.docx")
    return [f"{each.part_uri}: {each.description}" for each in found.errors]


def printed(paper: Paper) -> bytes:
    return docx_bytes(paper, TEMPLATE)


def test_the_memo_of_the_example_answers_is_valid(sqlite_engine: sa.Engine, tmp_path: Path) -> None:
    packed = printed(paper_of(example_snapshot(sqlite_engine)))
    assert "1.860 lượt người dự" in contributions_of(packed)[DOCUMENT].decode()
    assert faults_of(packed, tmp_path) == []


def test_the_memo_of_a_period_nobody_answered_in_is_valid(sqlite_engine: sa.Engine, tmp_path: Path) -> None:
    open_season(sqlite_engine)
    assert faults_of(printed(paper_of(snapshot_of(sqlite_engine))), tmp_path) == []


def test_a_memo_of_hostile_texts_is_valid(tmp_path: Path) -> None:
    texts = generated_texts(500)
    table = Table(
        columns=(Column(title=texts[0], width=10, align="center"), Column(title="\x00]]>", width=20)),
        rows=tuple(
            Row(cells=(text,), band=True) if n % 5 else Row(cells=(text, "")) for n, text in enumerate(texts)
        ),
    )
    said = [Block(kind="item", label=text, text=text, said_by=text) for text in texts]
    annex = Annex(label=texts[1], title=texts[2], table=table, lead=tuple(texts[3:9]))
    hostile = sample_paper(body=(*said, Block(kind="table", table=table)), annexes=(annex,), subject=texts[-1])
    assert faults_of(printed(hostile), tmp_path) == []


@pytest.mark.parametrize("annexes", [(), (sample_annex(1),), (sample_annex(0), sample_annex(30, "Phụ lục II"))])
@pytest.mark.parametrize("profile", ["nd30", "dang"])
@pytest.mark.parametrize("body", [(), None])
def test_every_form_of_a_paper_is_valid(
    tmp_path: Path, annexes: tuple[Annex, ...], profile: str, body: tuple[Block, ...] | None
) -> None:
    changes = {} if body is None else {"body": body}
    paper = sample_paper(letterhead=replace(LETTERHEAD, profile=profile), annexes=annexes, **changes)
    assert faults_of(printed(paper), tmp_path) == []


@pytest.mark.parametrize("template", ["memo.docx", "cong-van.docx"])
def test_the_templates_are_valid(tmp_path: Path, template: str) -> None:
    assert faults_of((MEMO / template).read_bytes(), tmp_path) == []


@pytest.mark.parametrize("template", ["memo.docx", "cong-van.docx"])
def test_no_style_s_name_has_a_comma_for_word_takes_what_follows_as_another_name(template: str) -> None:
    """The SDK itself knows this rule, its port does not."""
    names = [style.name for style in docx.Document(str(MEMO / template)).styles]
    assert not [name for name in names if "," in name]


Edit = Callable[[str], str]
BREAKS: dict[str, tuple[str, Edit]] = {
    "a cell's properties out of order": (
        DOCUMENT,
        lambda xml: re.sub(r"(<w:tcW [^>]*/>)(<w:gridSpan [^>]*/>)", r"\2\1", xml),
    ),
    "an alignment there is not": (
        DOCUMENT,
        lambda xml: xml.replace('<w:jc w:val="center"/>', '<w:jc w:val="c"/>'),
    ),
    "a cell without a paragraph": (
        DOCUMENT,
        lambda xml: re.sub(r"(</w:tcPr>)<w:p>.*?</w:p>(?=</w:tc>)", r"\1", xml, count=1),
    ),
    "an element there is not": (DOCUMENT, lambda xml: xml.replace("<w:cantSplit/>", "<w:cantsplit/>", 1)),
    "a table's mark left behind": (
        DOCUMENT,
        lambda xml: xml.replace("<w:sectPr", '<memo-table n="0"/><w:sectPr', 1),
    ),
    "a table without its grid": (
        DOCUMENT,
        lambda xml: re.sub(r"<w:tblGrid>.*?</w:tblGrid>", "", xml, count=1, flags=re.DOTALL),
    ),
    "text outside a run": (DOCUMENT, lambda xml: xml.replace("</w:p>", "<w:t>x</w:t></w:p>", 1)),
    "a page's width in words": (DOCUMENT, lambda xml: xml.replace('<w:pgSz w:w="', '<w:pgSz w:w="x', 1)),
    "a style's children out of order": (
        STYLES,
        lambda xml: xml.replace("<w:name ", "<w:qFormat/><w:name ", 1),
    ),
    "text outside a run of the header": (HEADER, lambda xml: xml.replace("</w:p>", "<w:t>x</w:t></w:p>", 1)),
    "settings out of order": (
        SETTINGS,
        lambda xml: re.sub(r"(<w:zoom [^>]*/>)(.*)(?=</w:settings>)", r"\2\1", xml, flags=re.DOTALL),
    ),
}


@pytest.mark.parametrize("name", BREAKS)
def test_a_broken_file_is_found_out(tmp_path: Path, name: str) -> None:
    part, edit = BREAKS[name]
    parts = contributions_of(printed(sample_paper()))
    parts[part] = (broken := edit(before := parts[part].decode())).encode()
    assert broken != before
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        for each, data in parts.items():
            file.writestr(each, data)
    assert any(part in fault for fault in faults_of(packed.getvalue(), tmp_path))
