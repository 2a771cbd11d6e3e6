"""What is remarkable about an answer, so that the coordinator reads it before accepting it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tracker.progress import SHORT_TEXTS, STATUSES, TEXTS, UpdateStatus
from tracker.store.tables import Update
from tracker.words import vietnamese_date, vietnamese_number


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What an answer is held against; None where there is no such thing."""

    due: date
    today: date = date.min
    deadline: date | None = None
    """The day by which the plan wants the task done."""
    first_on: date | None = None
    """The day of the first answer, which says whether it was late."""
    before: Update | None = None
    """What was last said in the period before."""
    returned: str | None = None
    """The comment with which it was last returned."""
    accepted: Update | None = None
    """The answer to the same duty that was accepted last."""
    fallen: Sequence[str] = ()
    """Remarks on figures that came with it or since, each after the target's title."""
    rehearsal: bool = False
    """Everything here is example data, so that this is nothing to remark."""


def remarks(said: Update, beside: Beside) -> list[str]:
    """Return what is remarkable about `said`, as Vietnamese sentences; none where it is like any other answer."""
    found = []
    first_on = beside.first_on or said.said_on
    if first_on > beside.due:
        found.append(f"Gửi muộn {(first_on - beside.due).days} ngày so với hạn {vietnamese_date(beside.due)}.")
    if beside.returned is not None:
        found.append(f"Gửi lại sau khi bị trả lại với lý do: “{beside.returned}”.")
    if beside.accepted is not None:
        found.append(_against_accepted(said, beside.accepted))
    if STATUSES[said.status].idle:
        found.append(f"Trạng thái: {STATUSES[said.status].words}.")
    if beside.deadline and said.status is not UpdateStatus.DONE and beside.today > beside.deadline:
        found.append(f"Chưa hoàn thành, đã quá thời hạn {vietnamese_date(beside.deadline)}.")
    if beside.before is not None:
        found += _against_before(said, beside.before)
    if said.difficulties:
        found.append("Nêu khó khăn, vướng mắc.")
    if said.proposals:
        found.append("Có đề xuất, kiến nghị.")
    found += beside.fallen
    if said.illustration and not beside.rehearsal:
        found.append("Là dữ liệu minh họa, không phải báo cáo thật.")
    return found


def figure_remarks(said: Decimal, before: Decimal | None, last: Decimal | None = None) -> list[str]:
    """Return what is remarkable about a figure beside that of the period before, and the `last` in its own."""
    held_against = (("kỳ trước", before), ("lần gửi trước", last))
    return [
        f"Giảm so với {when} ({vietnamese_number(value)})."
        for when, value in held_against
        if value is not None and said < value
    ]


def of_target(title: str, remark: str) -> str:
    """Return a remark on a figure as one on an answer."""
    return f"Số liệu “{title}” {remark[:1].lower()}{remark[1:]}"


def _against_accepted(said: Update, accepted: Update) -> str:
    if said.revision == accepted.revision:
        return "Đã được duyệt, sau đó kế hoạch thay đổi nên cần xem lại."
    return f"Sửa nội dung đã được duyệt trước đó (lần {accepted.revision})."


def _against_before(said: Update, before: Update) -> list[str]:
    found = []
    if said.percent is not None and before.percent is not None and said.percent < before.percent:
        found.append(f"Tỷ lệ giảm so với kỳ trước, từ {before.percent} % còn {said.percent} %.")
    elif before.status is UpdateStatus.DONE and said.status is not UpdateStatus.DONE:
        found.append("Kỳ trước đã báo hoàn thành.")
    same = [name for name in TEXTS if getattr(said, name) and getattr(said, name) == getattr(before, name)]
    return found + [f"{SHORT_TEXTS[name]} giống nguyên văn kỳ trước." for name in same]
