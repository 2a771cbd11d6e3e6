"""When reminders are written."""

from dataclasses import dataclass, fields, replace
from typing import Literal

from tracker.plan.fields import plan_field


@dataclass(frozen=True, slots=True, kw_only=True)
class Stages:
    """When reminders are written and to whom, in working days around the due date.

    What is None is as the next wider rules say: an activity's, its lead's, the plan's, and last USUAL.
    """

    before: tuple[int, ...] | None = plan_field(
        "trước hạn",
        "Nhắc trước hạn mấy ngày làm việc; 0 là đúng hạn.",
        None,
        at_least=0,
        at_most=60,
        usual=(10, 5, 2, 0),
    )
    after: tuple[int, ...] | None = plan_field(
        "sau hạn", "Nhắc sau hạn mấy ngày làm việc.", None, at_least=1, at_most=60, usual=(1, 3, 5)
    )
    coordinator: int | None = plan_field(
        "báo cơ quan đầu mối",
        "Sau hạn mấy ngày làm việc thì báo cơ quan đầu mối danh sách còn nợ; 0 là không báo.",
        None,
        at_least=0,
        at_most=60,
        usual=7,
    )
    head: int | None = plan_field(
        "gửi lãnh đạo",
        "Sau hạn mấy ngày làm việc thì gửi thư tới lãnh đạo cơ quan; 0 là không gửi.",
        None,
        at_least=0,
        at_most=60,
        usual=10,
    )
    dispatch: int | None = plan_field(
        "công văn đôn đốc",
        "Sau hạn mấy ngày làm việc thì lập công văn đôn đốc để ký; 0 là không lập.",
        None,
        at_least=0,
        at_most=60,
        usual=15,
    )
    copies: tuple[Literal["head", "coordinating"], ...] | None = plan_field(
        "bản sao",
        "Bản sao thư nhắc gửi thêm tới ai: head là lãnh đạo cơ quan, coordinating là các cơ quan phối hợp.",
        None,
        usual=(),
        words={"head": "lãnh đạo cơ quan", "coordinating": "các cơ quan phối hợp"},
    )

    def over(self, wider: "Stages") -> "Stages":
        """Return these rules, with those of `wider` where they say nothing."""
        own = {f.name: getattr(self, f.name) for f in fields(self) if getattr(self, f.name) is not None}
        return replace(wider, **own)


USUAL = Stages(**{rule.name: rule.metadata["usual"] for rule in fields(Stages)})
"""What holds where the plan says nothing else."""
