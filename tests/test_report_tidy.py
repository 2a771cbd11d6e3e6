"""What agencies wrote is put right in spacing, bullets and capitals, and nothing else is touched."""

import unicodedata

import pytest
from generated_texts import generated_texts
from hypothesis import given
from hypothesis import strategies as st

from tracker.report.tidy import tidy
from tracker.words import UNSEEN

WRITTEN = st.text(st.sampled_from('aăđảẤb AB.,;:!?-–•*+()"/@_ \t\u00a0\n0123456789é'), max_size=80)


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("  đã  mở 3 lớp ,có 20 nữ . ", "Đã mở 3 lớp, có 20 nữ."),
        ("• mở lớp\n\n*  tập huấn;30 người\n-Đã xong", "- Mở lớp\n- Tập huấn; 30 người\n- Đã xong"),
        ("mở hai\nlớp tập huấn.\nđã xong", "Mở hai\nlớp tập huấn.\nĐã xong"),
        ("đã xong.Đang chờ vốn. hết", "Đã xong. Đang chờ vốn. Hết"),
        (unicodedata.normalize("NFD", "Hỗ trợ hợp tác xã"), "Hỗ trợ hợp tác xã"),
        ("cùng ThS. an tại tp. cần thơ, v.v. và nơi khác", "Cùng ThS. an tại tp. cần thơ, v.v. và nơi khác"),
        ("số tiền 1.253,5 triệu đồng; -5 HTX", "Số tiền 1.253,5 triệu đồng; -5 HTX"),
        ("phu-nu@so.example. xem https://so.example/a,b", "phu-nu@so.example. xem https://so.example/a,b"),
        ("1. mở lớp\n2) tập huấn", "1. mở lớp\n2) tập huấn"),
        ("=1+2\n{{ x }} #set page(fill: red)", "=1+2\n{{ x }} #set page(fill: red)"),
        ("+84 912 000 000", "+84 912 000 000"),
        ("\n \n", ""),
        ("- mở lớp\n+ trong đó 05 nữ\no\tnghề may", "- Mở lớp\n+ Trong đó 05 nữ\n+ Nghề may"),
        ("1\tđan lát\txã Ô Lâm\t30\t45.000.000", "1 | đan lát | xã Ô Lâm | 30 | 45.000.000"),
        ("1.\tmở lớp\n-\ttập huấn", "1. mở lớp\n- Tập huấn"),
        ("\uf0b7 mở lớp\n\uf0a7\ntập huấn\nđến \uf0fc nay", "- Mở lớp\n- Tập huấn\nđến nay"),
    ],
)
def test_a_text_is_put_right(typed: str, printed: str) -> None:
    assert tidy(typed) == printed


@given(WRITTEN)
def test_no_letter_is_lost_added_or_moved(typed: str) -> None:
    assert letters(tidy(typed)) == letters(typed)


@given(WRITTEN)
def test_what_is_tidy_stays_as_it_is(typed: str) -> None:
    assert tidy(tidy(typed)) == tidy(typed)


def test_hostile_texts_keep_their_letters_too() -> None:
    for typed in generated_texts(2_000):
        assert letters(tidy(typed)) == letters(UNSEEN.sub("", typed))
        assert tidy(tidy(typed)) == tidy(typed)


def letters(text: str) -> str:
    """Return what is not spacing, a bullet, the edge of a cell or a capital."""
    return "".join(
        c for c in unicodedata.normalize("NFC", text).casefold() if not c.isspace() and c not in "-–—*•·●▪◦➢❖✓☑+|o"
    )
