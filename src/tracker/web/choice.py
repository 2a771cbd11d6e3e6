"""Which activities the answering page shows where there are many: by words, by standing, some at a time."""

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from tracker.answers.form import Entry
from tracker.language import N_
from tracker.plan.model import Plan
from tracker.progress import OWED, DutyState
from tracker.words import decomposed

MOST = 30
"""Activities on one page; where an agency owes no more than that, there is nothing to choose."""
LONGEST_WORDS = 200
STANDINGS: Mapping[str, tuple[str, Collection[DutyState]]] = {
    "": (N_("Tất cả"), frozenset(DutyState)),
    "con-thieu": (N_("Còn phải báo cáo"), OWED),
    "tra-lai": (N_("Bị trả lại"), {DutyState.RETURNED}),
    "da-gui": (N_("Đã gửi"), {DutyState.SUBMITTED}),
    "da-duyet": (N_("Đã duyệt"), {DutyState.ACCEPTED}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What somebody chose to see."""

    words: str = ""
    standing: str = ""
    """A key of STANDINGS."""
    page: int = 1

    @property
    def query(self) -> str:
        """Return what tells it in an address; empty where nothing was chosen."""
        given = {"tim": self.words, "loc": self.standing, "trang": str(self.page) if self.page > 1 else ""}
        chosen = {name: value for name, value in given.items() if value}
        return f"?{urlencode(chosen)}" if chosen else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The activities that a page shows, of all that were found."""

    choice: Choice
    entries: Sequence[Entry]
    found: int
    pages: int
    many: bool
    """There are so many that one may choose."""


def read_choice(given: Mapping[str, str], page: str = "") -> Choice:
    """Return what the fields, or the address, `given` choose; `page` stands for the page among them.

    A form also tells in `chon` what it shows: of another choice the first page comes.
    """
    words = " ".join(given.get("tim", "").split())[:LONGEST_WORDS]
    standing = given.get("loc", "") if given.get("loc") in STANDINGS else ""
    same = given.get("chon", f"{words}/{standing}") == f"{words}/{standing}"
    number = (page or given.get("trang", "")) if same else ""
    return Choice(
        words=words,
        standing=standing,
        page=max(1, int(number)) if number.isascii() and number.isdigit() and len(number) < 6 else 1,
    )


def shown_entries(choice: Choice, entries: Sequence[Entry], plan: Plan) -> Shown:
    """Return which of `entries` the page shows; what is wrong is shown on any."""
    if len(entries) <= MOST:
        return Shown(choice=Choice(), entries=entries, found=len(entries), pages=1, many=False)
    words, (_, states) = _plain(choice.words).split(), STANDINGS[choice.standing]

    def fits(entry: Entry) -> bool:
        area = plan.area(entry.activity.content)
        text = _plain(f"{entry.label} {entry.activity.title} {area.printed_as or ''} {area.title}")
        return entry.duty.state in states and all(word in text for word in words)

    found = [entry for entry in entries if fits(entry)]
    pages = max(1, -(-len(found) // MOST))
    page = min(choice.page, pages)
    here = {id(entry) for entry in found[(page - 1) * MOST : page * MOST]}
    return Shown(
        choice=Choice(words=choice.words, standing=choice.standing, page=page),
        entries=[entry for entry in entries if id(entry) in here or entry.faults],
        found=len(found),
        pages=pages,
        many=True,
    )


def _plain(text: str) -> str:
    """Return `text` without case and marks: people search in a hurry."""
    marked = decomposed(text.casefold().replace("đ", "d"))
    return "".join(letter for letter in marked if not unicodedata.combining(letter))
