"""`python -m benchmarks.doors`: what bad input costs at every door, each time with twice as much of it."""

import gc
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from math import inf
from operator import itemgetter
from typing import Any
from urllib.parse import parse_qsl

from benchmarks.door_workbooks import sheets, workbook
from tracker.answers.checks import check_figure, clean_text
from tracker.errors import TrackerError
from tracker.inbox.html_text import text_of_html
from tracker.inbox.incoming import LIMIT, read_message
from tracker.inbox.quotation import own_words
from tracker.plan.reader import LARGEST, parse_plan
from tracker.report.tidy import tidy
from tracker.web.request import MOST_FIELDS
from tracker.words import composed, decomposed
from tracker.workbook.model import fingerprint
from tracker.workbook.read import read_workbook

GROWTH = 2.6
"""What twice the input may cost: 1.3 times what grows as the input does."""
FLOOR = 0.02
"""Seconds below which a time says more of the machine than of the input."""
RUNS = 3
TRIES = (1, 3, 5, 7)
"""Runs of each size at the first try and at each later one, which only a door above GROWTH has."""
MARKS = "\u0315\u0300\u05ae\u0316"
"""Marks in the worst order: each has to pass those before it."""


@dataclass(frozen=True, slots=True)
class Door:
    """A way in: `make` gives bad input of a size, `take` is what reads it."""

    name: str
    bound: int
    """The largest size that the test looks at."""
    make: Callable[[int], Any]
    take: Callable[[Any], object]
    most: int = 0
    """The largest size that is not refused, where that is far above `bound`; the table alone reaches it."""
    clock: Callable[[], float] = time.process_time
    """What is measured: processor time, in seconds."""

    def growth(self, size: int, runs: int = RUNS) -> tuple[float, float, float]:
        """Return the seconds for `size`, for twice as much, and how often the first fit into the second.

        Each is the best processor time of `runs`, taken in turn; what is refused counts as read.
        """
        inputs = [self.make(size), self.make(2 * size)]
        best = [inf, inf]
        gc.disable()
        try:
            for _ in range(runs):
                best = [min(before, self._seconds(given)) for before, given in zip(best, inputs, strict=True)]
        finally:
            gc.enable()
        once, twice = best
        return once, twice, max(twice, FLOOR) / max(once, FLOOR)

    def calm_growth(self, size: int) -> tuple[float, float, float]:
        """Return the growth, measured anew where it is too much: other work on the machine only ever adds."""
        tries: list[tuple[float, float, float]] = []
        for runs in TRIES:
            tries.append(self.growth(size, runs))
            if tries[-1][2] <= GROWTH:
                break
        return min(tries, key=itemgetter(2))

    def _seconds(self, given: Any) -> float:
        start = self.clock()
        with suppress(TrackerError, ValueError):
            self.take(given)
        return self.clock() - start


def _repeated(piece: str, ends: str = "") -> Callable[[int], str]:
    return lambda size: (piece * (size // len(piece) + 1))[:size] + ends


def _mail(head: str, piece: str, body: str = "") -> Callable[[int], bytes]:
    return lambda size: (head + (piece * (size // len(piece) + 1))[:size] + body).encode()


def _numbered(piece: str, before: str = "") -> Callable[[int], bytes]:
    return lambda size: (before + "".join(piece.format(number) for number in range(size))).encode()


def _typed(text: str) -> object:
    return clean_text(text, {}, "result")


def _form(text: str) -> object:
    return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)


REPORT = "From: <>\nSubject: Undeliverable\nContent-Type: multipart/report; boundary=b\n\n--b\n\n"
BOUNCE = "From: <mailer-daemon@x.example>\nSubject: Undeliverable\n\n"
PLAN = "content: []\nactivities:\n"
FORM, TEXT, HTML, PARTS, ROWS = 1_000_000, 20_000, 200_000, 1_000_000, 1_990
MAIL, FILE = LIMIT - 500, LARGEST - 500
"""Bytes of the largest mail and the largest plan file, without what stands around the bad input."""
DOORS = (
    Door("marks in any text", FORM, _repeated("a" + MARKS * 250_000), composed),
    Door("marks in any text, each run at its bound", FORM, _repeated("a" + MARKS * 7), composed),
    Door("marks that come apart into two", FORM, _repeated("\u0f73\u0f75\u0f81"), composed),
    Door("signs that are no marks, in runs", FORM, _repeated("━" * 30 + "┃" * 30), composed),
    Door("signs that nobody sees", FORM, _repeated("a\u202e\u0300\u200b"), composed),
    Door("marks in a drawn text", FORM, _repeated(MARKS), decomposed),
    Door("a text of the page: marks", FORM, _repeated(MARKS), _typed),
    Door("a text of the page: line breaks", FORM, _repeated("\r\n"), _typed),
    Door("a figure of the page: digits", FORM, _repeated("1.000"), lambda text: check_figure(text, "người")),
    Door(
        "a form: fields",
        FORM,
        _repeated("a=&"),
        _form,
    ),
    Door("a form: coded signs", FORM, _repeated("a=%C3%A1"), _form),
    Door("a cell's print", FORM, _repeated(MARKS), lambda text: fingerprint([text])),
    *(
        Door(f"the memo's tidying: {piece!r}", TEXT, _repeated(piece), tidy)
        for piece in ("a.", "a ,", "aa.Aa", "- ", "a\n", " ", MARKS)
    ),
    *(
        Door(f"a quotation: {piece!r}", TEXT, _repeated(piece, ends), own_words)
        for piece, ends in (
            ("On 1 wrote:\n>\n", ""),
            ("On 1 " + "a" * 390 + "\n", ""),
            ("\n", "x"),
            ("on on on on 1", ""),
            ("From:\n", ""),
            ("-", ""),
            (" ", "x"),
            ("_\n", ""),
        )
    ),
    *(
        Door(f"HTML: {piece!r}", HTML, _repeated(piece), text_of_html)
        for piece in (
            "<",
            "<!--",
            "<style>",
            "</style",
            "<a ",
            "&",
            "&#1",
            "<p>",
            "\n",
            "<blockquote>",
            "<p> &nbsp;",
        )
    ),
    *(
        Door(f"mail: {name}", PARTS, _mail(head, piece, body), read_message, MAIL)
        for name, head, piece, body in (
            ("header lines", "", "X-A: b\n", "\n\nx"),
            ("a folded header", "Subject: a", "\n a", "\n\nx"),
            ("blanks in a header", "Subject: a", " \n", "\n\nx"),
            ("coded words", "Subject: ", "=?utf-8?q?=C3?= ", "\n\nx"),
            ("addresses", "From: ", "<a@", "\n\nx"),
            ("identities", "References: ", "<a@b> ", "\n\nx"),
            ("parameters", "Content-Type: text/plain; ", 'a="b; ', "\n\nx"),
            ("parts", "Content-Type: multipart/mixed; boundary=b\n\n", "--b\n\nx\n", ""),
            ("half boundaries", "Content-Type: multipart/mixed; boundary=b\n\n", "--b \t", ""),
            ("levels", "", "Content-Type: message/rfc822\n\n", ""),
            ("Base64", "Content-Transfer-Encoding: base64\n\n", "YQ=\n", ""),
            ("quoted-printable", "Content-Transfer-Encoding: quoted-printable\n\n", "=\n=C3", ""),
            ("marks", "Subject: a\n\n", MARKS, ""),
            ("an HTML body", "Content-Type: text/html\n\n", "<p><!--", ""),
        )
    ),
    *(
        Door(f"a returned letter: {name}", TEXT, _mail(head, piece), read_message)
        for name, head, piece in (
            ("addresses", BOUNCE, "a1@b.example\n\n"),
            ("blank lines", BOUNCE + "a@b.example", "\n"),
            ("colons and blanks", BOUNCE + "a@b.example", ": "),
            ("codes", BOUNCE + "a@b.example", "5.1.1.1 "),
            ("signs before @", BOUNCE, "a" * 64),
        )
    ),
    Door(
        "a delivery report: recipients",
        PARTS,
        _mail(
            f"{REPORT}a@b.example\n\n--b\nContent-Type: message/delivery-status\n\n", "Final-Recipient: a;a@b\n\n"
        ),
        read_message,
    ),
    *(Door(f"a workbook: {name}", bound, make, read_workbook) for name, bound, make in sheets(MARKS, ROWS)),
    Door(
        "a workbook: marks in a sheet's title",
        90_000,
        lambda size: workbook(title="a" + MARKS * (size // 4)),
        read_workbook,
    ),
    *(
        Door(f"the plan: {name}", bound, make, parse_plan, FILE // length)
        for name, bound, length, make in (
            ("marks", FORM, 2, lambda size: ("a: " + _repeated(MARKS)(size)).encode()),
            ("escaped marks", FORM // 8, 12, lambda size: ('a: "' + "\\u0315\\u0300" * size + '"').encode()),
            ("unknown keys", 20_000, 12, _numbered("a{}: 1\n")),
            ("equal keys", 20_000, 5, lambda size: b"a: 1\n" * size),
            ("unknown agencies", 4_000, 50, _numbered("  - {{id: I.{0}, title: a, lead: x{0}}}\n", PLAN)),
            ("equal rows", 4_000, 34, lambda size: (PLAN + "  - {id: I.1, title: a, lead: x}\n" * size).encode()),
            (
                "a long list",
                20_000,
                9,
                lambda size: f"plan: {{years: [{', '.join(map(str, range(size)))}]}}\n".encode(),
            ),
            (
                "a row of successors",
                8_000,
                100,
                _numbered(
                    "  a{0}: {{name: A{0}, short: A{0}, succeeded_by: {{agency: a1{0}, since: 2025-03-01}}}}\n",
                    "agencies:\n",
                ),
            ),
            ("open brackets", FORM, 1, lambda size: b"[" * size),
            ("tabs", FORM, 1, lambda size: b"\t\n" * (size // 2)),
            ("blank lines", FORM, 1, lambda size: b"\n" * size),
        )
    ),
)


def sizes(door: Door) -> list[int]:
    """Return the sizes at which the table doubles the input of `door`."""
    return [door.bound // 8, door.bound // 4, door.bound // 2, *([door.most // 2] if door.most else [])]


def main() -> None:
    """Print the table of doors; the last lines say which grew most, and which too fast."""
    print(f"{'door':58}{'size':>10}{'time':>11}{'doubled':>11}{'ratio':>7}")
    ratios: dict[str, float] = {}
    for door in DOORS:
        for size in sizes(door):
            once, twice, ratio = door.calm_growth(size)
            times = f"{once * 1000:>8.1f} ms{twice * 1000:>8.1f} ms"
            print(f"{door.name[:57]:58}{size:>10,}{times}{ratio:>7.2f}", flush=True)
            ratios[door.name] = max(ratio, ratios.get(door.name, 0))
    steep = [name for name, ratio in ratios.items() if ratio > GROWTH]
    worst = max(ratios, key=ratios.__getitem__)
    print(f"{len(DOORS)} doors; steeper than {GROWTH}: {', '.join(steep) or 'none'}")
    print(f"worst ratio: {ratios[worst]:.2f}, {worst}. Times below {FLOOR * 1000:.0f} ms count as that.")


if __name__ == "__main__":
    main()
