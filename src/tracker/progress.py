"""Where a duty, an agency and a period stand. Pure: values in, values out."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from tracker.language import N_

Key = TypeVar("Key")


class DutyState(StrEnum):
    """The states of a duty: expected → submitted → accepted, or returned → submitted.

    A plan change makes a duty that is no longer asked for withdrawn.
    """

    EXPECTED = "expected"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"


OWED = frozenset({DutyState.EXPECTED, DutyState.RETURNED})
ANSWERED = frozenset({DutyState.SUBMITTED, DutyState.ACCEPTED})


DUTY_WORDS = {
    DutyState.EXPECTED: "chưa báo cáo",
    DutyState.SUBMITTED: "đã gửi, chờ duyệt",
    DutyState.RETURNED: "đã trả lại",
    DutyState.ACCEPTED: "đã duyệt",
    DutyState.WITHDRAWN: "đã rút",
}


class UpdateStatus(StrEnum):
    """What an agency says of an activity."""

    NOT_STARTED = "not_started"
    UNDER_WAY = "under_way"
    DONE = "done"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusRule:
    """All that follows from one status: its words, what it asks, how charts draw it."""

    words: str
    counted: str
    """How a memo counts it: “5 hoạt động đang thực hiện”."""
    percent: int | None = None
    """The only percentage it admits; None where any will do."""
    percent_remedy: str = ""
    """What to do where another percentage was given."""
    needs: str = ""
    """The text, a key of TEXTS, without which it says nothing."""
    needs_remedy: str = ""
    idle: bool = False
    """Nothing moves: the coordinator reads why before accepting it."""
    fill: str
    ink: str = "#000000"
    """Colours of its bars, and of the numbers on them."""
    hatched: bool = False


STATUSES = {
    UpdateStatus.NOT_STARTED: StatusRule(
        words=N_("Chưa triển khai"),
        counted=N_("chưa triển khai"),
        percent=0,
        percent_remedy=N_("nếu đã làm, chọn Đang thực hiện"),
        idle=True,
        fill="#eadcb2",
    ),
    UpdateStatus.UNDER_WAY: StatusRule(
        words=N_("Đang thực hiện"),
        counted=N_("đang thực hiện"),
        needs="result",
        needs_remedy=N_("ghi kết quả đã làm được"),
        fill="#7fb0dc",
    ),
    UpdateStatus.DONE: StatusRule(
        words=N_("Hoàn thành"),
        counted=N_("đã hoàn thành"),
        percent=100,
        percent_remedy=N_("nếu chưa, chọn Đang thực hiện"),
        needs="result",
        needs_remedy=N_("ghi kết quả đã làm được"),
        fill="#1f4e79",
        ink="#ffffff",
    ),
    UpdateStatus.STOPPED: StatusRule(
        words=N_("Tạm dừng/không thực hiện"),
        counted=N_("tạm dừng hoặc không thực hiện"),
        needs="causes",
        needs_remedy=N_("ghi lý do tạm dừng hoặc không thực hiện"),
        idle=True,
        fill="#ffffff",
        hatched=True,
    ),
}
"""In the order in which people choose. A new status is a member of UpdateStatus and an entry here."""
FROM_DONE = (UpdateStatus.DONE, UpdateStatus.UNDER_WAY)
MEMO_ORDER = (*FROM_DONE, *(status for status in STATUSES if status not in FROM_DONE))
"""The order in which memos and charts tell them: what is done first."""
STATUS_WORDS = {status: rule.words for status, rule in STATUSES.items()}
TEXTS = {
    "result": N_("Kết quả thực hiện"),
    "difficulties": N_("Khó khăn, vướng mắc"),
    "causes": N_("Nguyên nhân, lý do"),
    "proposals": N_("Đề xuất, kiến nghị"),
}
"""What an agency says of an activity in its own words, each under the heading that page and workbook give it."""
SHORT_TEXTS = {name: words.partition(",")[0].removesuffix(" thực hiện") for name, words in TEXTS.items()}
"""The same where few words must do: “Khó khăn”."""
FIELDS = ("status", "percent", *TEXTS)
"""All that is said of one activity."""
WAYS = {
    "page": N_("trang báo cáo"),
    "workbook": N_("tệp Excel"),
    "reply": N_("thư trả lời"),
    "api": N_("phần mềm của cơ quan"),
}
"""The ways by which it comes."""


class Timeliness(StrEnum):
    """The cells of Vietnamese directive tracking; about the task and its own deadline, not about its report."""

    DONE_IN_TIME = "done_in_time"
    DONE = "done"
    """Reported as done after the deadline: when it was done nobody said."""
    DONE_LATE = "done_late"
    """Only in memos of before, which took the day of the report for the day it was done."""
    OPEN_IN_TIME = "open_in_time"
    OPEN_LATE = "open_late"


TIMELINESS_WORDS = {
    Timeliness.DONE_IN_TIME: N_("Hoàn thành đúng hạn"),
    Timeliness.DONE: N_("Hoàn thành, chưa rõ ngày"),
    Timeliness.DONE_LATE: N_("Hoàn thành quá hạn"),
    Timeliness.OPEN_IN_TIME: N_("Chưa hoàn thành trong hạn"),
    Timeliness.OPEN_LATE: N_("Chưa hoàn thành quá hạn"),
}


def timeliness(status: UpdateStatus | None, said_on: date | None, deadline: date, today: date) -> Timeliness:
    """Return the cell of a task whose last report said `status` on `said_on`; both None where nothing was said.

    No agency is asked when it finished, so that nothing is called finished too late.
    """
    if status is UpdateStatus.DONE and said_on is not None:
        return Timeliness.DONE_IN_TIME if said_on <= deadline else Timeliness.DONE
    return Timeliness.OPEN_IN_TIME if today <= deadline else Timeliness.OPEN_LATE


@dataclass(frozen=True, slots=True)
class Standing:
    """How many duties there are, and how many were answered, accepted and returned; all are counts of duties."""

    expected: int = 0
    answered: int = 0
    accepted: int = 0
    returned: int = 0

    @property
    def owed(self) -> int:
        """Return how many duties still wait for an answer."""
        return self.expected - self.answered

    @property
    def complete(self) -> bool:
        """Say whether nothing is owed."""
        return self.owed == 0


def standing(states: Iterable[DutyState]) -> Standing:
    """Count `states`, leaving withdrawn duties out."""
    return counted_standing(Counter(states))


def counted_standing(count: Mapping[Any, int]) -> Standing:
    """Return the standing that duties counted by state (or its text) give, leaving withdrawn ones out."""
    return Standing(
        expected=sum(count.values()) - count.get(DutyState.WITHDRAWN, 0),
        answered=sum(count.get(state, 0) for state in ANSWERED),
        accepted=count.get(DutyState.ACCEPTED, 0),
        returned=count.get(DutyState.RETURNED, 0),
    )


def standing_by(states: Iterable[tuple[Key, DutyState]]) -> dict[Key, Standing]:
    """Count duties by what they are grouped under, in the order in which the groups first appear."""
    groups: dict[Key, list[DutyState]] = {}
    for key, state in states:
        groups.setdefault(key, []).append(state)
    return {key: standing(members) for key, members in groups.items()}
