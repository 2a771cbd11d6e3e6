import importlib.util
import io
import shutil
import subprocess
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Pt
from plan_text import altered

from tracker.errors import FileTrouble
from tracker.papers.docx import docx_bytes
from tracker.papers.letterhead import NBSP
from tracker.papers.paper import Paper
from tracker.plan.model import Agency, Letterhead, Plan
from tracker.plan.reader import parse_plan
from tracker.remind.dispatch import LateAgency, LateItem, dispatch
from tracker.store.tables import Period

LOOKS = Path(__file__).parent.parent / "templates" / "memo"
PLAN = parse_plan(altered().encode(), "activities.yaml").plan
PERIOD = Period(
    code="2024",
    kind="annual",
    title="Báo cáo năm 2024",
    opens=date(2024, 10, 1),
    due=date(2024, 10, 29),
    closes=date(2024, 12, 31),
    years=[2024],
)
DATED = date(2024, 11, 19)
HOSTILE = ["{{ 7*7 }}", "{% x %}", "A & B <b>đậm</b>", "</w:t>", "]]>", "&amp;", "{#"]


def late(key: str, *titles: str, **changes: Any) -> LateAgency:
    items = tuple(
        LateItem(activity_id=f"II.{n}", title=title, due=PERIOD.due, days_late=15, **changes)
        for n, title in enumerate(titles, 1)
    )
    return LateAgency(PLAN.agencies[key], items)


ONE = (late("so-a", "Tập huấn", "Hội chợ"),)
SEVERAL = (*ONE, late("so-b", "Hội thảo"), late("huyen-x", "Thăm mô hình"))


def with_letterhead(**changes: Any) -> Plan:
    letterhead: Letterhead = replace(PLAN.reporting.letterhead, **changes)
    return replace(PLAN, reporting=replace(PLAN.reporting, letterhead=letterhead))


def written(
    to: tuple[LateAgency, ...] = ONE, plan: Plan = PLAN, looks: Path = LOOKS, *, mark: bool = False
) -> Paper:
    return dispatch(looks / "cong-van.txt", plan, PERIOD, to, DATED, illustration=mark)


def printed(to: tuple[LateAgency, ...] = ONE, plan: Plan = PLAN, *, mark: bool = False) -> Document:
    return docx.Document(io.BytesIO(docx_bytes(written(to, plan, mark=mark), LOOKS / "cong-van.docx")))


def words_of(document: Document) -> list[str]:
    paragraphs = document.element.body.iter(qn("w:p"))
    return ["".join(text.text or "" for text in each.iter(qn("w:t"))) for each in paragraphs]


def cells(document: Document) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in document.tables[-1].rows]


def test_it_has_no_name_of_its_kind_but_says_under_its_number_what_it_is_about() -> None:
    document = printed()
    number, about = document.tables[0].cell(1, 0).paragraphs
    assert number.text == f"Số: {NBSP * 6}/BTV"
    assert about.text == "V/v đôn đốc báo cáo tiến độ thực hiện Kế hoạch số 1/KH-UBND"
    assert (about.style.font.size, about.style.paragraph_format.alignment) == (Pt(12), WD_ALIGN_PARAGRAPH.CENTER)
    assert document.tables[0].cell(1, 1).text == "An Giang, ngày \u00a0\u00a0\u00a0\u00a0 tháng 11 năm 2024"
    assert "CÔNG VĂN" not in words_of(document)


def test_one_agency_is_addressed_on_the_line_and_named_in_the_text() -> None:
    words = words_of(printed())
    assert "Kính gửi: Sở A mẫu" in words
    assert [line for line in words if "Sở A mẫu còn 02 hoạt động đã quá hạn" in line]


def test_several_agencies_are_listed_one_under_the_other() -> None:
    words = words_of(printed(SEVERAL))
    first = words.index("Kính gửi:") + 1
    assert words[first : first + 3] == ["- Sở A mẫu;", "- Sở B mẫu;", "- Huyện X."]
    assert [line for line in words if "các cơ quan nêu trên còn 04 hoạt động đã quá hạn" in line]


def test_it_says_when_the_answer_is_expected() -> None:
    request = next(line for line in words_of(printed()) if "đề nghị Sở A mẫu" in line)
    assert "trong thời gian sớm nhất" in request
    assert "trước ngày khóa kỳ báo cáo 31/12/2024" in request


def test_the_letter_ends_as_the_decree_asks() -> None:
    paper = written()
    assert paper.body[-1].text.endswith("./.")
    assert not paper.body[-2].text.endswith("./.")


@pytest.mark.parametrize("to", [ONE, SEVERAL])
def test_an_annex_of_its_own_lists_what_is_owed(to: tuple[LateAgency, ...]) -> None:
    document = printed(to)
    heading, *rows = cells(document)
    assert heading == ["TT", "Cơ quan", "Hoạt động", "Hạn báo cáo", "Quá hạn (ngày làm việc)"]
    assert rows[0] == ["1", "Sở A mẫu", "II.1. Tập huấn", "29/10/2024", "15"]
    assert [row[:2] for row in rows] == [
        [str(n), name] for n, name in enumerate((one.agency.name for one in to for _ in one.items), 1)
    ]
    assert [section.orientation for section in document.sections] == [WD_ORIENT.PORTRAIT, WD_ORIENT.LANDSCAPE]
    attached = next(line for line in words_of(document) if line.startswith("(Kèm theo Công văn số"))
    assert attached.endswith("/BTV ngày \u00a0\u00a0\u00a0\u00a0 tháng 11 năm 2024 của Hội mẫu)")


def test_a_successor_is_told_whose_duty_it_was() -> None:
    rows = cells(printed((late("so-b", "Tập huấn", for_whom="Sở A mẫu"),)))
    assert rows[1][1:3] == ["Sở B mẫu", "II.1. Tập huấn\n(nhiệm vụ của Sở A mẫu trước khi sắp xếp)"]


def test_the_party_s_form_names_the_kind_in_its_symbol() -> None:
    document = printed(SEVERAL, with_letterhead(profile="dang", symbol="BC/BTV"))
    words = words_of(document)
    assert "ĐẢNG CỘNG SẢN VIỆT NAM" in words
    assert not [line for line in words if "Độc lập" in line]
    number, about = document.tables[0].cell(1, 0).paragraphs
    assert number.text.startswith("Số ")
    assert number.text.endswith("-CV/BTV")
    assert about.text.startswith("V/v đôn đốc")


@pytest.mark.parametrize("profile", ["nd30", "dang"])
def test_a_symbol_of_its_own_is_printed_as_the_plan_file_gives_it(profile: str) -> None:
    plan = with_letterhead(profile=profile, dispatch_symbol="BTV-VP")
    assert printed(plan=plan).tables[0].cell(1, 0).paragraphs[0].text.endswith("BTV-VP")


def test_copies_are_the_usual_ones_but_for_the_agencies_at_large() -> None:
    usual = ("Như trên", "Lãnh đạo UBND tỉnh", "Các cơ quan chủ trì, phối hợp", "Lưu: VT, BTV")
    words = words_of(printed(plan=with_letterhead(copies=usual)))
    start = words.index("Nơi nhận:") + 1
    assert words[start : start + 3] == ["- Như trên;", "- Lãnh đạo UBND tỉnh;", "- Lưu: VT, BTV."]


def test_a_copy_stays_with_the_clerk_even_where_the_plan_file_does_not_say_so() -> None:
    assert words_of(printed(plan=with_letterhead(copies=("Như trên",)))).count("- Lưu: VT.") == 1


@pytest.mark.parametrize("text", HOSTILE)
def test_what_the_plan_calls_things_comes_out_as_written(text: str) -> None:
    agency: Agency = replace(PLAN.agencies["so-a"], name=text)
    to = (LateAgency(agency, late("so-a", text, for_whom=text).items),)
    document = printed(to)
    assert f"Kính gửi: {text}" in words_of(document)
    assert cells(document)[1][1:3] == [text, f"II.1. {text}\n(nhiệm vụ của {text} trước khi sắp xếp)"]
    assert [line for line in words_of(document) if f"{text} còn 01 hoạt động" in line]


def test_a_name_of_several_lines_makes_no_paragraph_of_its_own() -> None:
    agency = replace(PLAN.agencies["so-a"], name="Sở A\nNơi nhận:\nV/v")
    assert len(written((LateAgency(agency, ONE[0].items),)).body) == len(written().body)


def test_a_control_character_does_not_block_the_letter() -> None:
    assert cells(printed((late("so-a", "trước\x00\x07\ufffesau"),)))[1][2] == "II.1. trướcsau"


def test_the_mark_of_example_data_is_on_every_page() -> None:
    document = printed(mark=True)
    headers = [section.header for section in document.sections] + [document.sections[0].first_page_header]
    assert {header.paragraphs[0].text for header in headers} == {"DỮ LIỆU MINH HỌA"}
    assert printed().sections[0].first_page_header.paragraphs[0].text == ""


def test_the_same_day_gives_the_same_bytes() -> None:
    first, second = (docx_bytes(written(SEVERAL), LOOKS / "cong-van.docx") for _ in range(2))
    assert first == second


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("V/v ", "Về việc ", "thiếu dòng đầu"),
        ("Nơi nhận:", "Gửi:", "thiếu dòng đầu"),
        ("{{ issuer }}", "{{ nobody }}", "có lỗi: 'nobody' is undefined"),
        ("{{ issuer }}", "{{ issuer }", "có lỗi: unexpected"),
        ("{{ issuer }}", "{{ 1 + issuer }}", "có lỗi"),
    ],
)
def test_a_fault_in_the_words_names_the_file(tmp_path: Path, old: str, new: str, said: str) -> None:
    words = (LOOKS / "cong-van.txt").read_text(encoding="utf-8").rpartition("#}\n{% set")
    (tmp_path / "cong-van.txt").write_text("{% set" + words[2].replace(old, new), encoding="utf-8")
    with pytest.raises(FileTrouble, match=rf"cong-van\.txt:.*{said}"):
        written(looks=tmp_path)


def test_words_that_are_not_there_are_named(tmp_path: Path) -> None:
    with pytest.raises(FileTrouble, match=r"cong-van\.txt: lời văn có lỗi: không có tệp"):
        written(looks=tmp_path)


def test_the_template_is_what_its_script_builds() -> None:
    spec = importlib.util.spec_from_file_location("memo_build", LOOKS / "build.py")
    assert spec
    assert spec.loader
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    assert contributions_of((LOOKS / "cong-van.docx").read_bytes()) == contributions_of(script.build_dispatch())


def contributions_of(packed: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(packed)) as parts:
        return {name: parts.read(name) for name in parts.namelist()}


@pytest.mark.skipif(
    shutil.which("soffice") is None, reason="needs LibreOffice: apt-get install libreoffice-writer"
)
def test_libreoffice_opens_it(tmp_path: Path) -> None:
    letter = tmp_path / "cong-van.docx"
    letter.write_bytes(docx_bytes(written(SEVERAL), LOOKS / "cong-van.docx"))
    office = ["soffice", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless"]
    into = ["--convert-to", "txt:Text (encoded):UTF8", "--outdir", str(tmp_path), str(letter)]
    subprocess.run([*office, *into], check=True, capture_output=True, timeout=120)
    text = (tmp_path / "cong-van.txt").read_text(encoding="utf-8-sig")
    assert "V/v đôn đốc báo cáo tiến độ thực hiện Kế hoạch số 1/KH-UBND" in text
    assert "Hội thảo" in text
