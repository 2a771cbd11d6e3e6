"""Nothing leaves the answering page before the server has answered, in Chromium and in Firefox."""

from collections.abc import Callable, Iterator

import browsing
import pytest
from answering import answer, real_plan, say
from browsing import SIGNED, TRADE, Office
from firefox import Firefox, needs_firefox, started_firefox
from playwright.sync_api import Page, expect

from tracker.store.engine import writing
from tracker.store.links import withdraw_links
from tracker.store.periods import find_period
from tracker.store.tables import Draft, Evidence, Update

browser, office, visit = browsing.browser, browsing.office, browsing.visit
Visit = Callable[..., Page]


def fill_in(page: Page, result: str) -> str:
    activity = page.locator("fieldset.card").first.get_attribute("id")
    page.locator(f'[name="{activity}.status"][value="under_way"]').check()
    page.locator(f'[name="{activity}.result"]').fill(result)
    page.locator("#said_by").fill(SIGNED)
    return f'[name="{activity}.result"]'


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def test_what_is_wrong_is_shown_on_the_page_that_was_never_left(visit: Visit, office: Office) -> None:
    page = visit(TRADE)
    fill_in(page, "Đã mở lớp")
    page.locator("#said_by").fill("")
    page.evaluate("window.stayed = true")
    press(page, "Gửi báo cáo")
    expect(page.get_by_role("alert")).to_contain_text("Chưa gửi được: còn 1 chỗ cần sửa")
    expect(page.get_by_role("alert")).to_be_focused()
    assert page.title().startswith("Lỗi: ")
    assert page.evaluate("window.stayed")
    expect(page.locator("#saved")).to_contain_text("Đã lưu nháp")  # though it was not sent
    page.locator("#said_by").fill(SIGNED)
    press(page, "Gửi báo cáo")
    expect(page.get_by_role("heading", level=1)).to_have_text("Biên nhận báo cáo tiến độ")
    assert [one.result for one in office.rows(Update)] == ["Đã mở lớp"]
    assert office.rows(Draft) == []


def test_a_link_that_was_withdrawn_meanwhile_takes_no_words_away(visit: Visit, office: Office) -> None:
    page = visit(TRADE)
    result = fill_in(page, "viết khi đường dẫn còn mở")
    with writing(office.engine) as session:
        withdraw_links(session, find_period(session, "2024"), TRADE, office.settings.now())
    press(page, "Gửi báo cáo")
    expect(page.locator("#saved")).to_contain_text(
        "Chưa gửi được: đường dẫn không còn hiệu lực. Hãy chép nội dung"
    )
    expect(page.locator(result)).to_have_value("viết khi đường dẫn còn mở")


@pytest.mark.parametrize("status", [0, 500, 503])
def test_a_workbook_sent_in_vain_takes_no_words_away(visit: Visit, status: int) -> None:
    page = visit(TRADE)
    result = fill_in(page, "viết dở")
    expect(page.locator("#saved")).to_contain_text("Đã lưu nháp")
    page.route("**/tep", lambda route: route.fulfill(status=status, body="x") if status else route.abort())
    page.locator("#file").set_input_files({"name": "a.xlsx", "mimeType": "", "buffer": b"x"})
    press(page, "Gửi tệp")
    expect(page.locator("#saved")).to_contain_text("Chưa gửi được")
    expect(page.locator(result)).to_have_value("viết dở")


def test_a_server_in_trouble_gives_the_code_that_its_log_has(visit: Visit) -> None:
    page = visit(TRADE)
    fill_in(page, "viết dở")
    notice = '<p class="aside">Mã: ABC123</p>'
    page.route("**/b/*", lambda route: route.fulfill(status=500, content_type="text/html", body=notice))
    press(page, "Gửi báo cáo")
    expect(page.locator("#saved")).to_contain_text("Mã: ABC123")


def test_last_years_answer_is_copied_into_empty_fields_by_a_button(visit: Visit, office: Office) -> None:
    ours = next(
        one.id for one in real_plan().plan.activities if TRADE in one.lead and {2023, 2024} <= {*one.years}
    )
    say(office.engine, ours, answer("Năm trước", percent=40, difficulties="Kinh phí"), code="2023")
    page = visit(TRADE)
    expect(page.locator(f'[name="{ours}.result"]')).to_have_value("")
    page.locator(f'[name="{ours}.percent"]').fill("70")
    press(page, f"Chép nội dung năm trước ({ours})")
    expect(page.locator(f'[name="{ours}.result"]')).to_have_value("Năm trước")
    expect(page.locator(f'[name="{ours}.difficulties"]')).to_be_visible()
    expect(page.locator(f'[name="{ours}.percent"]')).to_have_value("70")
    expect(page.locator(f'[name="{ours}.status"][value="under_way"]')).to_be_focused()
    expect(page.locator("#saved")).to_contain_text("Đã lưu nháp")
    browsing.check(page)


@pytest.fixture(scope="module")
def firefox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    with started_firefox(tmp_path_factory.mktemp("firefox")) as started:
        yield started


def type_in(window: Firefox, result: str) -> None:
    window.run(
        "const card = document.querySelector('fieldset.card');"
        "card.querySelector('[value=under_way]').checked = true;"
        "const text = document.getElementById(card.id + '.result'); text.value = arguments[0];"
        "document.getElementById('said_by').value = 'Chuyên viên (minh họa)';"
        "text.dispatchEvent(new Event('input', {bubbles: true}));",
        result,
    )


def result_in(window: Firefox) -> str:
    script = "return document.getElementById(document.querySelector('fieldset.card').id + '.result').value"
    return str(window.run(script))


@needs_firefox
def test_in_firefox_what_is_too_long_stays_on_the_page(firefox: Firefox, office: Office) -> None:
    firefox.ask("Navigate", url=office.page_of(TRADE))
    type_in(firefox, "dài" * 400_000)
    firefox.run("document.querySelector('button.main').click()")
    firefox.wait("document.getElementById('saved').textContent.startsWith('Chưa gửi được: nội dung quá dài')")
    assert len(result_in(firefox)) == 1_200_000
    assert office.rows(Update) == []


@needs_firefox
def test_in_firefox_what_is_sent_to_a_server_that_is_away_stays_on_the_page(
    firefox: Firefox, office: Office
) -> None:
    firefox.ask("Navigate", url=office.page_of(TRADE))
    type_in(firefox, "gõ khi mất mạng")
    firefox.run("window.asked = window.fetch; window.fetch = () => Promise.reject(new TypeError('offline'))")
    firefox.run("document.querySelector('button.main').click()")
    firefox.wait("document.getElementById('saved').textContent.startsWith('Chưa gửi được: không nối được')")
    assert result_in(firefox) == "gõ khi mất mạng"
    firefox.run("window.fetch = window.asked")
    firefox.run("document.querySelector('button.main').click()")
    firefox.wait("document.querySelector('h1').textContent === 'Biên nhận báo cáo tiến độ'")
    assert [one.result for one in office.rows(Update)] == ["gõ khi mất mạng"]


def test_a_file_too_large_is_refused_before_it_is_sent_and_one_taken_is_told(visit: Visit, office: Office) -> None:
    page = visit(TRADE)
    page.goto(page.url + "/tai-lieu")
    posts: list[str] = []
    page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    page.locator("#given_by").fill(SIGNED)
    page.locator("#file").set_input_files(
        {"name": "a.pdf", "mimeType": "", "buffer": b"%PDF-" + bytes(10_500_000)}
    )
    press(page, "Gửi tệp")
    expect(page.locator("#saved")).to_contain_text("Tệp lớn 10,5 MB; tối đa 10 MB. Nén ảnh hoặc tách tệp")
    assert posts == []
    page.locator("#file").set_input_files({"name": "a.exe", "mimeType": "", "buffer": b"MZ"})
    press(page, "Gửi tệp")
    expect(page.get_by_role("alert")).to_be_focused()
    browsing.check(page)
    page.locator("#file").set_input_files({"name": "a.pdf", "mimeType": "", "buffer": b"%PDF-1.7"})
    press(page, "Gửi tệp")
    expect(page.get_by_role("status").first).to_contain_text("Đã nhận tệp a.pdf")
    browsing.check(page)
    press(page, "Rút tệp a.pdf")
    expect(page.get_by_role("status").first).to_contain_text("Đã rút tệp a.pdf")
    browsing.check(page)
    press(page, "Lấy lại tệp này")
    expect(page.get_by_role("status").first).to_contain_text("Đã nhận tệp a.pdf")
    assert office.rows(Evidence)[0].removed_at is None
