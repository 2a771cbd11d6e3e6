"""Every error the tracker raises on purpose.

    TrackerError                exit status 1 unless it says otherwise
    ├── Faults                  a plan file, a workbook or a template is not usable; carries all its faults
    ├── BadInput                a value from a person is not usable: a date, an agency, a period
    │   └── PeriodClosed        the period takes no answers any more
    ├── Unagreed                applying the plan would move or drop answers; names all of them
    ├── StoreError              the database cannot be used
    │   └── NothingApplied      it holds no plan yet, or is not there at all
    ├── SettingsError           a TRACKER_* setting is not usable
    ├── FileTrouble             a file or folder cannot be read or written
    ├── DeliveryError           a letter did not leave; says whether trying again can help
    └── MailboxShut             the mailbox does not open, or closed on us; what it holds waits there

Messages are Vietnamese, for they are read by officials; each names the thing, the place and the way out.
"""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import islice

COMPARED, LONGEST_NAME = 300, 60
"""Names that one unknown name is held against, and letters of a name that are looked at: comparing is slow."""


class TrackerError(Exception):
    """The root: its text is shown to the person as it stands."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with what somebody gave: where, what, and the way out; no full stops."""

    place: str | tuple[str, str]
    """In a file: `Báo cáo!G7`, `memo.txt:12`. In a submission: the entry or target, and which field of it."""
    what: str
    """Empty where the way out says it all."""
    remedy: str

    @property
    def entry(self) -> str:
        """Return what a fault of a submission is about."""
        return self.place[0]

    @property
    def field(self) -> str:
        """Return which field of its entry a fault of a submission is about."""
        return self.place[1]

    def of(self, entry: str) -> "Fault":
        """Return the same fault of the entry, target or activity called `entry`."""
        return replace(self, place=(entry, self.field))

    def __str__(self) -> str:
        """Return a line with the place in a file first; else a sentence, for a page shows it at its field."""
        words = "; ".join(part for part in (self.what, self.remedy) if part)
        return f"{self.place}: {words}" if isinstance(self.place, str) else f"{words[:1].upper()}{words[1:]}."


class Faults(TrackerError):
    """Something that was given has faults, and nothing of it counts; `faults` are ready to print, one a line."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(dict.fromkeys(faults))
        super().__init__("\n".join(map(str, self.faults)))


WHOLE_FILE = "Tệp"
"""The place of a fault that is a workbook's as a whole."""


class BadInput(TrackerError):
    """A value given by a person is not usable."""


class PeriodClosed(BadInput):
    """The period takes no answers any more: `what` says since when, `remedy` whom to ask."""

    def __init__(self, what: str, remedy: str) -> None:
        self.what, self.remedy = what, remedy
        super().__init__(f"{what}; {remedy}")


class Unagreed(TrackerError):
    """Applying a plan would move or drop what agencies said, and nobody agreed to that."""


class StoreError(TrackerError):
    """The database cannot be opened, is from a newer version, or refuses a write.

    `shown` is what a page says of it: no path, no host, no command.
    """

    def __init__(self, message: str, shown: str = "máy chủ chưa dùng được cơ sở dữ liệu") -> None:
        self.shown = shown
        super().__init__(message)


class NothingApplied(StoreError):
    """No plan was applied yet."""

    def __init__(self) -> None:
        super().__init__("chưa áp dụng kế hoạch nào; chạy: tracker apply", "chưa áp dụng kế hoạch nào")


class SettingsError(TrackerError):
    """A setting is not usable."""


class FileTrouble(TrackerError):
    """A file or folder cannot be read or written."""


class DeliveryError(TrackerError):
    """A letter did not leave.

    `permanent` is True when sending the same letter again cannot help (an SMTP 5xx). `reply` is kept with the
    letter, and pages show it: the server's own answer, or `shown`, with no path, no setting, no command.
    `unreachable` is True when the door itself did not open, so that other letters need not be tried, `lost` when
    the other side fell silent over this letter, and `uncertain` when it did so after the letter's last word, so
    that the letter may have arrived. `refused` has the server's answer by recipient, where it gave one.
    """

    def __init__(
        self,
        message: str,
        *,
        shown: str | None = None,
        permanent: bool,
        unreachable: bool = False,
        lost: bool = False,
        uncertain: bool = False,
        refused: Mapping[str, str] | None = None,
    ) -> None:
        self.reply = message if shown is None else shown
        self.refused = refused or {}
        self.permanent = permanent
        self.unreachable = unreachable
        self.lost = lost
        self.uncertain = uncertain
        super().__init__(message)


class MailboxShut(TrackerError):
    """The mailbox does not open, or closed on us; what was not read waits there for the next run."""


def nearest(given: str, valid: Iterable[str], near: float = 0.6) -> str:
    """Return a Vietnamese hint: the valid name nearest to `given`, or the valid names where they are few.

    `near` is how much of both must be alike, from 0 to 1: more where a wrong guess would do harm.
    Of many names only those that begin alike are compared, and COMPARED of these; of a long name its beginning.
    """
    names = sorted(name[:LONGEST_NAME] for name in valid)
    folded = given[:LONGEST_NAME].casefold()
    by_folded = {name.casefold(): name for name in names}
    if len(by_folded) > COMPARED:
        by_folded = {key: name for key, name in by_folded.items() if key[:1] == folded[:1]}
    close = difflib.get_close_matches(folded, list(islice(by_folded, COMPARED)), n=1, cutoff=near)
    if close:
        return f'có phải "{by_folded[close[0]]}"?'
    if not names:
        return "chưa có mục nào"
    shown = ", ".join(names[:12]) + (", …" if len(names) > 12 else "")
    return f"dùng một trong: {shown}"
