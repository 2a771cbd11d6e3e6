"""Templates of the memo that a person changed: every fault is named with its place, and none of them runs."""

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import pytest
from office import Office
from test_papers_docx import contributions_of

from tracker.errors import Faults, TrackerError
from tracker.report.template_check import check_template, print_on_trial

MEMO = Path(__file__).parent.parent / "templates" / "memo"
CONTENT = {"memo.docx", "memo.txt", "memo.html.j2", "memo.typ", "cong-van.docx"}


def faults(file: Path) -> list[str]:
    """Return what is wrong with the template `file`, one line each, without its folder."""
    (folder := file.parent / "in-thu").mkdir(exist_ok=True)
    with pytest.raises(TrackerError) as refused:
        print_on_trial(file, folder)
    return [line.replace(f"{file.parent}/", "") for line in str(refused.value).splitlines()]


def edited(folder: Path, name: str, *edits: tuple[str, str]) -> Path:
    """Return a copy of a template that is text, after each of `edits` (what stands there, what shall)."""
    text = (MEMO / name).read_text(encoding="utf-8")
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def word(folder: Path, *tags: str, without: str | None = None) -> Path:
    """Return a copy of the Word template with `tags` added, each a paragraph, and some paragraphs left out."""
    document = docx.Document(str(MEMO / "memo.docx"))
    for paragraph in [p for p in document.element.body.iter(f"{W}p") if without and without in text_of(p)]:
        paragraph.getparent().replace(paragraph, docx.oxml.OxmlElement("w:p"))
    for tag in tags:
        document.add_paragraph(tag)
    document.save(str(folder / "memo.docx"))
    return folder / "memo.docx"


VML = 'xmlns:v="urn:schemas-microsoft-com:vml"'
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def text_of(element: docx.oxml.xmlchemy.BaseOxmlElement) -> str:
    return "".join(text.text or "" for text in element.iter(f"{W}t"))


def repacked(folder: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """Return a copy of the Word template whose parts were changed by name."""
    parts = contributions_of((MEMO / "memo.docx").read_bytes())
    change(parts)
    with zipfile.ZipFile(folder / "memo.docx", "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in parts.items():
            file.writestr(name, data)
    return folder / "memo.docx"


def with_body(folder: Path, xml: str) -> Path:
    """Return a copy of the Word template with `xml` at the beginning of its body."""

    def change(parts: dict[str, bytes]) -> None:
        body = parts["word/document.xml"].replace(b"<w:body>", b"<w:body>" + xml.encode(), 1)
        assert body != parts["word/document.xml"]
        parts["word/document.xml"] = body

    return repacked(folder, change)


def with_relation(
    folder: Path, kind: str, target: str, part: str = "document.xml", mode: str = "External"
) -> Path:
    base = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    mode = f' TargetMode="{mode}"' if mode else ""
    relation = f'<Relationship Id="rIdX" Type="{base}/{kind}" Target="{target}"{mode}/>'
    empty = f'<Relationships xmlns="{base.replace("officeDocument", "package")}"></Relationships>'

    def change(parts: dict[str, bytes]) -> None:
        name = f"word/_rels/{part}.rels"
        whole = parts.get(name, empty.encode()).decode()
        parts[name] = whole.replace("</Relationships>", f"{relation}</Relationships>").encode()

    return repacked(folder, change)


@pytest.mark.parametrize("name", sorted(CONTENT))
def test_the_templates_that_ship_can_print(tmp_path: Path, name: str) -> None:
    made = print_on_trial(MEMO / name, tmp_path)
    assert "thử" in made
    assert (tmp_path / name).exists()


def test_the_command_says_what_was_printed_and_leaves_nothing_behind(office: Office) -> None:
    said = office.well("memo", "check-template", str(MEMO / "memo.docx"))
    assert "memo.docx: mẫu dùng được." in said
    assert re.search(r"in-thu-day-du\.docx \(\d+ kB\)", said)
    assert not list(office.folder.rglob("*.docx"))


def test_the_command_names_every_fault_at_once(office: Office) -> None:
    file = word(office.folder, "{{ letterhead.parrent }}", "{{ nobody }}")
    told = office.refused("memo", "check-template", file.name)
    assert told.splitlines() == [
        'memo.docx: word/document.xml, đoạn “{{ letterhead.parrent }}”: không có trường "letterhead.parrent"; '
        'có phải "parent"?',
        'memo.docx: word/document.xml, đoạn “{{ nobody }}”: không có trường "nobody"; '
        + told.splitlines()[1].rpartition("; ")[2],
    ]


def test_a_tag_that_word_cut_into_runs_is_read_whole(tmp_path: Path) -> None:
    runs = "".join(f"<w:r><w:t>{piece}</w:t></w:r>" for piece in ("{{ paper", ".sub", "jekt }", "}"))
    [fault] = faults(with_body(tmp_path, f"<w:p>{runs}</w:p>"))
    assert '“{{ paper.subjekt }}”: không có trường "paper.subjekt"; có phải "subject"?' in fault


def test_a_field_of_a_header_is_checked_too(tmp_path: Path) -> None:
    def change(parts: dict[str, bytes]) -> None:
        parts["word/header1.xml"] = parts["word/header1.xml"].replace(b"{{ mark }}", b"{{ marc }}")

    assert (
        'word/header1.xml, đoạn “{{ marc }}”: không có trường "marc"; có phải "mark"?'
        in faults(repacked(tmp_path, change))[0]
    )


@pytest.mark.parametrize(
    ("tag", "field"),
    [
        ("{{ letterhead.parent }}", "letterhead.parent"),
        ("{{ letterhead.issuer }}", "letterhead.issuer"),
        ("{{ nation }}", "nation"),
        ("{{ place_and_date }}", "place_and_date"),
        ("{{ paper.subject }}", "paper.subject"),
        ("{{ letterhead.signed_for }}", "letterhead.signed_for"),
        ("{{ letterhead.signed_name", "letterhead.signed_name"),
        ("{{ attached_to }}", "attached_to"),
        ("{{p chart(block.chart) }}", "block.chart"),
    ],
)
def test_a_part_of_the_memo_that_is_gone_is_named_with_its_words(tmp_path: Path, tag: str, field: str) -> None:
    assert [fault for fault in faults(word(tmp_path, without=tag)) if f"không thấy {field} (“" in fault]


def test_a_part_that_is_named_but_never_printed_is_found_by_printing(tmp_path: Path) -> None:
    file = word(tmp_path, "{% if not paper.body %}{{ number_line }}{% endif %}", without="{{ number_line }}")
    assert "khi in thử không thấy number_line" in faults(file)[0]


def test_words_that_a_filter_cuts_short_are_found_by_printing(tmp_path: Path) -> None:
    file = edited(tmp_path, "memo.html.j2", ("{{ text }}", "{{ text | truncate(40) }}"))
    assert "lời của cơ quan không ra nguyên văn" in "\n".join(faults(file))


def test_a_style_that_was_renamed_is_named(tmp_path: Path) -> None:
    document = docx.Document(str(MEMO / "memo.docx"))
    document.styles["Bảng: ô"].name = "Ô của tôi"
    document.save(str(tmp_path / "memo.docx"))
    assert faults(tmp_path / "memo.docx") == [
        "memo.docx: word/styles.xml: thiếu kiểu “Bảng: ô”; đặt lại tên kiểu này, hoặc lấy lại mẫu gốc rồi sửa lại"
    ]


RUNS = {
    "{{ paper.__class__.__mro__ }}": "chạm tới bên trong",
    '{{ paper["__class__"] }}': "chạm tới bên trong",
    '{{ paper|attr("__class__") }}': 'bộ lọc "attr"',
    '{{ paper.body|map(attribute="__class__")|list }}': "__class__",
    "{{ paper.body.append(1) }}": 'gọi hàm "paper.body.append"',
    "{{ nation.format(paper) }}": 'gọi hàm "nation.format"',
    '{{ "%999999999d"|format(1) }}': 'bộ lọc "format"',
    "{{ open('/etc/passwd') }}": 'gọi hàm "open"',
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}": "chạm tới bên trong",
    "{{ lipsum(99999) }}": 'gọi hàm "lipsum"',
    "{% for i in range(99999) %}x{% endfor %}": 'gọi hàm "range"',
    '{% import "other" as o %}': "{% import %}",
    '{% from "other" import o %}': "{% from … import %}",
    '{% include "other" %}': "{% include %}",
    '{% extends "other" %}': "{% extends %}",
    "{% autoescape false %}{{ nation }}{% endautoescape %}": "{% autoescape %}",
    "{{ paper.subject|safe }}": 'bộ lọc "safe"',
    "{{ self._TemplateReference__context }}": "chạm tới bên trong",
    "{{ loop.__class__ }}": "chạm tới bên trong",
    "{{ joiner.__init__ }}": "chạm tới bên trong",
}


@pytest.mark.parametrize("tag", RUNS)
@pytest.mark.parametrize("name", ["memo.docx", "memo.html.j2", "memo.txt"])
def test_a_tag_that_could_run_code_is_refused_before_anything_is_printed(
    tmp_path: Path, name: str, tag: str
) -> None:
    if name == "memo.docx":
        file = word(tmp_path, tag)
    else:
        text = (MEMO / name).read_text(encoding="utf-8")
        (file := tmp_path / name).write_text(f"{text}\n{tag}\n", encoding="utf-8")
    assert [fault for fault in faults(file) if RUNS[tag] in fault]
    assert not list((tmp_path / "in-thu").iterdir())


@pytest.mark.parametrize("tag", ["{% if motto %}", "{{ nation", "{% endfor %}", "{{ 1 + }}", "{% nonsense %}"])
def test_a_misspelt_tag_is_told_alone_for_nothing_else_can_be_known(tmp_path: Path, tag: str) -> None:
    [fault] = faults(word(tmp_path, tag))
    assert "thẻ viết chưa đúng" in fault


FIELDS = [
    r'INCLUDETEXT "\\\\server\\share\\x.docx"',
    r'INCLUDEPICTURE "https://x.example/a.png" \d',
    r"DDEAUTO c:\\windows\\system32\\cmd.exe",
    "dde excel x",
    "LINK Excel.Sheet.8 x",
    "DATABASE x",
    "MACROBUTTON run x",
    "IMPORT x",
    "QUOTE 68 68 69",
    "PAGE {{ nation }}",
    "{{ nation }}",
]


@pytest.mark.parametrize("code", FIELDS)
@pytest.mark.parametrize("way", ["simple", "complex", "cut"])
def test_a_field_that_fetches_or_runs_is_refused(tmp_path: Path, code: str, way: str) -> None:
    safe = code.replace('"', "&quot;")
    pieces = [safe] if way == "complex" else [safe[:3], safe[3:]]
    marks = "".join(f"<w:r><w:instrText>{piece}</w:instrText></w:r>" for piece in pieces)
    begin, end = (f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "end"))
    simple = f'<w:fldSimple w:instr="{safe}"><w:r><w:t>x</w:t></w:r></w:fldSimple>'
    file = with_body(tmp_path, f"<w:p>{simple if way == 'simple' else begin + marks + end}</w:p>")
    assert "mã trường" in faults(file)[0]


def test_a_field_inside_another_and_one_without_an_end_are_seen_too(tmp_path: Path) -> None:
    begin, end = (f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "end"))
    inner = f"{begin}<w:r><w:instrText>DDEAUTO x</w:instrText></w:r>{end}"
    outer = f"<w:p>{begin}<w:r><w:instrText>PAGE </w:instrText></w:r>{inner}{end}</w:p>"
    assert "DDEAUTO" in faults(with_body(tmp_path, outer))[0]
    assert (
        "LINK" in faults(with_body(tmp_path, f"<w:p>{begin}<w:r><w:instrText>LINK</w:instrText></w:r></w:p>"))[0]
    )


@pytest.mark.parametrize(
    ("kind", "target", "part", "mode"),
    [
        ("attachedTemplate", "https://x.example/evil.dotm", "settings.xml", "External"),
        ("attachedTemplate", "file:///c:/evil.dotm", "settings.xml", "External"),
        ("image", "https://x.example/track.png", "document.xml", "External"),
        ("oleObject", "embeddings/oleObject1.bin", "document.xml", ""),
        ("oleObject", "\\\\server\\x.doc", "document.xml", "External"),
        ("control", "activeX/activeX1.xml", "document.xml", ""),
        ("aFChunk", "afchunk.mht", "document.xml", ""),
        ("subDocument", "x.docx", "document.xml", "External"),
        ("vbaProject", "vbaProject.bin", "document.xml", ""),
        ("hyperlink", "file:///c:/x.exe", "document.xml", "External"),
        ("hyperlink", "javascript:alert(1)", "document.xml", "External"),
        ("mailMergeSource", "x.mdb", "settings.xml", "External"),
        ("frame", "https://x.example/", "webSettings.xml", "External"),
    ],
)
def test_what_a_file_takes_from_elsewhere_is_refused(
    tmp_path: Path, kind: str, target: str, part: str, mode: str
) -> None:
    [fault] = faults(with_relation(tmp_path, kind, target, part, mode))
    assert fault.startswith(f"memo.docx: word/_rels/{part}.rels: ")


def test_a_link_that_a_person_may_click_is_no_fault(tmp_path: Path) -> None:
    file = with_relation(tmp_path, "hyperlink", "https://angiang.example/")
    (tmp_path / "in-thu").mkdir()
    assert print_on_trial(file, tmp_path / "in-thu")


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("word/vbaProject.bin", b"x", "mã, macro hoặc tệp nhúng"),
        ("word/embeddings/oleObject1.bin", b"x", "mã, macro hoặc tệp nhúng"),
        ("word/activeX/activeX1.xml", b"<x/>", "mã, macro hoặc tệp nhúng"),
        ("customXml/item1.xml", b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', "DTD"),
        ("word/extra.xml", b"<x>", "đã hỏng"),
        ("word/extra.xml", b"<x>" * 5000, "đã hỏng"),
    ],
)
def test_a_part_that_has_no_place_in_a_template_is_refused(
    tmp_path: Path, name: str, data: bytes, told: str
) -> None:
    found = faults(repacked(tmp_path, lambda parts: parts.update({name: data})))
    assert any(fault.startswith(f"memo.docx: {name}: ") and told in fault for fault in found)


@pytest.mark.parametrize(
    "xml",
    [
        f'<w:p><w:r><w:pict><v:imagedata {VML} src="http://x.example/a.png"/></w:pict></w:r></w:p>',
        f'<w:p><w:r><w:pict><v:rect {VML} href="//x.example/a"/></w:pict></w:r></w:p>',
    ],
)
def test_a_picture_from_elsewhere_in_the_text_is_refused(tmp_path: Path, xml: str) -> None:
    assert "word/document.xml" in faults(with_body(tmp_path, xml))[0]


def test_a_macro_s_content_type_is_refused(tmp_path: Path) -> None:
    def change(parts: dict[str, bytes]) -> None:
        types = parts["[Content_Types].xml"]
        parts["[Content_Types].xml"] = types.replace(
            b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
            b"application/vnd.ms-word.document.macroEnabled.main+xml",
        )

    assert "có macro" in faults(repacked(tmp_path, change))[0]


def test_bytes_that_are_no_word_file_are_refused_in_one_line(tmp_path: Path) -> None:
    whole = (MEMO / "memo.docx").read_bytes()
    bomb, twice, outside = io.BytesIO(), io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("word/document.xml", b" " * 60_000_000)
    with zipfile.ZipFile(outside, "w") as file:
        file.writestr("../../etc/passwd", b"x")
    with zipfile.ZipFile(twice, "w") as file:
        file.writestr("word/document.xml", b"<x/>")
        with pytest.warns(UserWarning, match="Duplicate"):
            file.writestr("word/document.xml", b"<y/>")
    samples = [
        b"",
        b"not a zip",
        whole[:-200],
        whole[:3000],
        b"PK\x05\x06" + b"\0" * 18,
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    ]
    for data in (*samples, bomb.getvalue(), twice.getvalue(), outside.getvalue()):
        (file := tmp_path / "memo.docx").write_bytes(data)
        assert len(faults(file)) <= 3
        assert all(fault.startswith("memo.docx: ") for fault in faults(file))


@pytest.mark.parametrize("name", ["mau.docm", "mau.dotm", "mau.dotx", "mau.doc", "mau.odt", "mau", "cong-van.txt"])
def test_another_kind_of_file_is_refused_with_a_way_out(office: Office, name: str) -> None:
    (office.folder / name).write_text("x")
    assert "; " in office.refused("memo", "check-template", name)


def test_a_file_that_is_not_there_is_named(office: Office) -> None:
    assert office.refused("memo", "check-template", "khong-co.docx").startswith("khong-co.docx: không đọc được")


def test_the_words_are_checked_line_by_line(tmp_path: Path) -> None:
    file = edited(
        tmp_path, "memo.txt",
        ("{{ plan.citation }}", "{{ plan.citatio }}"), ("row.said.difficulties", "row.said.difficulty"),
        ("[bảng chỉ tiêu]", "[bảng chỉ tieu]"), ("| own(row.lead)", "| owm(row.lead)"),
    )  # fmt: skip
    lines = (tmp_path / "memo.txt").read_text(encoding="utf-8").splitlines()
    found = faults(file)
    for wrong, told in (
        ("plan.citatio ", 'không có trường "plan.citatio"; có phải "citation"?'),
        ("said.difficulty", 'không có trường "row.said.difficulty"; có phải "difficulties"?'),
        ("[bảng chỉ tieu]", "không có bảng hay biểu đồ [bảng chỉ tieu]; có phải \"[bảng chỉ tiêu]\"?"),
        ("owm(", 'không có bộ lọc "owm"; có phải "own"?'),
    ):  # fmt: skip
        for number in [n for n, line in enumerate(lines, 1) if wrong in line]:
            assert f"memo.txt:{number}: {told}" in found


def test_words_that_leave_out_what_agencies_said_are_refused(tmp_path: Path) -> None:
    file = edited(tmp_path, "memo.txt", ("{% for lead, group in asking", "{% for lead, group in []"))
    [fault] = faults(file)
    assert fault.startswith("memo.txt: khi in thử không thấy said.proposals (“Đề xuất thử mẫu I.1”); thêm trường")


def test_a_template_that_is_no_utf_8_names_the_line(tmp_path: Path) -> None:
    (tmp_path / "memo.txt").write_bytes("một\nhai".encode() + b"\xff")
    assert faults(tmp_path / "memo.txt") == ["memo.txt:2: không phải chữ UTF-8; lưu lại tệp với bảng mã UTF-8"]


@pytest.mark.parametrize(
    ("markup", "told"),
    [
        ("<script>x</script>", "<script>"),
        ('<img src="https://x.example/a.png">', "src="),
        ('<p onclick="x()">', "onclick="),
        ('<a href="javascript:x()">', "href="),
        ('<link rel="stylesheet" href="//x.example/a.css">', "<link>"),
        ("<style>@import 'x'</style>", "url("),
        ('<meta http-equiv="refresh" content="0">', "<meta>"),
        ("<iframe></iframe>", "<iframe>"),
    ],
)
def test_a_page_that_would_run_or_fetch_is_refused(tmp_path: Path, markup: str, told: str) -> None:
    assert told in faults(edited(tmp_path, "memo.html.j2", ("</main>", f"{markup}</main>")))[0]


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ('#import "@preview/cetz:0.3.0"', "import"),
        ('#include "x.typ"', "include"),
        ('#read("/etc/passwd")', "read"),
        ('#let r = read\n#r("x")', "read"),
        ('#eval("1")', "eval"),
        ('#plugin("x.wasm")', "plugin"),
        ('#dictionary(std).at("re" + "ad")("x")', "dictionary"),
        ("#let s = std", "std"),
    ],
)
def test_a_typst_template_may_take_in_nothing_but_the_memo(tmp_path: Path, code: str, told: str) -> None:
    (file := tmp_path / "memo.typ").write_text(
        (MEMO / "memo.typ").read_text(encoding="utf-8") + code, encoding="utf-8"
    )
    assert [fault for fault in faults(file) if told in fault]
    assert not list((tmp_path / "in-thu").iterdir())


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("#wrods", "unknown variable: wrods"),
        ("#words.nationn", "nationn"),
        ('#image("x.png")', "x.png"),
        ('#json("x.json")', "x.json"),
    ],
)
def test_a_typst_fault_is_told_in_its_own_words(tmp_path: Path, code: str, told: str) -> None:
    file = edited(tmp_path, "memo.typ", ("#let paper = words.paper", f"#let paper = words.paper\n{code}"))
    assert told in faults(file)[0]


def test_a_number_added_to_a_text_is_the_template_s_fault(tmp_path: Path) -> None:
    assert "thẻ trong mẫu có lỗi" in faults(word(tmp_path, "{{ nation + 1 }}"))[0]


def test_a_table_without_a_style_does_no_harm(tmp_path: Path) -> None:
    table = "<w:tbl><w:tblPr/><w:tblGrid><w:gridCol/></w:tblGrid><w:tr><w:tc><w:p/></w:tc></w:tr></w:tbl>"
    file = with_body(tmp_path, table)
    (tmp_path / "in-thu").mkdir()
    assert print_on_trial(file, tmp_path / "in-thu")


SWELLS = "{% for a in paper.body %}" * 9 + "{% set x = 1 %}" + "{% endfor %}" * 9


@pytest.mark.parametrize("tag", [SWELLS, "{{ ('x' * 99999999999)|length }}"], ids=["loops", "swells"])
def test_a_template_that_never_ends_or_swells_is_stopped(tmp_path: Path, tag: str) -> None:
    file = word(tmp_path, tag)
    with pytest.raises(Faults, match="thời gian hoặc bộ nhớ"):
        check_template(file)


def test_any_other_refusal_comes_out_of_the_sandbox_as_it_was(tmp_path: Path) -> None:
    with pytest.raises(TrackerError, match="không phải mẫu của báo cáo"):
        check_template(tmp_path / "x.odt")
