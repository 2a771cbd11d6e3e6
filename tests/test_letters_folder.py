"""The folder of letters: a file for each key, and one file alone."""

import pytest

from tracker.letters.transports.folder import file_name


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("remind:2024:so-cong-thuong:before-10", "remind-2024-so-cong-thuong-before-10.eml"),
        ("remind:2024:so-noi-vu:before-2@2024-11-20+2", "remind-2024-so-noi-vu-before-2@2024-11-20+2.eml"),
        ("remind:yeu-cau-1:so-noi-vu:before-2", "remind_yeu-cau-1_so-noi-vu_before-2.eml"),
        ("returned:2024:II.10:so-cong-thuong:3", "returned-2024-II.10-so-cong-thuong-3.eml"),
        ("../../x:2024:a/b:opening", "..%2F..%2Fx-2024-a%2Fb-opening.eml"),
    ],
)
def test_a_file_is_called_after_its_letter(key: str, name: str) -> None:
    assert file_name(key) == name


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("remind:2024:so-x:opening", "remind:2024-so:x:opening"),
        ("remind:2024:so_x:opening", "remind:2024:so-x:opening"),
        ("remind:q-1:x:opening", "remind:q:1-x:opening"),
        ("remind:q-1:x:opening", "remind:q_1:x:opening"),
        ("receipt:2024:x:1+2", "receipt:2024:x:1@2"),
        ("returned:2024:II-1:x:2", "returned:2024:II:1-x:2"),
        ("remind:2024:x:opening%2B", "remind:2024:x:opening+"),
    ],
)
def test_two_letters_never_share_a_file(one: str, other: str) -> None:
    assert file_name(one) != file_name(other)
