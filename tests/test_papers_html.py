import re
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest
from factories_charts import CAPTION, SAMPLE, chart
from factories_papers import sample_paper

from tracker.errors import FileTrouble
from tracker.papers.charts import alternative, svg
from tracker.papers.html import html_bytes
from tracker.papers.paper import Block, Paper

TEMPLATE = Path(__file__).parent.parent / "templates" / "memo" / "memo.html.j2"
HOSTILE = ["A & B <b>đậm</b>", "{{ 7*7 }}", "{% x %}", '"><script>alert(1)</script>', "&amp;", "{_{ x }_}"]


def print_page(paper: Paper, folder: Path) -> str:
    (folder / "memo.html").write_bytes(html_bytes(paper, TEMPLATE))
    return (folder / "memo.html").read_text(encoding="utf-8")


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def tags_of(page: str) -> list[tuple[str, dict[str, str | None]]]:
    parser = Tags()
    parser.feed(page)
    return parser.found


def test_the_page_asks_nothing_of_the_network(tmp_path: Path) -> None:
    page = print_page(sample_paper(), tmp_path)
    assert not [tag for tag, _ in tags_of(page) if tag in {"script", "link", "img", "iframe"}]
    assert "url(" not in page
    assert "@import" not in page


def test_the_page_says_that_it_is_vietnamese_and_fits_a_phone(tmp_path: Path) -> None:
    tags = tags_of(print_page(sample_paper(), tmp_path))
    assert ("html", {"lang": "vi"}) in tags
    assert any(attributes.get("name") == "viewport" for _, attributes in tags)


def test_an_agency_s_words_carry_its_name_and_the_template_s_do_not(tmp_path: Path) -> None:
    body = (
        Block(kind="paragraph", text="Lời của mẫu."),
        Block(kind="item", text="Lời của sở.", said_by='Sở "A"'),
    )
    page = print_page(sample_paper(body=body), tmp_path)
    assert "<p>Lời của mẫu.</p>" in page
    assert '<p data-said-by="Sở &#34;A&#34;">- Lời của sở.</p>' in page


@pytest.mark.parametrize("text", HOSTILE)
def test_what_an_agency_typed_comes_out_as_typed(tmp_path: Path, text: str) -> None:
    page = print_page(sample_paper(body=(Block(kind="paragraph", text=text),), subject=text), tmp_path)
    shown = re.findall(r"<p>(.*?)</p>", page.partition("<main>")[2], re.DOTALL)
    assert text in [unescape(each) for each in shown]
    assert not [tag for tag, _ in tags_of(page) if tag == "script"]


def test_a_chart_stands_in_the_page_with_words_for_it_and_its_caption(tmp_path: Path) -> None:
    page = print_page(sample_paper(body=(CAPTION,)), tmp_path)
    assert svg(SAMPLE) in page
    [shown] = [attributes for _, attributes in tags_of(page) if attributes.get("role") == "img"]
    assert shown["aria-label"] == alternative(SAMPLE)
    assert f"<figcaption><b>{CAPTION.label}</b> {CAPTION.text}</figcaption>" in page


@pytest.mark.parametrize("text", HOSTILE)
def test_a_name_in_a_chart_comes_out_as_typed(tmp_path: Path, text: str) -> None:
    odd = replace(CAPTION, chart=chart((text, (1, 0, 0, 0))))
    page = print_page(sample_paper(body=(odd,)), tmp_path)
    assert text in [unescape(each) for each in re.findall(r"<text [^>]*>(.*?)</text>", page)]
    assert not [tag for tag, _ in tags_of(page) if tag == "script"]


def test_a_control_character_does_not_reach_the_page(tmp_path: Path) -> None:
    assert "trướcsau" in print_page(sample_paper(subject="trước\x00\x0b\ud800sau"), tmp_path)


def test_the_same_paper_gives_the_same_page(tmp_path: Path) -> None:
    assert print_page(sample_paper(), tmp_path) == print_page(sample_paper(), tmp_path)


def test_the_mark_of_example_data_shows_only_on_example_data(tmp_path: Path) -> None:
    assert "<title>DỮ LIỆU MINH HỌA - BÁO CÁO" in print_page(sample_paper(), tmp_path)
    assert "DỮ LIỆU MINH HỌA" not in print_page(sample_paper(illustration=False), tmp_path)


@pytest.mark.parametrize("tag", ["{{ nobody }}", "{% if %}", "{{ paper.__class__.__mro__ }}"])
def test_a_fault_in_the_template_names_the_template(tmp_path: Path, tag: str) -> None:
    bad = tmp_path / "bad.j2"
    bad.write_text(tag, encoding="utf-8")
    with pytest.raises(FileTrouble, match=r"bad\.j2"):
        html_bytes(sample_paper(), bad)


def test_a_missing_template_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileTrouble, match=r"gone\.j2"):
        html_bytes(sample_paper(), tmp_path / "gone.j2")
