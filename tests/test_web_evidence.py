"""Evidence: files an agency gives are taken by what they are, handed out to it alone, and listed in the memo."""

import io
import zipfile
from collections.abc import Callable

import httpx
import pytest
import sqlalchemy as sa
from factories_web import Season, open_season
from meanwhile import meanwhile
from sqlalchemy.orm import Session

from tracker.answers.evidence import LARGEST, MOST, Given, take_evidence
from tracker.answers.evidence_kinds import kind_of
from tracker.progress import DutyState
from tracker.report.annexes import proofs
from tracker.report.facts import read_snapshot
from tracker.report.snapshot import take_snapshot
from tracker.settings import Settings
from tracker.store.duties import hold_duties
from tracker.store.engine import reading, writing
from tracker.store.periods import find_period
from tracker.store.plans import plan_in_force
from tracker.store.tables import Duty, Evidence

SIGNED = "Chuyên viên (minh họa)"
PDF = b"%PDF-1.7\nx"
PNG = b"\x89PNG\r\n\x1a\nx"


def office(part: str, *more: str) -> bytes:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as parts:
        for name in ("[Content_Types].xml", part, *more):
            parts.writestr(name, "<x/>")
    return raw.getvalue()


@pytest.fixture
def quiet(sqlite_engine: sa.Engine, make_settings: Callable[..., Settings]) -> Season:
    return open_season(sqlite_engine, make_settings)


def give(season: Season, name: str, raw: bytes, activity: str = "II.1", **more: str) -> httpx.Response:
    data = {"activity": str(season.duties()[activity].id), "given_by": SIGNED} | more
    return season.browser.ask("POST", f"{season.link()}/tai-lieu", data=data, files={"file": (name, raw)})


def stored(season: Season) -> list[str]:
    folder = season.settings.var / "evidence"
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_a_file_is_kept_under_a_made_up_name_and_comes_back_as_it_was(season: Season) -> None:
    answer = give(season, "Biên bản tập huấn.PDF", PDF)
    [file] = season.rows(Evidence)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{season.link()}/tai-lieu?da-nhan={file.id}")
    assert "Đã nhận tệp Biên bản tập huấn.pdf" in season.browser.get(answer.headers["location"]).text
    assert (file.name, file.size, file.given_by) == ("Biên bản tập huấn.pdf", len(PDF), SIGNED)
    assert stored(season) == [file.stored_as]
    page = season.browser.get(f"{season.link()}/tai-lieu").text
    assert "Biên bản tập huấn.pdf" in page
    assert file.stored_as not in page
    got = season.browser.get(f"{season.link()}/tai-lieu/{file.id}")
    assert got.content == PDF
    assert got.headers["content-disposition"].startswith("attachment; filename*=UTF-8''Bi%C3%AAn")
    assert got.headers["content-type"] == "application/pdf"
    assert got.headers["x-content-type-options"] == "nosniff"


def test_nobody_else_gets_a_file_by_its_number(season: Season) -> None:
    give(season, "a.pdf", PDF)
    [file] = season.rows(Evidence)
    other = season.browser.get(f"{season.link('so-b')}/tai-lieu/{file.id}")
    unknown = season.browser.get(f"{season.link()}/tai-lieu/{file.id + 1}")
    wrong = season.browser.get(f"/b/{'x' * 43}/tai-lieu/{file.id}")
    assert {(one.status_code, one.content) for one in (other, unknown, wrong)} == {(404, wrong.content)}


@pytest.mark.parametrize(
    ("name", "raw", "kept_as"),
    [
        ("a.png", PNG, "a.png"),
        ("a.txt", PNG, "a.png"),
        ("ảnh", b"\xff\xd8\xffx", "ảnh.jpg"),
        ("b.docx", office("word/document.xml"), "b.docx"),
        ("b.zip", office("xl/workbook.xml"), "b.xlsx"),
        ("b.pptx", office("ppt/presentation.xml"), "b.pptx"),
        ("../../etc/passwd", PDF, "passwd.pdf"),
        ("C:\\tài liệu\\x.pdf", PDF, "x.pdf"),
        ("a\u202efdp.exe", PDF, "afdp.pdf"),
        ("\u202e", PDF, "tai-lieu.pdf"),
        ("n" * 400 + ".pdf", PDF, "n" * 146 + ".pdf"),
    ],
)
def test_a_file_is_called_by_what_it_is(quiet: Season, name: str, raw: bytes, kept_as: str) -> None:
    assert give(quiet, name, raw).status_code == 303
    assert [file.name for file in quiet.rows(Evidence)] == [kept_as]


@pytest.mark.parametrize(
    ("name", "raw", "reason"),
    [
        ("a.pdf", b"", "tệp rỗng"),
        ("a.pdf", b"MZ\x90", "không nhận loại tệp này"),
        ("a.pdf", b"<html><script>", "không nhận loại tệp này"),
        ("a.svg", b"<svg onload=x>", "không nhận loại tệp này"),
        ("a.docx", office("word/document.xml", "word/vbaProject.bin"), "không có macro"),
        ("a.docx", b"PK\x03\x04 broken", "không nhận loại tệp này"),
        ("a.zip", office("thu/muc.txt"), "không nhận loại tệp này"),
        (
            "a.doc",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
            "a.doc: không nhận loại tệp này; mở tệp rồi lưu thành .docx",
        ),
        ("a.pdf", PDF + b"x" * LARGEST, "tối đa 10 MB"),
    ],
)
def test_what_is_not_taken_is_said_with_the_reason_and_leaves_nothing(
    quiet: Season, name: str, raw: bytes, reason: str
) -> None:
    answer = give(quiet, name, raw)
    assert answer.status_code == 422
    assert reason in answer.text
    assert quiet.rows(Evidence) == []
    assert stored(quiet) == []


def test_all_faults_of_a_file_are_told_at_once_and_what_was_typed_stays(quiet: Season) -> None:
    answer = give(quiet, "a.exe", b"MZ", "II.2", given_by="x" * 201)
    assert answer.text.count(">a.exe: ") == 2
    assert f'<option value="{quiet.duties()["II.2"].id}" selected>' in answer.text


def test_more_than_the_page_takes_is_refused_before_it_is_read(quiet: Season) -> None:
    assert give(quiet, "a.pdf", PDF + b"x" * (LARGEST + 200_000)).status_code == 413
    assert quiet.browser.post(quiet.link(), "save", {"x": "y" * 1_000_001}).status_code == 413


def test_an_activity_holds_ten_files_and_the_same_file_counts_once(quiet: Season) -> None:
    for number in range(MOST):
        assert give(quiet, "a.pdf", PDF + bytes([number])).status_code == 303
    assert give(quiet, "again.pdf", PDF + bytes([3])).status_code == 303
    assert "tối đa 10 tệp" in give(quiet, "b.pdf", PDF + b"more").text
    assert len(quiet.rows(Evidence)) == len(stored(quiet)) == MOST


def test_a_file_is_given_for_an_activity_of_ones_own_alone(quiet: Season) -> None:
    answer = give(quiet, "a.pdf", PDF, "II.5")  # of so-b
    assert answer.status_code == 422
    assert "chọn hoạt động" in answer.text
    assert quiet.rows(Evidence) == []


def test_a_file_taken_back_is_listed_no_more_and_stays_in_the_journal(season: Season) -> None:
    give(season, "a.pdf", PDF)
    [file] = season.rows(Evidence)
    assert give(season, "", b"", remove=str(file.id)).status_code == 303
    assert "a.pdf" not in season.browser.get(f"{season.link()}/tai-lieu").text
    assert season.browser.get(f"{season.link()}/tai-lieu/{file.id}").status_code == 404
    assert stored(season) == [file.stored_as]
    assert give(season, "", b"", remove=str(file.id)).status_code == 422


def test_with_an_accepted_activity_its_files_are_locked(quiet: Season) -> None:
    give(quiet, "a.pdf", PDF)
    [file] = quiet.rows(Evidence)
    with writing(quiet.engine) as session:
        session.get_one(Duty, file.duty_id).state = DutyState.ACCEPTED
    assert "đã được duyệt" in give(quiet, "b.pdf", PDF + b"b").text
    assert "đã được duyệt" in give(quiet, "", b"", remove=str(file.id)).text
    assert [one.removed_at for one in quiet.rows(Evidence)] == [None]


def test_a_file_that_comes_while_its_activity_is_accepted_is_refused(season: Season) -> None:
    answer_to = season.duties()["II.1"].id

    def accept_it(session: Session) -> None:
        hold_duties(session, [answer_to])[answer_to].state = DutyState.ACCEPTED

    assert "đã được duyệt" in meanwhile(season.engine, accept_it, lambda: give(season, "a.pdf", PDF)).text
    assert season.rows(Evidence) == []


def test_a_button_pressed_twice_gives_a_file_once(season: Season) -> None:
    def give_it(session: Session) -> None:
        duty = session.get_one(Duty, season.duties()["II.1"].id)
        take_evidence(session, season.settings, duty, Given("a.pdf", PDF, SIGNED, season.settings.now()))

    assert meanwhile(season.engine, give_it, lambda: give(season, "a.pdf", PDF)).status_code == 303
    assert len(season.rows(Evidence)) == 1


def test_after_the_period_has_closed_files_are_only_shown(quiet: Season) -> None:
    give(quiet, "a.pdf", PDF)
    with writing(quiet.engine) as session:
        period = find_period(session, "2024")
        period.closes = quiet.settings.today().replace(day=14)
    assert "đã khóa" in give(quiet, "b.pdf", PDF + b"b").text


def test_the_memo_lists_every_file_with_its_digest(season: Season) -> None:
    give(season, "=1+1.pdf", PDF)
    give(season, "b.png", PNG, "II.2")
    with reading(season.engine) as session:
        version, plan = plan_in_force(session)
        snapshot = take_snapshot(session, version, plan, find_period(session, "2024"), season.settings.today())
    assert read_snapshot(snapshot.as_json()) == snapshot
    table = proofs(snapshot).table
    rows = [row.cells for row in table.rows]
    assert [(row[0], row[1], row[3], row[5]) for row in rows] == [
        ("1", "II.1", "=1+1.pdf", "0,1 kB"),
        ("2", "II.2", "b.png", "0,1 kB"),
    ]
    assert rows[0][6] == season.rows(Evidence)[0].digest
    on_paper = table.on_paper()
    assert [column.title for column in on_paper.columns] == ["TT", "Hoạt động", "Cơ quan", "Tên tệp", "Ngày gửi"]
    assert {len(row.cells) for row in on_paper.rows} == {5}


RELATIONS = '<All xmlns="x"><Relationship Id="a" Type="http://x/relationships/{}" Target="{}"{}/></All>'
ELSEWHERE = ' TargetMode="External"'


def holding(name: str, text: str = "<x/>", types: str = "<Types/>", kind: str = "word/document.xml") -> bytes:
    """Return an Office file with one more part."""
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as parts:
        for part, inside in {"[Content_Types].xml": types, kind: "<x/>", name: text}.items():
            parts.writestr(part, inside)
    return raw.getvalue()


def related(kind: str, target: str, mode: str = "") -> bytes:
    return holding("word/_rels/document.xml.rels", RELATIONS.format(kind, target, mode))


RUN_OR_FETCH = {
    "macros under another name": holding("word/macros.bin"),
    "macros by their type": holding("word/m.xml", types='<Types><Override PartName="/word/m.xml" '
                                    'ContentType="application/vnd.ms-office.vbaProject"/></Types>'),
    "a document with macros": holding("word/a.xml", types='<Types><Override PartName="/word/document.xml" '
                                      'ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/></Types>'),
    "macros by their relation": related("vbaProject", "media/image1.png"),
    "OLE object": holding("word/embeddings/oleObject1.bin"),
    "OLE object by its relation": related("oleObject", "media/image1.png"),
    "embedded document": related("package", "embeddings/a.docx"),
    "ActiveX": holding("word/activeX/activeX1.xml"),
    "ActiveX by its relation": related("control", "x.xml"),
    "link file": holding("word/media/payload.LNK"),
    "HTML application": holding("word/media/payload.hta"),
    "PowerShell": holding("payload.ps1"),
    "template elsewhere": related("attachedTemplate", "https://x.example/a.dotm", ELSEWHERE),
    "picture elsewhere": related("image", "https://x.example/a.png", ELSEWHERE),
    "workbook elsewhere": related("externalLinkPath", "file:///\\\\x.example\\a.xlsx", ELSEWHERE),
    "chunk of HTML": related("aFChunk", "a.txt"),
    "entities": holding("word/_rels/document.xml.rels", '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'),
    "no XML": holding("word/_rels/document.xml.rels", "<x"),
    "endless relations": holding("word/_rels/document.xml.rels", "<x>" + "<y/>" * 1_300_000 + "</x>"),
}  # fmt: skip
HARMLESS = {
    "links to click": related("hyperlink", "https://x.example", ELSEWHERE),
    "a chart's table": related("package", "embeddings/Microsoft_Excel_Sheet1.xlsx"),
    "printer settings": holding("xl/printerSettings/printerSettings1.bin", kind="xl/workbook.xml"),
}


@pytest.mark.parametrize("raw", RUN_OR_FETCH.values(), ids=RUN_OR_FETCH)
def test_an_office_file_that_could_run_or_fetch_something_is_refused(raw: bytes) -> None:
    assert kind_of(raw) is None


@pytest.mark.parametrize("raw", HARMLESS.values(), ids=HARMLESS)
def test_what_office_files_usually_hold_is_taken(raw: bytes) -> None:
    assert kind_of(raw) is not None


def test_the_way_out_is_told_for_a_file_with_macros(quiet: Season) -> None:
    answer = give(quiet, "a.docx", RUN_OR_FETCH["OLE object"])
    assert answer.status_code == 422
    assert "có thể xuất ra PDF rồi gửi" in answer.text


@pytest.mark.parametrize("bound", ["MOST_FOR_DUTY", "MOST_OF_AGENCY"])
def test_files_given_and_taken_back_count_until_no_more_are_taken(
    season: Season, monkeypatch: pytest.MonkeyPatch, bound: str
) -> None:
    monkeypatch.setattr(f"tracker.answers.evidence.{bound}", 3_500)
    for number in range(3):
        assert give(season, "a.pdf", PDF + b"%d" % number + b"x" * 989).status_code == 303
        file = season.rows(Evidence)[-1]
        assert give(season, "", b"", remove=str(file.id)).status_code == 303
    kept = stored(season)
    refused = give(season, "a.pdf", PDF + b"x" * 990, "II.1" if bound == "MOST_FOR_DUTY" else "II.2")
    assert refused.status_code == 422
    assert "kể cả tệp đã rút" in refused.text
    assert "xin gửi tệp này theo đường công văn" in refused.text
    assert stored(season) == kept
    if bound == "MOST_FOR_DUTY":
        assert give(season, "a.pdf", PDF + b"x" * 990, "II.2").status_code == 303


def test_a_file_taken_back_is_told_and_comes_again_by_a_button(season: Season) -> None:
    give(season, "a.pdf", PDF)
    [file] = season.rows(Evidence)
    path = f"{season.link()}/tai-lieu"
    fields = {"activity": str(file.duty_id)}
    gone = season.browser.ask("POST", path, data=fields | {"remove": str(file.id)}, files={"file": ("", b"")})
    assert gone.headers["location"] == f"{path}?da-rut={file.id}"
    told = season.browser.get(gone.headers["location"]).text
    assert "Đã rút tệp a.pdf" in told
    assert "Lấy lại tệp này" in told
    again = season.browser.ask("POST", path, data=fields | {"restore": str(file.id)}, files={"file": ("", b"")})
    assert (again.status_code, season.rows(Evidence)[0].removed_at) == (303, None)
    twice = season.browser.ask("POST", path, data=fields | {"restore": str(file.id)}, files={"file": ("", b"")})
    assert twice.status_code == 422
    assert "<title>Lỗi: " in twice.text
