"""What an admin should know of a plan without faults."""

from collections import Counter
from collections.abc import Iterator
from datetime import date

from tracker.plan.model import Activity, Agency, Plan, Stages, Target
from tracker.plan.seen import Path, Seen, all_rows
from tracker.plan.tree import Fault


def notes(plan: Plan, seen: Seen) -> Iterator[Fault]:
    """Yield what an admin should know of a plan without faults; none of it stops the plan from being applied."""
    to_confirm = "đối chiếu bản ký rồi xóa dòng này"
    for path, activity in all_rows(seen):
        if activity.years_unconfirmed:
            years = ", ".join(map(str, activity.years))
            what = f"năm {years} là cách đọc: {activity.years_unconfirmed}"
            yield seen.say((*path, "years_unconfirmed"), activity.id, what, to_confirm)
        if activity.unconfirmed:
            yield seen.say((*path, "unconfirmed"), activity.id, activity.unconfirmed, to_confirm)
        for lead in sorted(set(activity.lead) & set(activity.coordinating)):
            named = (
                plan.groups[lead].name if lead in plan.groups else f"cơ quan chủ trì {plan.agencies[lead].short}"
            )
            what = f"{named} cũng ghi ở cột phối hợp"
            yield seen.say((*path, "coordinating"), activity.id, what, "giữ nguyên nếu bản ký in như vậy")
    for path, agency in seen.rows("agencies", Agency):
        if agency.succeeded_by and agency.succeeded_by.unconfirmed:
            heir = plan.agencies[agency.succeeded_by.agency].short
            since = f"{agency.succeeded_by.since:%d/%m/%Y}"
            what = f"{heir} kế thừa từ {since}: {agency.succeeded_by.unconfirmed}"
            yield seen.say((*path, "succeeded_by"), agency.id, what, to_confirm)
    review = plan.reporting.phase_review
    if review and review.unconfirmed:
        place = ("reporting", "phase_review", "unconfirmed")
        yield seen.say(place, "reporting.phase_review", review.unconfirmed, to_confirm)
    for number, rule in enumerate(plan.reporting.periods, 1):
        if rule.unconfirmed:
            at: Path = ("reporting", "periods", number, "unconfirmed")
            yield seen.say(at, f"reporting.periods.{number}", rule.unconfirmed, to_confirm)
    yield from _unused_due_dates(plan, seen)
    yield from _overtaking_stages(plan, seen)
    yield from _equal_addresses(seen)
    yield from _silent_leads(plan, seen)
    yield from _unasked_reporters(plan, seen)


def _unused_due_dates(plan: Plan, seen: Seen) -> Iterator[Fault]:
    spans = [(span.opens, span.closes) for span in plan.reporting.spans(plan.plan.years)]
    for path, activity in seen.rows("activities", Activity):
        if activity.due and not any(opens <= activity.due <= closes for opens, closes in spans):
            what = f"hạn riêng {activity.due:%d/%m/%Y} ngoài mọi kỳ báo cáo của kế hoạch, nên không được dùng"
            remedy = "chọn ngày từ ngày mở đến ngày khóa của một kỳ, hoặc bỏ dòng này"
            yield seen.say((*path, "due"), f"{activity.id}.due", what, remedy)


def _overtaking_stages(plan: Plan, seen: Seen) -> Iterator[Fault]:
    wide = plan.reporting.stages
    owners: list[tuple[Path, str, Stages, Stages]] = [(("reporting", "stages"), "reporting", wide, wide)]
    for path, agency in seen.rows("agencies", Agency):
        owners.append(((*path, "stages"), agency.id, agency.stages, agency.stages.over(wide)))
    for path, activity in seen.rows("activities", Activity):
        rules = plan.stages_of(activity.id, plan.leads_of(activity)[0])
        owners.append(((*path, "stages"), activity.id, activity.stages, rules))
    for path, named, own, rules in owners:
        for late, days in (("head", rules.head), ("dispatch", rules.dispatch)):
            told = own.coordinator is not None or getattr(own, late) is not None
            if told and days and rules.coordinator and days <= rules.coordinator:
                what = f"{late} ({days}) không sau coordinator ({rules.coordinator}): đầu mối chưa được báo trước"
                yield seen.say((*path, late), f"{named}.stages", what, f"để {late} lớn hơn coordinator")


def _equal_addresses(seen: Seen) -> Iterator[Fault]:
    for path, agency in seen.rows("agencies", Agency):
        first: dict[str, int] = {}
        for number, contact in enumerate(agency.contacts, 1):
            address = contact.to if "://" in contact.to else contact.to.casefold()
            if first.setdefault(address, number) != number:
                what = f"địa chỉ {contact.to} đã ghi ở nơi nhận thứ {first[address]}"
                yield seen.say((*path, "contacts", number, "to"), agency.id, what, "giữ một dòng")


def _silent_leads(plan: Plan, seen: Seen) -> Iterator[Fault]:
    last_day = date(max(plan.plan.years), 12, 31)
    leads: Counter[str] = Counter()
    for activity in plan.activities:
        for lead in plan.leads_of(activity):
            leads.update({lead, plan.holder(lead, last_day).id})
    for agency, count in leads.items():
        if not plan.agencies[agency].contacts:
            what = f"chủ trì (kể cả kế thừa) {count} hoạt động nhưng chưa có nơi nhận thư"
            yield seen.say(("agencies", agency), agency, what, "thêm contacts")


def _unasked_reporters(plan: Plan, seen: Seen) -> Iterator[Fault]:
    asked = {agency for row in plan.rows for agency in plan.leads_of(row)}
    for path, target in seen.rows("targets", Target):
        unasked = [plan.agencies[one].short for one in plan.members((target.reported_by,)) if one not in asked]
        if unasked:
            what = f"{', '.join(unasked)} không có việc nào phải báo cáo nên không nhận thư hỏi số liệu"
            remedy = "thêm vào lead của một hoạt động hoặc nhiệm vụ, hoặc giao cơ quan khác báo cáo"
            yield seen.say((*path, "reported_by"), f"{target.id}.reported_by", what, remedy)
