"""Pausing at the keyboard: whom, about what, until when and why."""

from answering import shipped_plan
from office import DAY, Office

WELL = ("--until", "2024-10-25", "--reason", "Đã hẹn", "--on", DAY)


def test_every_fault_of_a_pause_is_named_at_once(applied: Office) -> None:
    err = applied.refused("pause", "so-tttt", "--activity", "II.10", "--reason", " ", "--on", DAY)
    assert err.splitlines() == [
        "II.10: Sở Thông tin và Truyền thông không phải báo cáo hoạt động này; cơ quan chủ trì là Sở Công Thương",
        "chưa ghi ngày cuối tạm dừng; thêm --until NĂM-THÁNG-NGÀY",
        "chưa ghi lý do tạm dừng; thêm --reason",
    ]
    over = applied.refused("pause", "so-tttt", "--until", "2024-10-14", "--reason", "x", "--on", DAY)
    assert over == "ngày 14/10/2024 đã qua; chọn ngày từ hôm nay trở đi\n"


def test_an_activity_pauses_for_its_lead_and_for_whoever_takes_it_over_before_the_pause_ends(
    applied: Office,
) -> None:
    assert "hoạt động II.40" in applied.well("pause", "so-khdt", "--activity", "II.40", *WELL)
    assert "không phải báo cáo" in applied.refused("pause", "so-tai-chinh", "--activity", "II.40", *WELL)
    later = ("--until", "2025-10-25", "--reason", "Đang sắp xếp", "--on", DAY)
    assert "hoạt động II.40" in applied.well("pause", "so-tai-chinh", "--activity", "II.40", *later)


def test_a_localitys_report_on_its_area_pauses_for_localities_alone(office: Office) -> None:
    office.plan.write_text(shipped_plan().text, encoding="utf-8")
    office.well("apply", "--on", DAY)
    area = shipped_plan().plan.by_id["VI.13"]
    locality = shipped_plan().plan.leads_of(area)[0]
    assert f"hoạt động {area.id}" in office.well("pause", locality, "--activity", area.id, *WELL)
    assert "không phải báo cáo" in office.refused("pause", "so-tttt", "--activity", area.id, *WELL)


def test_ending_a_pause_promises_no_letter_of_its_own(applied: Office) -> None:
    applied.well("pause", "so-tttt", *WELL)
    ended = applied.well("resume", "so-tttt", "--on", DAY)
    assert ended == "Đã bỏ tạm dừng nhắc; thư đi theo mốc nhắc tới.\n"
