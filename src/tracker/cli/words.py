"""click's own words in Vietnamese, and Vietnamese on consoles that cannot print it.

click asks gettext for each of its words; the table stands in for a compiled catalogue.
"""

import codecs
import io
import sys
import unicodedata

import click
from click import core, exceptions, formatting, parser, types

WORDS = {
    "Usage:": "cách dùng:",
    "Positional arguments": "Tham số",
    "Options": "Tùy chọn",
    "Commands": "Lệnh",
    "Missing command.": "còn thiếu: LỆNH",
    "Got unexpected extra argument ({args})": "không hiểu: {args}",
    "Got unexpected extra arguments ({args})": "không hiểu: {args}",
    "Option {name!r} requires an argument.": "{name}: cần một giá trị",
    "Option {name!r} does not take a value.": "{name}: không có giá trị",
    "{value!r} is not a valid {number_type}.": "{value!r} không phải số",
}
WITHOUT_MARKS = str.maketrans({"đ": "d", "Đ": "D", "“": '"', "”": '"', "–": "-", "…": "..."})
"""What Unicode does not take apart into a plain letter and its marks."""


def speak_vietnamese() -> None:
    """Let click say WORDS from now on."""
    for module in (core, exceptions, formatting, parser, types):
        vars(module)["_"] = lambda text: WORDS.get(text, text)
        vars(module)["ngettext"] = lambda one, many, count: (
            WORDS.get(one, one) if count == 1 else WORDS.get(many, many)
        )


def misspelt(error: click.UsageError) -> str:
    """Return what is wrong with what was typed, in one line."""
    match error:
        case exceptions.NoSuchCommand():
            group = error.ctx.command if error.ctx else None
            names = ", ".join(map(repr, group.commands)) if isinstance(group, click.Group) else ""
            return f"LỆNH: không có {error.command_name!r}; chọn một trong: {names}"
        case click.NoSuchOption():
            return f"không hiểu: {error.option_name}"
        case click.MissingParameter(param=click.Parameter() as missing):
            return f"còn thiếu: {missing.opts[0] if isinstance(missing, click.Option) else missing.metavar}"
        case click.BadParameter(param=click.Parameter() as wrong):
            return f"{wrong.opts[0] if isinstance(wrong, click.Option) else wrong.metavar}: {error.message}"
        case _:
            return error.message


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
