"""What a coordinator chose on an agency's page: checked, and kept as typed where something is wrong.

Fields: `choice.<duty id>` (empty, `accept` or `return`), `comment.<duty id>`, `seen.<duty id>` (what was
shown, see `review/sight.py`), `reviewer`; of a list also `take.<duty id>`, a tick.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from tracker.answers.checks import Faults, clean_text
from tracker.review.decide import check_reviewer
from tracker.review.sight import Sight, decode_sight

SEEN = re.compile(r"seen\.([0-9]{1,9})")
CHOICES = ("accept", "return")


@dataclass(slots=True, kw_only=True)
class Verdicts:
    """What was chosen, and what is wrong with it; by duty id."""

    typed: Mapping[str, str] = field(default_factory=dict)
    reviewer: str = ""
    reviewer_fault: str | None = None
    choices: dict[int, tuple[Sight, str | None]] = field(default_factory=dict)
    """What was seen, and the comment where it is to be returned."""
    faults: dict[int, str] = field(default_factory=dict)
    overtaken: Collection[int] = ()
    """Duties that were answered or decided on since the page was shown."""
    fault: str | None = None
    """What is wrong with all of it."""

    @property
    def faulty(self) -> bool:
        """Say whether nothing can be recorded."""
        return bool(self.faults or self.reviewer_fault or self.fault)

    def choice(self, duty_id: int) -> str:
        """Return what is chosen for a duty; nothing for one that has to be looked at anew."""
        return "" if duty_id in self.overtaken else self.typed.get(f"choice.{duty_id}", "")

    def comment(self, duty_id: int) -> str:
        """Return the comment as it was typed."""
        return self.typed.get(f"comment.{duty_id}", "")

    def overtake(self, changed: Collection[int]) -> None:
        """Note that `changed` are no longer what was shown."""
        self.overtaken = changed
        words = "Báo cáo này vừa được gửi lại, vừa có cơ quan phối hợp gửi thêm hoặc vừa có người duyệt; "
        words += "xem lại nội dung dưới đây rồi chọn lần nữa."
        self.faults |= dict.fromkeys(changed, words)


def read_verdicts(duty_ids: Collection[int], typed: Mapping[str, str]) -> Verdicts:
    """Return what `typed` says of the duties called `duty_ids`, with every fault beside its duty."""
    found = Verdicts(typed=typed)
    found.reviewer, found.reviewer_fault = check_reviewer(typed.get("reviewer", ""))
    for duty_id in duty_ids:
        chosen, sight = typed.get(f"choice.{duty_id}", ""), decode_sight(typed.get(f"seen.{duty_id}", ""))
        unusable: Faults = {}
        comment = clean_text(typed.get(f"comment.{duty_id}", ""), unusable, "comment")
        faults = {field: str(fault) for field, fault in unusable.items()}
        if chosen not in CHOICES or sight is None:
            if comment:
                faults["comment"] = "Đã ghi lý do nhưng chưa chọn Trả lại."
        elif chosen == "return" and not comment:
            faults["comment"] = "Ghi lý do trả lại; cơ quan nhận lý do này bằng thư."
        elif chosen == "accept" and comment:
            faults["comment"] = "Đã ghi lý do nhưng chọn Duyệt; xóa lý do hoặc chọn Trả lại."
        else:
            found.choices[duty_id] = (sight, comment if chosen == "return" else None)
        if faults:
            found.faults[duty_id] = faults["comment"]
    if not found.choices and not found.faulty:
        found.fault = "Chưa chọn Duyệt hoặc Trả lại cho báo cáo nào."
    return found


def read_sights(typed: Mapping[str, str]) -> dict[int, Sight]:
    """Return what the page that sends `typed` showed and left ticked, by duty id."""
    named = ((SEEN.fullmatch(name), decode_sight(text)) for name, text in typed.items())
    return {int(name[1]): sight for name, sight in named if name and sight and f"take.{name[1]}" in typed}
