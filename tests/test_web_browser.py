"""The agency's page in a real browser: with and without script, on phone and desk, by keyboard, under axe."""

import time
from collections.abc import Callable
from urllib.parse import urlsplit

import browsing
import pytest
from answering import answer, give_figure, real_plan, say
from browsing import DESK, PHONE, SIGNED, TRADE, UNION, Office, both_widths, check, sync_api
from playwright.sync_api import Browser, Page, expect

from tracker.store.tables import Contribution, Draft, Figure, Update

HEAVIEST = 100_000
"""Bytes of a page with its style and script, as they go over the wire."""
browser, office, visit = browsing.browser, browsing.office, browsing.visit


def activities(page: Page) -> list[str]:
    return [card.get_attribute("id") or "" for card in page.locator("fieldset.card").all()]


def field(name: str) -> str:
    return f'[name="{name}"]'


def fill_in(page: Page, activity: str, result: str) -> None:
    page.locator(f'[name="{activity}.status"][value="under_way"]').check()
    page.locator(field(f"{activity}.percent")).fill("40")
    page.locator(field(f"{activity}.result")).fill(result)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
@both_widths
def test_an_official_fills_in_everything_and_sends_it(
    visit: Callable[..., Page], office: Office, size: dict[str, int], script: bool
) -> None:
    page = visit(TRADE, size, script=script)
    asked = activities(page)
    assert len(asked) >= 5
    for activity in asked:
        fill_in(page, activity, f"Kết quả của {activity}")
    page.locator(field("said_by")).fill(SIGNED)
    press(page, "Gửi báo cáo")
    expect(page.get_by_role("heading", level=1)).to_have_text("Biên nhận báo cáo tiến độ")
    expect(page.locator("body")).to_contain_text(f"đã ghi nhận đủ {len(asked)} hoạt động")
    assert sorted(update.result for update in office.rows(Update)) == sorted(
        f"Kết quả của {activity}" for activity in asked
    )
    assert office.rows(Draft) == []


@both_widths
def test_axe_finds_no_fault_on_any_page_and_none_is_wider_than_the_screen(
    visit: Callable[..., Page], office: Office, size: dict[str, int]
) -> None:
    ours = [one for one in real_plan().plan.activities if UNION in one.lead and 2024 in one.years]
    carried = next(one.id for one in ours if 2023 in one.years)
    sent, silent = [one.id for one in ours if one.id != carried][:2]
    say(office.engine, carried, answer("Năm trước"), code="2023")
    say(office.engine, sent, answer("Đã gửi"))
    give_figure(office.engine, "htx-moi", 4, code="2023")
    page = visit(UNION, size)
    check(page)
    page.locator(f'[id="{silent}.nothing"]').check()
    page.locator(field("figure.htx-moi")).fill("2")
    press(page, f"Chép nội dung năm trước ({carried})")
    page.locator(field(f"{carried}.percent")).fill("250")
    press(page, "Gửi báo cáo")
    expect(page.get_by_role("alert")).to_contain_text("Chưa gửi được: còn 3 chỗ cần sửa")
    check(page)
    page.locator(field(f"{carried}.percent")).fill("25")
    page.locator(f'[id="{silent}.reason"]').fill("Chưa có hợp tác xã nào đề nghị")
    page.get_by_label("Số liệu đúng là đã giảm").check()
    press(page, "Gửi báo cáo")
    expect(page.get_by_role("heading", level=1)).to_have_text("Biên nhận báo cáo tiến độ")
    check(page)
    page.emulate_media(media="print")
    check(page)
    for address in ("/", "/b/khong-co", "/khong-co"):
        page.goto(office.address + address)
        check(page)


@pytest.mark.parametrize("agency", [TRADE, UNION])
def test_the_page_with_its_style_and_script_weighs_less_than_100_kb(
    browser: Browser, office: Office, agency: str
) -> None:
    context = browser.new_context()
    page = context.new_page()
    weights: dict[str, int] = {}
    page.on("response", lambda got: weights.update({urlsplit(got.url).path: len(got.body())}))
    page.goto(office.page_of(agency), wait_until="networkidle")
    context.close()
    assert {path for path in weights if not path.startswith("/b/")} >= {"/style.css", "/form.js"}
    assert sum(weights.values()) < HEAVIEST


def test_what_is_typed_is_kept_without_pressing_anything_and_is_there_on_another_device(
    visit: Callable[..., Page], office: Office
) -> None:
    page = visit(TRADE, PHONE)
    first, second = activities(page)[:2]
    page.locator(field(f"{first}.result")).fill("viết dở")
    expect(page.locator("#saved")).to_contain_text("Đã lưu nháp lúc ")
    page.locator(field(f"{second}.result")).fill("viết dở nữa")
    with page.expect_response(lambda got: got.request.method == "POST") as kept:
        pass
    assert kept.value.status == 200  # the second save is not taken for another person's
    desk = visit(TRADE, DESK)
    expect(desk.locator(field(f"{first}.result"))).to_have_value("viết dở")
    expect(desk.locator(field(f"{second}.result"))).to_have_value("viết dở nữa")
    assert office.rows(Update) == []


def test_a_page_left_open_does_not_save_over_what_another_has_saved_since(
    visit: Callable[..., Page], office: Office
) -> None:
    hers, his = visit(TRADE), visit(TRADE)
    activity = activities(hers)[0]
    hers.locator(field(f"{activity}.result")).fill("của Hoa")
    expect(hers.locator("#saved")).to_contain_text("Đã lưu nháp")
    his.locator(field(f"{activity}.result")).fill("của Bình")
    expect(his.locator("#saved")).to_contain_text(f"Chưa lưu {activity}, Kết quả thực hiện: người khác vừa lưu")
    assert [draft.typed[f"{activity}.result"] for draft in office.rows(Draft)] == ["của Hoa"]
    press(his, "Lưu nháp")
    expect(his.get_by_role("alert")).to_contain_text("Kết quả thực hiện: của Hoa")
    expect(his.locator(field(f"{activity}.result"))).to_have_value("của Bình")
    press(his, "Lưu nháp")
    expect(his.locator("#saved")).to_contain_text("Đã lưu nháp")
    assert [draft.typed[f"{activity}.result"] for draft in office.rows(Draft)] == ["của Bình"]


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_two_pages_that_change_different_fields_of_one_activity_lose_neither(
    visit: Callable[..., Page], office: Office, script: bool
) -> None:
    hers, his = visit(TRADE, script=script), visit(TRADE, script=script)
    first, second = activities(hers)[:2]
    hers.locator(field(f"{first}.result")).fill("của Hoa")
    his.locator(field(f"{first}.percent")).fill("40")
    his.locator(field(f"{second}.result")).fill("của Bình")
    for page in (hers, his):
        press(page, "Lưu nháp")
        expect(page.get_by_role("status").filter(has_text="Đã lưu nháp").first).to_be_visible()
    hers.locator(field(f"{first}.result")).fill("của Hoa, sửa")
    with hers.expect_response(lambda got: got.request.method == "POST"):
        press(hers, "Lưu nháp")
    again = visit(TRADE)
    expect(again.locator(field(f"{first}.result"))).to_have_value("của Hoa, sửa")
    expect(again.locator(field(f"{first}.percent"))).to_have_value("40")
    expect(again.locator(field(f"{second}.result"))).to_have_value("của Bình")
    assert len(office.rows(Draft)) == 1


def test_a_field_that_was_emptied_again_is_empty_in_the_draft(visit: Callable[..., Page], office: Office) -> None:
    page = visit(TRADE)
    first, second = activities(page)[:2]
    page.locator(field(f"{first}.result")).fill("gõ nhầm")
    page.locator(f'[id="{second}.nothing"]').check()
    press(page, "Lưu nháp")
    expect(page.locator("#saved")).to_contain_text("Đã lưu nháp")
    page.locator(field(f"{first}.result")).fill("")
    page.locator(f'[id="{second}.nothing"]').uncheck()
    with page.expect_response(lambda got: got.request.method == "POST"):
        press(page, "Lưu nháp")
    [draft] = office.rows(Draft)
    assert (draft.typed[f"{first}.result"], draft.typed[f"{second}.nothing"]) == ("", "")


def test_what_cannot_be_saved_is_told_and_is_not_left_unasked(visit: Callable[..., Page]) -> None:
    page = visit(TRADE)
    activity = activities(page)[0]
    page.context.set_offline(True)
    page.locator(field(f"{activity}.result")).fill("khi mất mạng")
    expect(page.locator("#saved")).to_contain_text("Chưa lưu được nháp")
    page.context.set_offline(False)
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.reload()
    assert asked == ["beforeunload"]


def test_what_is_sent_without_a_network_stays_on_the_page_and_leaves_once_it_is_back(
    visit: Callable[..., Page], office: Office
) -> None:
    page = visit(TRADE)
    fill_in(page, activities(page)[0], "gõ khi mất mạng")
    page.locator(field("said_by")).fill(SIGNED)
    page.context.set_offline(True)
    press(page, "Gửi báo cáo")
    expect(page.locator("#saved")).to_contain_text("Chưa gửi được")
    expect(page.locator(field(f"{activities(page)[0]}.result"))).to_have_value("gõ khi mất mạng")
    page.context.set_offline(False)
    press(page, "Gửi báo cáo")
    expect(page.get_by_role("heading", level=1)).to_have_text("Biên nhận báo cáo tiến độ")
    assert [update.result for update in office.rows(Update)] == ["gõ khi mất mạng"]


@pytest.mark.parametrize("status", [413, 500, 503])
def test_nothing_leaves_the_page_before_the_server_could_save_it(
    status: int, visit: Callable[..., Page], office: Office
) -> None:
    page = visit(TRADE)
    fill_in(page, activities(page)[0], "vẫn còn đây")
    page.locator(field("said_by")).fill(SIGNED)
    page.route("**/b/*", lambda route: route.fulfill(status=status, body="x"))
    press(page, "Gửi báo cáo")
    expect(page.locator("#saved")).to_contain_text("Chưa gửi được")
    expect(page.locator(field(f"{activities(page)[0]}.result"))).to_have_value("vẫn còn đây")
    assert office.rows(Update) == []


def test_to_save_and_to_press_enter_leaves_her_where_she_is(visit: Callable[..., Page]) -> None:
    page = visit(TRADE)
    last = activities(page)[-1]
    page.locator(field(f"{last}.percent")).fill("40")
    page.locator(field(f"{last}.percent")).press("Enter")
    expect(page.locator("#saved")).to_contain_text("Đã lưu nháp")
    assert page.evaluate("document.activeElement.id") == f"{last}.percent"
    assert page.evaluate("scrollY") > 0


def test_two_clicks_send_once(visit: Callable[..., Page], office: Office) -> None:
    page = visit(TRADE)
    fill_in(page, activities(page)[0], "một lần")
    page.locator(field("said_by")).fill(SIGNED)
    posts: list[str] = []
    page.on("request", lambda request: posts.append(request.post_data or "") if request.method == "POST" else None)
    page.get_by_role("button", name="Gửi báo cáo", exact=True).dblclick()
    expect(page.get_by_role("heading", level=1)).to_have_text("Biên nhận báo cáo tiến độ")
    assert sum("action=send" in one for one in posts) == 1
    assert len(office.rows(Update)) == 1


def test_a_save_under_way_ends_before_the_report_is_sent(visit: Callable[..., Page], office: Office) -> None:
    page = visit(TRADE)
    order: list[str] = []

    def slowly(route: sync_api.Route) -> None:
        draft = "action=save" in (route.request.post_data or "")
        order.append("save" if draft else "send")
        if draft:
            time.sleep(1)
        route.continue_()

    page.locator(field("said_by")).fill(SIGNED)
    fill_in(page, activities(page)[0], "xong")
    page.route("**/b/*", slowly)
    with page.expect_request(lambda request: request.method == "POST"):
        pass
    press(page, "Gửi báo cáo")
    expect(page.get_by_role("heading", level=1)).to_have_text("Biên nhận báo cáo tiến độ")
    assert (order[-1], set(order[:-1])) == ("send", {"save"})
    assert office.rows(Draft) == []
    assert len(office.rows(Update)) == 1


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_one_activity_is_sent_alone_and_the_rest_stays_typed(
    visit: Callable[..., Page], office: Office, script: bool
) -> None:
    page = visit(TRADE, PHONE, script=script)
    first, second = activities(page)[:2]
    fill_in(page, first, "gửi trước")
    page.locator(field(f"{second}.result")).fill("viết dở")
    page.locator(field("said_by")).fill(SIGNED)
    press(page, f"Gửi riêng hoạt động này ({first})")
    expect(page.get_by_role("status").first).to_contain_text(f"Đã ghi nhận {first}")
    expect(page.locator(field(f"{second}.result"))).to_have_value("viết dở")
    assert [update.result for update in office.rows(Update)] == ["gửi trước"]


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_the_keyboard_alone_is_enough(visit: Callable[..., Page], office: Office, script: bool) -> None:
    page = visit(TRADE, script=script)
    activity = activities(page)[0]

    def tab_to(selector: str) -> None:
        wanted = page.locator(selector).first
        for _ in range(400):
            page.keyboard.press("Tab")
            if wanted.evaluate("one => one === document.activeElement"):
                return
        raise AssertionError(f"Tab never comes to {selector}")

    tab_to(f'[id="{activity}.nothing"]')
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type("Chưa có đề nghị")
    page.keyboard.press("Enter")  # saves, and never sends
    expect(page.get_by_role("status").first).to_contain_text("Đã lưu nháp")
    assert office.rows(Update) == []
    tab_to("#said_by")
    page.keyboard.type(SIGNED)
    tab_to("button.main")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Biên nhận báo cáo tiến độ")
    [update] = office.rows(Update)
    assert update.result == "Không có phát sinh trong kỳ. Lý do: Chưa có đề nghị"


def test_a_figure_that_goes_down_is_asked_about_before_it_is_taken(
    visit: Callable[..., Page], office: Office
) -> None:
    give_figure(office.engine, "viec-lam-tht", 1253)
    page = visit(UNION, PHONE, script=False)
    page.locator(field("figure.viec-lam-tht")).fill("1.200")
    page.locator(field("said_by")).fill(SIGNED)
    press(page, "Gửi báo cáo")
    expect(page.get_by_role("alert")).to_contain_text("giảm từ 1.253 xuống 1.200")
    assert len(office.rows(Figure)) == 1
    page.get_by_label("Số liệu đúng là đã giảm").check()
    press(page, "Gửi báo cáo")
    assert [figure.value for figure in office.rows(Figure)] == [1253, 1200]


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
@both_widths
def test_a_coordinating_agency_adds_its_part_by_keyboard_and_the_lead_sees_it(
    visit: Callable[..., Page], office: Office, size: dict[str, int], script: bool
) -> None:
    page = visit("so-khdt", size, script=script)
    part = page.locator(field("II.10.part"))
    expect(part).to_be_hidden()
    page.locator("summary", has_text="Bổ sung nội dung phối hợp").focus()
    page.keyboard.press("Enter")
    expect(part).to_be_visible()
    if script:
        check(page)
    part.focus()
    page.keyboard.type("Đã bố trí vốn")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # the button that sends just this part
    expect(page.get_by_role("alert")).to_contain_text("Ghi họ tên, chức vụ người báo cáo.")
    expect(part).to_have_value("Đã bố trí vốn")
    expect(part).to_be_visible()
    page.locator(field("said_by")).fill(SIGNED)
    press(page, "Gửi riêng phần này (II.10)")
    expect(page.get_by_role("status").first).to_contain_text("Đã ghi nhận nội dung phối hợp II.10")
    assert [one.text for one in office.rows(Contribution)] == ["Đã bố trí vốn"]
    lead = visit(TRADE, size, script=script)
    card = lead.locator('[id="II.10"]')
    expect(card).to_contain_text("Cơ quan phối hợp gửi thêm, nguyên văn")
    expect(card).to_contain_text("Đã bố trí vốn")
    if script:
        check(page)
        check(lead)


@both_widths
def test_axe_finds_no_fault_where_an_agency_only_coordinates_or_two_people_disagree(
    visit: Callable[..., Page], office: Office, size: dict[str, int]
) -> None:
    hers, his = visit("ban-dan-toc", size), visit("ban-dan-toc", size)
    check(hers)
    for page, words in ((hers, "Của Hoa"), (his, "Của Bình")):
        page.locator(field("II.10.part")).fill(words)
        page.locator(field("said_by")).fill(SIGNED)
        press(page, "Gửi riêng phần này (II.10)")
    expect(his.get_by_role("alert")).to_contain_text("đã gửi nội dung khác")
    expect(his.get_by_text("Của Hoa")).to_be_visible()
    check(his)
    press(hers, "Gửi nội dung phối hợp")
    expect(hers.get_by_role("alert")).to_contain_text("Chưa có nội dung nào mới")
    assert [one.text for one in office.rows(Contribution)] == ["Của Hoa"]
