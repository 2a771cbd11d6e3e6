"""An admin's folder holds only the templates that differ, each in place of the shipped one of its name."""

import shutil
from pathlib import Path

import docx
import pytest
from answering import ROOT
from office import Office

from tracker.errors import FileTrouble, SettingsError
from tracker.letters.compose import compose
from tracker.settings import load_settings
from tracker.templating import rendered, strange_files, template_file, templates_in

SHIPPED = ROOT / "templates"


def put(own: Path, name: str, text: str) -> Path:
    (own / name).parent.mkdir(parents=True, exist_ok=True)
    (own / name).write_text(text, encoding="utf-8")
    return own / name


def test_a_file_of_the_admin_stands_in_for_the_shipped_one_and_nothing_else_changes(tmp_path: Path) -> None:
    put(tmp_path, "letters/link/subject.txt", "Đường dẫn của riêng chúng tôi")
    [line] = rendered(templates_in(tmp_path, "letters"), "link/subject.txt", {}).splitlines()
    assert line == "Đường dẫn của riêng chúng tôi"
    assert template_file(tmp_path, "letters/link/body.txt") == SHIPPED / "letters" / "link" / "body.txt"
    assert template_file(tmp_path, "memo/memo.typ") == SHIPPED / "memo" / "memo.typ"
    assert template_file(tmp_path, "letters/link/subject.txt") == tmp_path / "letters" / "link" / "subject.txt"


def test_a_shipped_letter_stands_in_the_admins_own_frame(tmp_path: Path) -> None:
    frame = (SHIPPED / "letters" / "base.html").read_text(encoding="utf-8")
    put(tmp_path, "letters/base.html", frame.replace("</body>", "<p>Khung riêng</p></body>"))
    put(tmp_path, "letters/thu/subject.txt", "Thư")
    put(tmp_path, "letters/thu/body.txt", "Thư")
    put(tmp_path, "letters/thu/body.html", "<p>Thư</p>")
    assert "Thư" in compose(tmp_path, "thu", {}).html
    source, file, _ = templates_in(tmp_path, "letters").loader.get_source(  # type: ignore[union-attr]
        templates_in(tmp_path, "letters"), "base.html"
    )
    assert "Khung riêng" in source
    assert file == str(tmp_path / "letters" / "base.html")


def test_a_file_put_in_or_taken_out_counts_at_once(tmp_path: Path) -> None:
    (tmp_path / "workbook").mkdir()
    shipped = templates_in(tmp_path, "workbook").get_template("guide.txt")
    own = put(tmp_path, "workbook/guide.txt", "Hướng dẫn riêng")
    assert rendered(templates_in(tmp_path, "workbook"), "guide.txt", {}) == "Hướng dẫn riêng"
    own.unlink()
    again = templates_in(tmp_path, "workbook").get_template("guide.txt")
    assert again.filename == shipped.filename == str(SHIPPED / "workbook" / "guide.txt")


def test_a_fault_names_the_admins_own_file_and_its_line(tmp_path: Path) -> None:
    file = put(tmp_path, "web/notice.html.j2", "một\n{{ nothing }}\n")
    with pytest.raises(FileTrouble, match=rf"^{file}:2: "):
        rendered(templates_in(tmp_path, "web"), "notice.html.j2", {})


def test_every_shipped_template_is_found_by_its_name(tmp_path: Path) -> None:
    names = [file.relative_to(SHIPPED) for file in SHIPPED.rglob("*") if file.is_file()]
    shutil.copytree(SHIPPED, tmp_path / "own")
    assert strange_files(tmp_path / "own") == []
    assert all(template_file(tmp_path / "own", str(name)) == tmp_path / "own" / name for name in names)


def test_what_an_open_word_leaves_beside_a_file_is_not_strange(tmp_path: Path) -> None:
    for name in ("memo/~$memo.docx", "memo/.memo.txt.swp", "memo/__pycache__/build.pyc"):
        put(tmp_path, name, "x")
    wrong = put(tmp_path, "memo/mem.docx", "x")
    assert strange_files(tmp_path) == [wrong]


def test_the_command_names_own_files_that_no_shipped_template_is_called(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "own"
    (own / "memo").mkdir(parents=True)
    shutil.copy(SHIPPED / "memo" / "memo.txt", own / "memo" / "memo.txt")
    put(own, "letters/remind/boddy.txt", "Chữ")
    monkeypatch.setenv("TRACKER_TEMPLATES", str(own))
    told = office.refused("memo", "check-template", str(own / "memo" / "memo.txt"))
    assert told.splitlines() == [
        f"{own}/letters/remind/boddy.txt: không mẫu nào của chương trình có tên này, tệp không được dùng; "
        'có phải "letters/remind/body.txt"?'
    ]


def test_a_memo_is_printed_in_the_admins_own_word_file(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    own = office.folder / "mau-rieng"
    (own / "memo").mkdir(parents=True)
    document = docx.Document(str(SHIPPED / "memo" / "memo.docx"))
    document.add_paragraph("Dòng thêm của đơn vị")
    document.save(str(own / "memo" / "memo.docx"))
    monkeypatch.setenv("TRACKER_TEMPLATES", str(own))
    office.well("apply")
    office.well("period", "open", "2024", "--on", "2024-10-15")
    office.well("report", "2024", "--on", "2024-11-05")
    [memo] = office.folder.rglob("bao-cao-2024-1.docx")
    assert "Dòng thêm của đơn vị" in "\n".join(p.text for p in docx.Document(str(memo)).paragraphs)
    assert list(office.folder.rglob("bao-cao-2024-1.pdf"))


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"^TRACKER_TEMPLATES: không có thư mục .*khong-co; tạo thư mục"):
        load_settings({"TRACKER_TEMPLATES": str(tmp_path / "khong-co"), "TRACKER_VAR": str(tmp_path)})
