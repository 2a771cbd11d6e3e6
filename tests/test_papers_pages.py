"""The pages as they come out, under a ruler: our PDF, and LibreOffice's of the Word file, in both letterheads."""

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from answering import paper_of
from example_memo import example_snapshot
from factories_papers import BODY, LETTERHEAD, sample_annex, sample_paper
from page_measure import faults, main
from test_papers_docx import contributions_of
from word_to_pdf import rendered

from tracker.papers.docx import docx_bytes
from tracker.papers.paper import Annex, Block, Paper, Row
from tracker.papers.pdf import pdf_bytes
from tracker.store.engine import open_store

MEMO = Path(__file__).parent.parent / "templates" / "memo"
PROSE = (
    "Các cấp Hội đã phối hợp với các sở, ngành, địa phương tổ chức tuyên truyền, tư vấn, hỗ trợ thành lập và "
    "củng cố hợp tác xã do phụ nữ tham gia quản lý; số liệu của đoạn này được đặt ra để in thử."
)


def long_paper(profile: str = "nd30") -> Paper:
    """Return a paper of several upright pages, a table, and annexes of several turned pages."""
    said = tuple(Block(kind="paragraph", label=f"II.{n}.", text=PROSE * (1 + n % 3)) for n in range(14))
    annexes = (tall_annex(), sample_annex(3, "Phụ lục II"))
    head = replace(LETTERHEAD, profile=profile, symbol="BC-BTV" if profile == "nd30" else "BC/BTV")
    return sample_paper(letterhead=head, body=(*BODY[:-1], *said, BODY[-1]), annexes=annexes)


def tall_annex() -> Annex:
    """Return an annex whose rows are of very different heights, so that a page's end would cut many of them."""
    annex = sample_annex(24)
    rows = (
        Row(cells=(*row.cells[:-1], row.cells[-1] * (1 + n % 5))) for n, row in enumerate(annex.table.rows[1:])
    )
    return replace(annex, table=replace(annex.table, rows=(annex.table.rows[0], *rows)))


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Paper:
    """Give the memo of the example answers."""
    engine: sa.Engine = open_store(f"sqlite:///{tmp_path_factory.mktemp('store') / 'tracker.db'}", create=True)
    paper = paper_of(example_snapshot(engine))
    engine.dispose()
    return paper


@pytest.fixture(scope="module")
def from_word(example: Paper, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Give LibreOffice's rendering of every Word file that the tests below look at."""
    words = {"example": docx_bytes(example, MEMO / "memo.docx")}
    words |= {profile: docx_bytes(long_paper(profile), MEMO / "memo.docx") for profile in ("nd30", "dang")}
    words |= {f"spoiled-{n}": spoiled(words["nd30"], *SPOILS[what]) for n, what in enumerate(SPOILS)}
    return rendered(words, tmp_path_factory.mktemp("office"))


def test_the_example_memo_s_pdf_measures_up(example: Paper) -> None:
    assert faults(pdf_bytes(example, MEMO / "memo.typ")) == []


def test_the_example_memo_in_word_measures_up(from_word: dict[str, bytes]) -> None:
    assert faults(from_word["example"]) == []


@pytest.mark.parametrize("profile", ["nd30", "dang"])
def test_a_memo_of_many_pages_measures_up_in_either_letterhead(profile: str) -> None:
    assert faults(pdf_bytes(long_paper(profile), MEMO / "memo.typ"), profile) == []


@pytest.mark.parametrize("profile", ["nd30", "dang"])
def test_it_does_so_in_word_too(from_word: dict[str, bytes], profile: str) -> None:
    assert faults(from_word[profile], profile) == []


TYPST = {
    "left margin: 20": ("left: 30mm", "left: 20mm"),
    "left margin: 40": ("left: 30mm", "left: 40mm"),
    "right margin: 25": ("right: 15mm", "right: 25mm"),
    "right margin: 14": ("overhang: false", "overhang: true"),
    "top margin": ("margin: (top: 20mm", "margin: (top: 30mm"),
    "bottom margin, at the least: 1": ("bottom: 20mm", "bottom: 10mm"),
    "bottom margin, at the least: 4": ("bottom: 20mm", "bottom: 45mm"),
    "page 1: short side: 21": ('paper: "a4"', 'paper: "us-letter"'),
    "Quốc hiệu: size: 11": (
        'size: 12pt, weight: "bold", words.nation',
        'size: 11pt, weight: "bold", words.nation',
    ),
    "Quốc hiệu: face": ('size: 12pt, weight: "bold", words.nation', "size: 12pt, words.nation"),
    "Quốc hiệu: there on one line": ("columns: (74mm, 91mm)", "columns: (100mm, 65mm)"),
    "Tiêu ngữ: size": ('size: 13pt, weight: "bold", words.motto', 'size: 12pt, weight: "bold", words.motto'),
    "rule under Quốc hiệu or Tiêu ngữ: there": ("    rule(words.rules.motto)\n", ""),
    "rule under Quốc hiệu or Tiêu ngữ: part": ("rule(words.rules.motto)", "rule(words.rules.motto / 2)"),
    "rule under issuer: there": ("rule(words.rules.issuer)", "none"),
    "rule under issuer: part": ("rule(words.rules.issuer)", "rule(words.rules.issuer * 2)"),
    "rule under the trích yếu": ("#rule(words.rules.subject)", ""),
    "issuer, “HỘI LIÊN HIỆP PHỤ NỮ": ("size: 12pt + party, shown(letterhead.parent)", "shown(letterhead.parent)"),
    "Số, ký hiệu: size": (
        "size: 13pt + party / 2, shown(words.number_line)",
        "size: 12pt, shown(words.number_line)",
    ),
    "Số and date": (
        "lines(size: 13pt + party / 2, shown(words.number_line))",
        "pad(top: 3mm, lines(size: 13pt, shown(words.number_line)))",
    ),
    "địa danh, ngày tháng: face": (
        'size: 13pt + party / 2, style: "italic", shown(words.place',
        "size: 13pt, shown(words.place",
    ),
    "title, “BÁO CÁO”: from the middle": (
        "before: 18pt, text(size",
        "position: left, before: 18pt, text(size",
    ),
    "title, “BÁO CÁO”: size": ("text(size: 14pt + party", "text(size: 16pt"),
    "body: size": ("  size: 14pt,\n  lang", "  size: 12pt,\n  lang"),
    "body: justified": ("par(justify: true, leading: body-leading", "par(justify: false, leading: body-leading"),
    "body: indented after a short line": ("first-line-indent: (amount: 12.7mm", "first-line-indent: (amount: 0mm"),
    "body: first line's indent: 20": ("first-line-indent: (amount: 12.7mm", "first-line-indent: (amount: 20mm"),
    "body: line spacing": ("#let body-leading = 0.215em", "#let body-leading = 1em"),
    "page number on page 1": ("if first or counter(page).get().first() > 1", "if true"),
    "page number on page 2: size": (
        'text(size: 13pt, counter(page).display("1"))',
        'text(size: 10pt, counter(page).display("1"))',
    ),
    "page number on page 2: from the middle": ("set align(center + std.top)", "set align(right + std.top)"),
    "page number on page 2: [] ": ('counter(page).display("1")', "none"),
    "page number of the first annex page": ("#counter(page).update(0)\n#for annex", "#for annex"),
    "first annex page turned": ("flipped: not annex.upright", "flipped: false"),
    "page 8: heading row repeated": ("table.header(..it.columns", "table.header(repeat: false, ..it.columns"),
    "page 8: begins with a whole row": ("breakable: not row.whole, look", "breakable: true, look"),
    "Phụ lục I: from the middle": (
        "lines(tag: heading.with(level: 2)",
        "lines(position: left, tag: heading.with(level: 2)",
    ),
    "Phụ lục I: kèm theo in italics": ('style: "italic", after: 10pt', "after: 10pt"),
    "Nơi nhận: size": (
        'size: 12pt, weight: "bold", style: "italic", position: left',
        'weight: "bold", style: "italic", position: left',
    ),
    "Nơi nhận, “- Như trên;”: size": ("size: 11pt, position: left", "size: 12pt, position: left"),
    "signature, “CHỦ TỊCH”: face": (
        'lines(weight: "bold", shown(letterhead.signed_title))',
        "lines(shown(letterhead.signed_title))",
    ),
    "signature: room to sign": ("v(80pt)", "v(8pt)"),
}


@pytest.mark.parametrize("what", TYPST)
def test_a_spoiled_page_is_found_out(what: str, tmp_path: Path) -> None:
    before, after = TYPST[what]
    text = (MEMO / "memo.typ").read_text(encoding="utf-8")
    assert before in text
    (tmp_path / "memo.typ").write_text(text.replace(before, after), encoding="utf-8")
    told = faults(pdf_bytes(long_paper(), tmp_path / "memo.typ"))
    assert [fault for fault in told if fault.startswith(what.strip())], told


def test_a_signature_alone_on_its_page_is_found_out(tmp_path: Path) -> None:
    loose = (
        (MEMO / "memo.typ")
        .read_text(encoding="utf-8")
        .replace("block(sticky: true, below: 6pt", "block(below: 6pt")
    )
    (tmp_path / "memo.typ").write_text(loose, encoding="utf-8")
    told = []
    for lines in range(17, 23):
        body = tuple(Block(kind="paragraph", text=f"Đoạn {n}.") for n in range(lines))
        paper = sample_paper(body=body, annexes=())
        assert not alone(pdf_bytes(paper, MEMO / "memo.typ"))
        told += alone(pdf_bytes(paper, tmp_path / "memo.typ"))
    assert told


def alone(pdf: bytes) -> list[str]:
    return [fault for fault in faults(pdf) if fault.startswith("signature: stands with words")]


Edit = Callable[[str], str]
SPOILS: dict[str, tuple[str, Edit]] = {
    "left margin: 20": ("document", lambda xml: re.sub(r'w:left="1701"', 'w:left="1134"', xml)),
    "page number on page 1": ("document", lambda xml: xml.replace("<w:titlePg/>", "")),
    "body: justified": ("styles", lambda xml: xml.replace('<w:jc w:val="both"/>', "")),
    "page 9: heading row repeated": ("document", lambda xml: xml.replace("<w:tblHeader/>", "")),
    "page 9: begins with a whole row": ("document", lambda xml: xml.replace("<w:cantSplit/>", "")),
    "Tiêu ngữ: size: 11": (
        "styles",
        lambda xml: re.sub(r'(?s)(w:styleId="TieuNgu".*?<w:sz w:val=")26', r"\g<1>22", xml),
    ),
    "page number of the first annex page": ("document", lambda xml: xml.replace('<w:pgNumType w:start="1"/>', "")),
}


def spoiled(packed: bytes, part: str, edit: Edit) -> bytes:
    parts = contributions_of(packed)
    name = f"word/{part}.xml"
    before = parts[name].decode()
    parts[name] = edit(before).encode()
    assert parts[name].decode() != before
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for each, data in parts.items():
            file.writestr(each, data)
    return out.getvalue()


@pytest.mark.parametrize("what", SPOILS)
def test_a_spoiled_word_file_is_found_out(from_word: dict[str, bytes], what: str) -> None:
    told = faults(from_word[f"spoiled-{list(SPOILS).index(what)}"])
    assert [fault for fault in told if fault.startswith(what)], told


def test_the_script_prints_every_measure_and_says_whether_all_are_good(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "memo.pdf").write_bytes(pdf_bytes(sample_paper(), MEMO / "memo.typ"))
    assert main([str(tmp_path / "memo.pdf")]) == 0
    assert "left margin: 30.0 mm (30–35 mm)" in capsys.readouterr().out
    assert main([str(tmp_path / "memo.pdf"), "dang"]) == 1
    assert "SAI  Quốc hiệu" in capsys.readouterr().out
