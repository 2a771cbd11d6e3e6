"""What a memo is about: a whole period, a choice out of it, or one agency's own report. Pure."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import date

from tracker.errors import BadInput, nearest
from tracker.plan.model import Letterhead, Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which part of a period a memo tells; what is empty chooses nothing out.

    `own` makes it the report that the one chosen agency signs itself.
    """

    agencies: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    activities: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    """First and last day of the reports that count."""
    own: bool = False

    @property
    def key(self) -> str:
        """Return the choice as a text, equal for equal choices; empty for the whole period."""
        return "" if self == WHOLE else json.dumps(asdict(self), ensure_ascii=False, default=str)

    def takes(self, plan: Plan, activity_id: str, agency_id: str, on: date) -> bool:
        """Say whether what `agency_id` owes on `activity_id` is chosen; on `on` its successor stands for it."""
        holders = {agency_id, plan.holder(agency_id, on).id}
        return (
            (not self.agencies or not holders.isdisjoint(self.agencies))
            and (not self.areas or plan.by_id[activity_id].content in self.areas)
            and (not self.activities or activity_id in self.activities)
        )

    def spans(self, day: date) -> bool:
        """Say whether what was reported on `day` counts."""
        return (self.since or day) <= day <= (self.until or day)


WHOLE = Choice()


def checked(plan: Plan, choice: Choice, on: date) -> Choice:
    """Return `choice` with ids for the names that people use, each once; BadInput names all that is not usable.

    `on` is the day of the memo: who was succeeded by then signs nothing any more.
    """
    wrong: list[str] = []
    agencies: list[str] = []
    for named in choice.agencies:
        try:
            agencies.append(plan.find_agency(named).id)
        except BadInput as error:
            wrong.append(str(error))
    areas = [area.id for area in plan.headings]
    wrong += [f'không có nội dung "{each}"; {nearest(each, areas)}' for each in choice.areas if each not in areas]
    wrong += [
        f'không có hoạt động "{each}"; {nearest(each, plan.by_id)}'
        for each in choice.activities
        if each not in plan.by_id
    ]
    if choice.since and choice.until and choice.since > choice.until:
        wrong.append(
            f"từ ngày {choice.since:%d/%m/%Y} đứng sau đến ngày {choice.until:%d/%m/%Y}; đổi lại hai ngày"
        )
    if choice.own and len(choice.agencies) != 1:
        wrong.append("báo cáo riêng là của một cơ quan; chọn đúng một cơ quan")
    if choice.own and plan.reporting.own_letterhead is None:
        wrong.append(
            "tệp kế hoạch chưa có thể thức báo cáo riêng; thêm reporting.own_letterhead rồi tracker apply"
        )
    if choice.own and agencies:
        agency, holder = plan.agencies[agencies[0]], plan.holder(agencies[0], on)
        if holder is not agency:
            wrong.append(
                f"{agency.name} đã thôi hoạt động; chọn nơi tiếp nhận nhiệm vụ: {holder.id} ({holder.name})"
            )
    if wrong:
        raise BadInput("\n".join(wrong))
    return replace(
        choice, agencies=_once(agencies), areas=_once(choice.areas), activities=_once(choice.activities)
    )


def own_letterhead(plan: Plan, agency_id: str) -> Letterhead:
    """Return the letterhead under which one agency signs its own report; the plan has one."""
    form = plan.reporting.own_letterhead or plan.reporting.letterhead
    return replace(
        form, issued_by=None, issuer=form.issuer.replace("{cơ quan}", plan.agencies[agency_id].name.upper())
    )


def _once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(names)))
