"""What a coordinator sees of an answer, so that what is accepted is what was seen.

A page sends back, with each decision, what it showed: the answer's revision, the duty's state, how much
coordinating agencies had added, which files there were, and the agency's newest figure.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from tracker.case import Case
from tracker.progress import DutyState
from tracker.store.contributions import count_contributions
from tracker.store.evidence import evidence_of
from tracker.store.tables import Duty
from tracker.store.updates import figures_of, latest_updates

ENCODED = re.compile(r"([0-9]{1,6})\.([a-z]{1,20})\.([0-9]{1,6})\.([0-9]{1,10})-([0-9]{1,10})\.([0-9]{1,10})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What is seen of one duty."""

    revision: int
    """Of its last answer; 0 where there is none."""
    state: DutyState
    contributions: int = 0
    """How many revisions of contributions."""
    files: int = 0
    """How many files of evidence."""
    last_file: int = 0
    """The newest of them: a file taken back and another given are another sight."""
    last_figure: int = 0
    """The newest figure that its agency gave in the period."""

    def encode(self) -> str:
        """Return it as a page's hidden field carries it."""
        files = f"{self.files}-{self.last_file}"
        return f"{self.revision}.{self.state}.{self.contributions}.{files}.{self.last_figure}"


def decode_sight(text: str) -> Sight | None:
    """Return the sight that a page sent, or None where it is none."""
    found = ENCODED.fullmatch(text)
    if found is None or found[2] not in set(DutyState):
        return None
    return Sight(
        revision=int(found[1]),
        state=DutyState(found[2]),
        contributions=int(found[3]),
        files=int(found[4]),
        last_file=int(found[5]),
        last_figure=int(found[6]),
    )


def sights_of(case: Case, duties: Collection[Duty]) -> dict[int, Sight]:
    """Return what is to be seen of each of `duties` now, by duty id."""
    session = case.session
    updates = latest_updates(session, duties)
    added = count_contributions(session, [duty.id for duty in duties])
    figures = _last_figures(case)
    files: dict[int, list[int]] = {}
    for file in evidence_of(session, duties):
        files.setdefault(file.duty_id, []).append(file.id)
    return {
        duty.id: Sight(
            revision=updates[duty.id].revision if duty.id in updates else 0,
            state=duty.state,
            contributions=added.get(duty.id, 0),
            files=len(files.get(duty.id, ())),
            last_file=max(files.get(duty.id, ()), default=0),
            last_figure=figures.get(_holder(case, duty.agency_id), 0),
        )
        for duty in duties
    }


def _last_figures(case: Case) -> Mapping[str, int]:
    newest: dict[str, int] = {}
    for figure in figures_of(case.session, case.period):
        holder = _holder(case, figure.agency_id)
        newest[holder] = max(newest.get(holder, 0), figure.id)
    return newest


def _holder(case: Case, agency_id: str) -> str:
    known = agency_id in case.plan.agencies
    return case.plan.holder(agency_id, case.today).id if known else agency_id
