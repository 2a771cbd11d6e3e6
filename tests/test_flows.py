"""The flows under a real Prefect server, one for all tests of this file."""

import email
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
import yaml
from answering import ROOT, say
from prefect_marks import PREFECT
from smtp_post import Post, free_port

from flows.collect import collect, take_in
from flows.deployments import DEPLOYED
from flows.remind import RemindRequest, remind, send
from flows.report import ReportRequest, report
from tracker import cli
from tracker.errors import BadInput, DeliveryError, FileTrouble
from tracker.papers.files import FORMATS
from tracker.remind.queue import queue_today
from tracker.settings import load_settings
from tracker.store.engine import opened_store, reading, writing
from tracker.store.tables import Completion

DAY, HOI = date(2024, 10, 15), "hoilhpn@angiang.example"

pytestmark = PREFECT


@pytest.fixture(autouse=True)
def applied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Apply the real plan in a temporary folder."""
    monkeypatch.setenv("TRACKER_VAR", str(tmp_path))
    monkeypatch.setenv("TRACKER_PLAN", str(ROOT / "activities.yaml"))
    monkeypatch.setenv("TRACKER_TEMPLATES", str(ROOT / "templates"))
    assert cli.main(["apply", "--on", str(DAY)]) == 0


def artifact(key: str) -> str:
    """Return the newest artifact called `key`."""
    from prefect.artifacts import Artifact

    found = Artifact.get(key)
    assert found is not None
    return str(found.data)


def test_the_remind_flow_sends_one_letter_to_each_agency_that_owes_and_none_again(tmp_path: Path) -> None:
    assert remind(RemindRequest(on=DAY)) == 23
    assert "Sở Công Thương: trước hạn 10 ngày làm việc, 8 hoạt động" in artifact("nhac-viec")
    assert remind(RemindRequest(on=DAY)) == 0
    assert len(list((tmp_path / "outbox").glob("*.eml"))) == 23


def test_a_dry_run_sends_nothing_and_shows_what_it_would(tmp_path: Path) -> None:
    assert remind(RemindRequest(on=DAY, dry_run=True)) == 0
    assert "Thư nhắc mới: 23" in artifact("nhac-viec")
    assert not (tmp_path / "outbox").exists()


def test_a_mail_server_that_is_not_there_fails_the_run_so_that_prefect_tries_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TRACKER_MAIL_URL", "smtp://127.0.0.1:1")
    settings = load_settings().on(DAY)
    with opened_store(settings.database_url) as engine:
        queue_today(engine, settings)
    with pytest.raises(DeliveryError, match="không nối được máy chủ thư"):
        send.fn(settings)
    assert send.retries == 3


def test_what_the_server_refused_is_shown_as_text_though_it_then_hangs_up_on_us(
    monkeypatch: pytest.MonkeyPatch, post: tuple[Post, str]
) -> None:
    behaviour, url = post
    behaviour.refuse[HOI] = ["550 [no](http://x.example) such user"]
    for office in ("socongthuong", "lienminhhtx", "sotttt"):
        behaviour.refuse[f"{office}@angiang.example"] = ["drop"]
    monkeypatch.setenv("TRACKER_MAIL_URL", url)
    monkeypatch.setattr("flows.remind.send", send.with_options(retries=0))
    with pytest.raises(DeliveryError, match="mất kết nối"):
        remind(RemindRequest(on=DAY))
    refused = f"Bị từ chối, không gửi lại: remind:2024:hoi-lhpn:before-10, {HOI}: 550 \\[no\\](http://x.example)"
    assert refused in artifact("thu-chua-den")
    shown = artifact("nhac-viec")
    assert "Sở Công Thương: trước hạn 10 ngày làm việc, 8 hoạt động" in shown
    assert "Chưa gửi xong, thư còn lại vẫn nằm trong hàng đợi:\n\n- mất kết nối" in shown


def test_on_a_day_off_what_left_and_what_was_refused_is_shown(
    monkeypatch: pytest.MonkeyPatch, post: tuple[Post, str]
) -> None:
    behaviour, url = post
    behaviour.refuse = {HOI: ["451 later", "550 no such user"], "sotttt@angiang.example": ["451 later"]}
    monkeypatch.setenv("TRACKER_MAIL_URL", url)
    assert remind(RemindRequest(on=DAY)) == 21
    assert f"Chưa gửi được, sẽ tự gửi lại: remind:2024:hoi-lhpn:before-10, {HOI}: 451 later" in artifact(
        "nhac-viec"
    )
    assert remind(RemindRequest(on=date(2024, 10, 19))) == 1
    shown = artifact("nhac-viec")
    assert "Hôm nay là ngày nghỉ" in shown
    assert "Đã gửi 1 thư." in shown
    assert f"{HOI}: 550 no such user" in shown


def test_a_spoiled_template_fails_the_run_when_all_else_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACKER_TODAY", str(DAY))
    remind(RemindRequest())
    with opened_store(f"sqlite:///{tmp_path / 'tracker.db'}") as engine:
        say(engine, "II.10")
    templates = tmp_path / "templates"
    shutil.copytree(ROOT / "templates", templates)
    monkeypatch.setenv("TRACKER_TEMPLATES", str(templates))
    (templates / "letters" / "receipt" / "body.txt").write_text("{{ khong_co }}")
    monkeypatch.setattr("flows.collect.take_in", take_in.with_options(retries=0))
    with pytest.raises(FileTrouble, match=r"receipt/body\.txt:1"):
        collect()
    assert "| Sở Công Thương | 1 | 8 | 0 |" in artifact("muc-do-day-du")
    (templates / "letters" / "remind" / "body.txt").write_text("{{ khong_co }}")
    with pytest.raises(FileTrouble, match=r"remind/body\.txt:1"):
        remind(RemindRequest(on=date(2024, 10, 22)))
    assert "remind/body.txt:1: lời văn có lỗi" in artifact("nhac-viec")


def test_completeness_is_shown_though_no_letter_can_leave(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACKER_TODAY", str(DAY))
    remind(RemindRequest())
    with opened_store(f"sqlite:///{tmp_path / 'tracker.db'}") as engine:
        say(engine, "II.10")
    monkeypatch.setenv("TRACKER_MAIL_URL", f"smtp://127.0.0.1:{free_port()}")
    monkeypatch.setattr("flows.collect.send", send.with_options(retries=0))
    with pytest.raises(DeliveryError, match="không nối được máy chủ thư"):
        collect()
    assert "| Sở Công Thương | 1 | 8 | 0 |" in artifact("muc-do-day-du")


def test_the_collect_flow_shows_completeness_by_agency(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACKER_TODAY", str(DAY))
    remind(RemindRequest())
    assert collect() == 0
    assert "| Sở Công Thương | 0 | 8 | 0 |" in artifact("muc-do-day-du")


def test_the_report_flow_compiles_the_period_a_coordinator_asks_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACKER_TODAY", str(DAY))
    remind(RemindRequest())
    files = report(ReportRequest(period="2024", number=5))
    assert [file.name for file in files] == [f"bao-cao-2024-1.{each}" for each in FORMATS]
    assert all(file.is_relative_to(tmp_path) and file.exists() for file in files)
    assert "0/42 hoạt động có báo cáo" in artifact("bao-cao")
    assert "Đã xếp hàng thư gửi cơ quan đầu mối." in artifact("bao-cao")


def test_the_files_of_a_memo_go_to_the_coordinator_once_as_a_draft_and_once_as_final(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACKER_TODAY", str(DAY))
    remind(RemindRequest())
    for request in (
        ReportRequest(period="2024"),
        ReportRequest(period="2024"),
        ReportRequest(period="2024", version="chính thức"),
        ReportRequest(period="2024", mail=False, agencies=["so-cong-thuong"], kind="riêng một cơ quan"),
    ):
        report(request)
    letters = [email.message_from_bytes(file.read_bytes()) for file in sorted(tmp_path.rglob("*.eml"))]
    mailed = [
        {part.get_filename() for part in letter.walk() if part.get_filename()}
        for letter in letters
        if any("bao-cao-2024-1" in (part.get_filename() or "") for part in letter.walk())
    ]
    drafts, finals = ({f"bao-cao-2024-1{kind}.{each}" for each in FORMATS} for kind in ("", "-chinh-thuc"))
    assert sorted(mailed, key=sorted) == sorted([drafts, finals], key=sorted)
    assert "bản dự thảo, lần tổng hợp 2" in artifact("bao-cao")


def test_a_draft_comes_by_itself_five_working_days_before_the_due_date(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACKER_TODAY", "2024-10-22")
    remind(RemindRequest())
    assert [file.suffix for file in report(ReportRequest(formats=["pdf"]))] == [".pdf"]
    monkeypatch.setenv("TRACKER_TODAY", "2024-10-23")
    assert report(ReportRequest()) == []


def test_the_forms_of_the_flows_are_in_vietnamese() -> None:
    properties = ReportRequest.model_json_schema()["properties"] | RemindRequest.model_json_schema()["properties"]
    assert {value["title"] for value in properties.values()} == {
        "Kỳ báo cáo",
        "Số văn bản",
        "Chốt cả khi còn báo cáo đã trả lại",
        "Dạng tệp",
        "Loại báo cáo",
        "Bản",
        "Cơ quan",
        "Nội dung",
        "Hoạt động",
        "Báo cáo nhận từ ngày",
        "Báo cáo nhận đến hết ngày",
        "Gửi thư",
        "Ngày",
        "Chỉ xem",
    }


def test_the_work_pool_gets_the_same_deployments_as_the_lasting_service() -> None:
    described = yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))["deployments"]
    ours = {name: (flow.name, [(cron, "Asia/Ho_Chi_Minh")]) for flow, name, cron in DEPLOYED}
    theirs = {
        d["name"]: (d["entrypoint"].rpartition(":")[2], [(s["cron"], s["timezone"]) for s in d["schedules"]])
        for d in described
    }
    assert ours == theirs
    # A slot that a killed run held never came free, and the flow was off for good.
    assert not [d["name"] for d in described if "concurrency_limit" in d]


def mailed_faults(var: Path) -> list[str]:
    return sorted(file.name for file in (var / "outbox").glob("service-fault*.eml"))


def test_a_failed_run_is_told_to_the_coordinator_once_a_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACKER_TODAY", str(DAY))
    remind(RemindRequest())
    for _ in range(2):
        with pytest.raises(BadInput):
            report(ReportRequest(period="1999"))
    remind(RemindRequest())
    assert mailed_faults(tmp_path) == [f"service-fault-report-failed-{DAY}.eml"]
    letter = email.message_from_bytes((tmp_path / "outbox" / mailed_faults(tmp_path)[0]).read_bytes())
    assert HOI in letter["To"]
    text = next(part for part in letter.walk() if part.get_content_type() == "text/plain")
    words = text.get_payload(decode=True).decode()  # type: ignore[union-attr]
    assert "việc tổng hợp báo cáo không hoàn thành" in words
    assert "1999" in words
    monkeypatch.setenv("TRACKER_TODAY", "2024-10-16")
    with pytest.raises(BadInput):
        report(ReportRequest(period="1999"))
    remind(RemindRequest())
    assert len(mailed_faults(tmp_path)) == 2


def test_a_run_of_the_schedule_is_recorded_as_completed_and_a_trial_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def completed() -> set[str]:
        with opened_store(f"sqlite:///{tmp_path / 'tracker.db'}") as engine, reading(engine) as session:
            return set(session.scalars(sa.select(Completion.flow)))

    monkeypatch.setenv("TRACKER_TODAY", str(DAY))
    remind(RemindRequest(dry_run=True))
    remind(RemindRequest(on=DAY))
    report(ReportRequest(period="2024", formats=["html"]))
    assert completed() == set()
    remind(RemindRequest())
    collect()
    report(ReportRequest())
    assert completed() == {"remind", "collect", "report"}


def test_the_collect_flow_tells_of_a_flow_that_is_late(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACKER_TODAY", str(DAY))
    remind(RemindRequest())
    with opened_store(f"sqlite:///{tmp_path / 'tracker.db'}") as engine, writing(engine) as session:
        session.execute(sa.update(Completion).values(completed_at=datetime.now(UTC) - timedelta(hours=27)))
    collect()
    collect()
    assert mailed_faults(tmp_path) == [f"service-fault-remind-late-{DAY}.eml"]
