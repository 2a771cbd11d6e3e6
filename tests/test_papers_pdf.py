"""The PDF's own structure: fonts, text layer, tags, metadata, pages; and that nothing typed can run."""

import re
import shutil
import subprocess
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from factories_charts import CAPTION, SAMPLE, chart
from factories_papers import LETTERHEAD, TARGETS, sample_annex, sample_paper
from pdf_reading import Element, elements, fonts, opened

from tracker.errors import FileTrouble
from tracker.papers.charts import MOST_BARS, alternative
from tracker.papers.paper import Annex, Block, Column, Row, Table
from tracker.papers.pdf import pdf_bytes

TEMPLATE = Path(__file__).parent.parent / "templates" / "memo" / "memo.typ"
LOWER = "aáàảãạăắằẳẵặâấầẩẫậeéèẻẽẹêếềểễệiíìỉĩịoóòỏõọôốồổỗộơớờởỡợuúùủũụưứừửữựyýỳỷỹỵbcdđghklmnpqrstvx"
LETTERS = LOWER + LOWER.upper() + "0123456789–…“”½%₫"
SUBSET = re.compile(r"[A-Z]{6}\+LiberationSerif")
POINTS_PER_MM = 72 / 25.4


def made(**changes: Any) -> bytes:
    return pdf_bytes(sample_paper(**changes), TEMPLATE)


def of_role(data: bytes, *roles: str) -> list[str]:
    return [each.text for each in elements(data) if each.role in roles]


def metadata(pdf: pikepdf.Pdf, name: str) -> str:
    [found] = re.findall(f"<{name}>(?:<rdf:Alt><rdf:li [^>]*>)?([^<]*)<", pdf.Root.Metadata.read_bytes().decode())
    return unescape(found)


def test_every_font_is_inside_as_a_subset_and_says_which_letters_it_shows() -> None:
    with opened(made()) as pdf:
        found = fonts(pdf)
        assert {name.partition("+")[2] for name in found} == {
            "LiberationSerif",
            "LiberationSerif-Bold",
            "LiberationSerif-BoldItalic",
            "LiberationSerif-Italic",
        }
        for name, font in found.items():
            assert SUBSET.match(name)
            assert "/ToUnicode" in font
            inside = font.DescendantFonts[0].FontDescriptor.FontFile2.read_bytes()
            assert 1_000 < len(inside) < 100_000


def test_every_vietnamese_letter_is_in_the_text_layer_in_the_memo_s_own_font() -> None:
    table = Table(columns=(Column(title=LETTERS, width=1),), rows=(Row(cells=(LETTERS,)),))
    body = (
        Block(kind="heading", text=LETTERS),
        Block(kind="paragraph", text=LETTERS),
        Block(kind="table", table=table),
        Block(kind="paragraph", text="Hết."),
    )
    data = made(body=body)
    assert [each.role for each in elements(data) if each.text == LETTERS] == ["/H2", "/P", "/TH", "/TD"]
    with opened(data) as pdf:
        assert all(SUBSET.match(name) for name in fonts(pdf))


def test_a_letter_that_no_font_has_shows_as_a_box_and_stays_in_the_text_layer() -> None:
    data = made(body=(Block(kind="paragraph", text="Xong 🎉"),))
    assert "Xong 🎉" in of_role(data, "/P")
    with opened(data) as pdf:
        assert any(name.endswith("TrackerBoxes-Regular") for name in fonts(pdf))


def test_the_file_says_what_it_is() -> None:
    with opened(made()) as pdf:
        title = (
            "DỮ LIỆU MINH HỌA - BÁO CÁO - "
            "Kết quả thực hiện Kế hoạch hỗ trợ hợp tác xã do phụ nữ tham gia quản lý năm 2024"
        )
        assert str(pdf.docinfo["/Title"]) == metadata(pdf, "dc:title") == title
        assert str(pdf.docinfo["/Author"]) == LETTERHEAD.issuer
        assert str(pdf.docinfo["/CreationDate"]) == str(pdf.docinfo["/ModDate"]) == "D:20240205000000Z"
        assert str(pdf.Root.Lang) == "vi-VN"
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        assert (metadata(pdf, "pdfaid:part"), metadata(pdf, "pdfaid:conformance")) == ("2", "A")
        assert metadata(pdf, "pdfuaid:part") == "1"
        assert pdf.Root.OutputIntents[0].S == "/GTS_PDFA1"
        assert not {"/AcroForm", "/Names", "/OpenAction", "/AA"} & set(pdf.Root.keys())
        assert pdf.Root.MarkInfo.Marked


def test_headings_tables_and_paragraphs_are_tagged_as_what_they_are() -> None:
    found = elements(made(annexes=(sample_annex(1),)))
    headings = [each for each in found if each.role.startswith("/H")]
    assert headings == [
        Element("/H1", "BÁO CÁO"),
        Element("/H2", "I. CÔNG TÁC CHỈ ĐẠO, TRIỂN KHAI"),
        Element("/H2", "II. KẾT QUẢ THỰC HIỆN CÁC NỘI DUNG"),
        Element("/H3", "1. Tuyên truyền, nâng cao nhận thức"),
        Element("/H2", "III. KẾT QUẢ THỰC HIỆN CÁC CHỈ TIÊU"),
        Element("/H2", "Phụ lục I TÌNH HÌNH THỰC HIỆN CÁC HOẠT ĐỘNG"),
    ]
    assert [each.text for each in found if each.role == "/TH"][:5] == [column.title for column in TARGETS.columns]
    assert Element("/TH", "Nội dung 1: Tuyên truyền, nâng cao nhận thức") in found
    assert Element("/TD", "1.253") in found
    assert Element("/P", "- Liên minh HTX (II.15): Tư vấn thành lập 01 hợp tác xã.") in found


def test_a_chart_is_tagged_as_a_figure_with_words_for_it_and_its_caption() -> None:
    found = elements(made(body=(CAPTION, Block(kind="paragraph", text="Hết."))))
    place = found.index(Element("/Figure", alternative(SAMPLE)))
    assert found[place - 1] == Element("/Caption", f"{CAPTION.label} {CAPTION.text}")


def test_what_stands_in_a_chart_is_in_the_text_layer_in_the_memo_s_own_font(tmp_path: Path) -> None:
    odd = chart(("Sở 🎉 ỨỰẶĐ", (11, 22, 33, 44)))
    words = [word[1] for word in seen(tmp_path, body=(replace(CAPTION, chart=odd),))]
    for word in ("11", "22", "33", "44", "110", "ỨỰẶĐ"):
        assert words.count(word) == 1
    with opened(made(body=(replace(CAPTION, chart=odd),))) as pdf:
        assert all(SUBSET.match(name) for name in fonts(pdf))


@pytest.mark.parametrize("lines", [20, 26, 30, 34])
def test_a_chart_never_leaves_its_caption_nor_the_margins(tmp_path: Path, lines: int) -> None:
    most = chart(*((f"Cơ quan {n}", (1, 2, 3, 4)) for n in range(MOST_BARS)))
    before = tuple(Block(kind="paragraph", text=f"Đoạn {n}.") for n in range(lines // 2))
    last = Block(kind="paragraph", text="Hết.")
    words = seen(tmp_path, body=(*before, CAPTION, replace(CAPTION, chart=most), last), annexes=())
    captions = [word[0] for word in words if word[1] == "(số"]
    assert captions == [next(word[0] for word in words if word[1] == "Sở"), words_page(words, "17")]
    assert max(word[4] for word in words) <= 196
    assert max(word[5] for word in words) <= 277.5


def words_page(words: list[tuple[int, str, float, float, float, float]], text: str) -> int:
    """Return the page of the only word `text`."""
    [page] = [word[0] for word in words if word[1] == text]
    return page


def test_the_headings_are_the_reader_s_bookmarks() -> None:
    with opened(made()) as pdf, pdf.open_outline() as outline:
        [title] = outline.root
        assert title.title == "BÁO CÁO"
        assert [each.title for each in title.children][:2] == [
            "I. CÔNG TÁC CHỈ ĐẠO, TRIỂN KHAI",
            "II. KẾT QUẢ THỰC HIỆN CÁC NỘI DUNG",
        ]


def test_the_page_is_a4_and_each_annex_stands_on_turned_pages() -> None:
    with opened(made()) as pdf:
        sizes = [[round(float(side) / POINTS_PER_MM) for side in page.mediabox[2:]] for page in pdf.pages]
        assert sizes == [[210, 297], [210, 297], [297, 210], [297, 210]]


def test_one_addressee_stands_on_the_line_and_several_under_it() -> None:
    assert "- Ủy ban nhân dân tỉnh An Giang;" in of_role(made(), "/P")
    one = replace(LETTERHEAD, addressees=("Ủy ban nhân dân tỉnh An Giang",))
    assert "Kính gửi: Ủy ban nhân dân tỉnh An Giang" in of_role(made(letterhead=one), "/P")


def test_a_party_style_paper_has_no_motto_and_a_paper_without_a_number_leaves_room() -> None:
    party = replace(LETTERHEAD, profile="dang", symbol="BC/BTV", signed_name=None)
    words = of_role(made(letterhead=party, number=None, annexes=()), "/P")
    assert "ĐẢNG CỘNG SẢN VIỆT NAM" in words
    assert (
        "Số \N{NO-BREAK SPACE}\N{NO-BREAK SPACE}\N{NO-BREAK SPACE}\N{NO-BREAK SPACE}\N{NO-BREAK SPACE}"
        in "".join(words)
    )
    assert not [text for text in words if "Độc lập" in text]


def test_the_mark_of_example_data_shows_only_on_example_data() -> None:
    assert "(DỮ LIỆU MINH HỌA)" in "".join(of_role(made(), "/P"))
    plain = made(illustration=False)
    assert "MINH HỌA" not in "".join(each.text for each in elements(plain))
    with opened(plain) as pdf:
        assert str(pdf.docinfo["/Title"]).startswith("BÁO CÁO - ")


def test_the_same_paper_gives_the_same_bytes() -> None:
    assert made() == made()
    assert made() != made(number=6)


def test_thousands_of_rows_all_arrive() -> None:
    data = made(annexes=(sample_annex(4_800),))
    assert of_role(data, "/TD")[10::8] == [f"II.{n}" for n in range(1, 4_801)]


def test_a_control_character_does_not_block_the_memo() -> None:
    assert "trướcsau(DỮ LIỆU MINH HỌA)" in of_role(made(subject="trước\x00\x07\x0c\ufffe\ud800\ufdd0sau"), "/P")


@pytest.mark.parametrize("content", [None, b"#khong_co", b"#set page(", b"\xff"])
def test_a_template_that_cannot_be_used_is_named(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "bad.typ").write_bytes(content)
    with pytest.raises(FileTrouble, match=r"bad\.typ"):
        pdf_bytes(sample_paper(), tmp_path / "bad.typ")


# Where things stand on the page, as another program sees it.


def seen(folder: Path, **changes: Any) -> list[tuple[int, str, float, float, float, float]]:
    """Return page, word, and left, top, right, bottom in millimetres of every word that poppler finds."""
    if not shutil.which("pdftotext"):
        pytest.skip("pdftotext is not installed")
    (folder / "memo.pdf").write_bytes(made(**changes))
    told = subprocess.run(["pdftotext", "-bbox", "memo.pdf", "-"], cwd=folder, capture_output=True, check=True)
    found = []
    for number, page in enumerate(told.stdout.decode().split("<page ")[1:], 1):
        for place, word in re.findall(r"<word (.*?)>(.*?)</word>", page):
            edges = [float(edge) / POINTS_PER_MM for edge in re.findall(r'"([\d.]+)"', place)]
            found.append((number, unescape(word), *edges))
    return found


def test_the_text_stays_within_the_decree_s_margins(tmp_path: Path) -> None:
    long = Block(kind="paragraph", text="Kết quả thực hiện các nội dung của kế hoạch. " * 200 + "x" * 400)
    words = seen(tmp_path, body=(long,), annexes=(), illustration=False)
    text = [word for word in words if word[3] > 18]
    assert min(word[2] for word in text) == pytest.approx(30, abs=1)
    assert max(word[4] for word in text) == pytest.approx(195, abs=1)
    assert min(word[3] for word in text) == pytest.approx(20, abs=1.5)
    assert max(word[5] for word in text) <= 277.5


def test_number_and_date_stand_on_one_line_and_so_does_the_nation_s_name(tmp_path: Path) -> None:
    words = seen(tmp_path)
    top = {word[1]: word[3] for word in words if word[0] == 1 and word[3] < 45}
    assert top["Số:"] == pytest.approx(top["ngày"], abs=0.5)
    assert top["CỘNG"] == pytest.approx(top["NAM"], abs=0.5)
    assert top["Độc"] == pytest.approx(top["phúc"], abs=0.5)


def test_the_page_number_is_in_the_middle_of_the_top_margin_and_hidden_on_page_one(tmp_path: Path) -> None:
    words = seen(tmp_path, body=(Block(kind="paragraph", text="Một đoạn dài. " * 900),), illustration=False)
    numbers = [(word[0], word[1], (word[2] + word[4]) / 2) for word in words if word[5] < 19]
    assert [number for _, number, _ in numbers] == ["2", "3", "4", "5", "6", "1", "1"]
    assert [page for page, _, _ in numbers] == [2, 3, 4, 5, 6, 7, 8]
    assert [middle for _, _, middle in numbers] == pytest.approx([112.5] * 5 + [156] * 2, abs=1)


def test_the_heading_repeats_on_every_page_and_no_row_is_split(tmp_path: Path) -> None:
    words = seen(tmp_path, annexes=(sample_annex(60),))
    pages = {word[0] for word in words if word[0] > 2}
    assert len(pages) > 2
    for page in pages:
        texts = [word[1] for word in words if word[0] == page]
        assert texts.count("phối") == 1
        assert texts.count("(số") == len([text for text in texts if text.startswith("II.")])


def test_a_row_higher_than_a_page_goes_on_on_the_next_and_a_word_wider_than_its_cell_is_broken(
    tmp_path: Path,
) -> None:
    columns = (Column(title="TT", width=14), Column(title="Kết quả", width=59), Column(title="Ghi", width=179))
    rows = (Row(cells=("1", "Đã mở lớp. " * 450, "")), Row(cells=("2", "W" * 900, "x")))
    annex = Annex(label="Phụ lục", title="BẢNG", table=Table(columns=columns, rows=rows))
    words = [word for word in seen(tmp_path, annexes=(annex,)) if word[0] > 2]
    assert [word[1] for word in words].count("lớp.") == 450
    assert sum(word[1].count("W") for word in words) == 900
    assert max(word[5] for word in words) <= 191
    assert max(word[4] for word in words if "W" in word[1]) <= 30 + 14 + 59


@pytest.mark.parametrize("lines", range(34, 46))
def test_the_signature_never_stands_alone(tmp_path: Path, lines: int) -> None:
    body = tuple(Block(kind="paragraph", text=f"Đoạn {n}.") for n in range(lines // 2))
    words = seen(tmp_path, body=body, annexes=())
    [signed] = [word[0] for word in words if word[1] == "nhận:"]
    assert [word[0] for word in words if word[1] == "Đoạn"][-1] == signed
    assert [word[0] for word in words if word[1] == "Họa"][-1] == signed


def test_right_to_left_words_are_read_in_their_order(tmp_path: Path) -> None:
    assert seen(tmp_path, body=(Block(kind="paragraph", text="שלום עולם"),), annexes=())
    told = subprocess.run(["pdftotext", "memo.pdf", "-"], cwd=tmp_path, capture_output=True, check=True).stdout
    assert "שלום עולם" in told.decode()
