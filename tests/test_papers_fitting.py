"""What is known of a text's size before it is set."""

import pytest

from tracker.papers.fitting import MAY_BREAK, broken, height


@pytest.mark.parametrize("text", ["Đã tổ chức 02 hội nghị " * 40, "II.10", "nghiêng\nngả", "2023,", ""])
def test_usual_words_are_left_as_they_are(text: str) -> None:
    assert broken(text, 12, 15) == text


def test_a_word_wider_than_its_line_may_break_at_every_letter_and_its_neighbours_may_not() -> None:
    word = "https://vi.example/" + "a" * 40
    assert broken(f"Xem {word} đó", 12, 59) == f"Xem {MAY_BREAK.join(word)} đó"


def test_marks_and_joined_emoji_stay_with_their_letter() -> None:
    assert broken("e\u0302\u0301" * 40, 12, 30).split(MAY_BREAK) == ["e\u0302\u0301"] * 40
    family = "👨\u200d👩\u200d👧"
    assert set(broken(family * 40, 12, 30).split(MAY_BREAK)) == {family}
    assert set(broken("👍🏽" * 40, 12, 30).split(MAY_BREAK)) == {"👍🏽"}


def test_a_row_is_as_high_as_its_highest_cell() -> None:
    one = height([("Hội LHPN tỉnh", 59)], 12)
    assert one == pytest.approx(4.9, abs=0.1)
    assert height([("Hội LHPN tỉnh", 59), ("a\nb\nc", 59)], 12) == pytest.approx(3 * one)
    assert height([("Đã mở lớp tập huấn. " * 100, 59)], 12) > 250
