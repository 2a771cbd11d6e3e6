"""What in an Office package could run code or load something, whichever program made it."""

import io
import zipfile

import openpyxl
import pytest
from answering import ROOT

from tracker.errors import TemplateFaults
from tracker.papers.word_package import read_package, running_content


def workbook() -> bytes:
    packed = io.BytesIO()
    openpyxl.Workbook().save(packed)
    return packed.getvalue()


PLAIN = {"memo.docx": (ROOT / "templates" / "memo" / "memo.docx").read_bytes(), "so-lieu.xlsx": workbook()}


def found(data: bytes, part: str = "", content: bytes = b"") -> list[str]:
    parts = read_package(data, "tep") | ({part: content} if part else {})
    return [f"{name}: {what}" for name, (what, _) in running_content(parts)]


@pytest.mark.parametrize("name", PLAIN)
def test_a_plain_file_runs_and_loads_nothing(name: str) -> None:
    assert found(PLAIN[name]) == []


RELATION = b'<Relationships><Relationship Id="r" Type="x/%s" Target="%s" TargetMode="External"/></Relationships>'


@pytest.mark.parametrize(
    ("part", "content", "told"),
    [
        ("xl/vbaProject.bin", b"x", "phần chứa mã hoặc tệp nhúng"),
        ("xl/embeddings/oleObject1.bin", b"x", "phần chứa mã hoặc tệp nhúng"),
        ("xl/activeX/activeX1.xml", b"<x/>", "phần chứa mã hoặc tệp nhúng"),
        (
            "xl/externalLinks/_rels/a.xml.rels",
            RELATION % (b"externalLinkPath", b"file:///x.xlsx"),
            "liên kết ra ngoài",
        ),
        ("xl/_rels/a.xml.rels", RELATION % (b"oleObject", b"x"), "đối tượng nhúng OLE"),
        ("xl/a.xml", b"<x", "đã hỏng"),
    ],
)
def test_what_a_workbook_could_run_or_load_is_named_with_its_part(part: str, content: bytes, told: str) -> None:
    [line] = found(PLAIN["so-lieu.xlsx"], part, content)
    assert line.startswith(f"{part}: ")
    assert told in line


def test_a_bomb_is_not_unpacked() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("xl/workbook.xml", b" " * 60_000_000)
    with pytest.raises(TemplateFaults, match="quá lớn"):
        read_package(packed.getvalue(), "tep.xlsx")
