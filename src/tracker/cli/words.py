"""argparse's own words in Vietnamese, and Vietnamese on consoles that cannot print it.

argparse asks gettext for each of its words; the table stands in for a compiled catalogue.
"""

import argparse
import codecs
import io
import sys
import unicodedata

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
WITHOUT_MARKS = str.maketrans({"đ": "d", "Đ": "D", "“": '"', "”": '"', "–": "-", "…": "..."})
"""What Unicode does not take apart into a plain letter and its marks."""


def speak_vietnamese() -> None:
    """Let argparse say WORDS from now on."""
    argparse._ = lambda text: WORDS.get(text, text)  # type: ignore[attr-defined]


def print_on_any_console() -> None:
    """Let a console whose character set lacks Vietnamese print letters without their marks, not a traceback."""
    codecs.register_error("without-marks", _without_marks)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="without-marks")


def _without_marks(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    plain = unicodedata.normalize("NFD", error.object[error.start : error.end].translate(WITHOUT_MARKS))
    letters = (letter for letter in plain if not unicodedata.combining(letter))
    return "".join(letter if letter.isascii() else "?" for letter in letters), error.end
