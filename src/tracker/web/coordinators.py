"""Whom an officer may call: the coordinating agencies of the plans in force, for pages that open no case."""

import threading
import time
from dataclasses import dataclass, field

import sqlalchemy as sa

from tracker.errors import StoreError
from tracker.language import SOURCE
from tracker.plan.agencies import Agency
from tracker.store.engine import reading
from tracker.store.plans import plan_ids, plan_in_force

KNOWN_FOR = 60.0
"""Seconds that an answer holds: a stranger's request reads no plan."""


@dataclass(slots=True)
class Coordinators:
    """The coordinating agencies, as the store last had them: the page of a store that is away shows them too."""

    engine: sa.Engine
    language: str = SOURCE
    """What all plans speak, as was last known; Vietnamese where they speak several."""
    _found: list[Agency] = field(default_factory=list)
    _until: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def known(self) -> list[Agency]:
        """Return each of them once, in the order of the plans."""
        with self._lock:
            if time.monotonic() >= self._until:
                self._until = time.monotonic() + KNOWN_FOR
                self._read()
            return self._found

    def _read(self) -> None:
        try:
            with reading(self.engine) as session:
                plans = [plan_in_force(session, plan_id)[1] for plan_id in plan_ids(session)]
        except StoreError:
            return  # what was known stays
        languages = {plan.plan.language for plan in plans}
        self.language = languages.pop() if len(languages) == 1 else SOURCE
        found = {plan.plan.coordinator: plan.agencies[plan.plan.coordinator] for plan in plans}
        self._found = list(found.values())
