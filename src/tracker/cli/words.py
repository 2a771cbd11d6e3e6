"""argparse's own words in Vietnamese. It asks gettext for each; this table stands in for a compiled catalogue."""

import argparse

WORDS = {
    "usage: ": "cách dùng: ",
    "positional arguments": "tham số",
    "options": "tùy chọn",
    "show this help message and exit": "xem hướng dẫn này",
    "%(prog)s: error: %(message)s\n": "%(prog)s: %(message)s\n",
    "argument %(argument_name)s: %(message)s": "%(argument_name)s: %(message)s",
    "invalid choice: %(value)r (choose from %(choices)s)": "không có %(value)r; chọn một trong: %(choices)s",
    "the following arguments are required: %s": "còn thiếu: %s",
    "unrecognized arguments: %s": "không hiểu: %s",
    "ambiguous option: %(option)s could match %(matches)s": "%(option)s có thể là: %(matches)s",
    "expected one argument": "cần một giá trị",
    "invalid %(type)s value: %(value)r": "%(value)r không phải số",  # only --year has no words of its own
}


def speak_vietnamese() -> None:
    """Let argparse say WORDS from now on."""
    argparse._ = lambda text: WORDS.get(text, text)  # type: ignore[attr-defined]
