"""Where desks stand."""

from tracker.plan.document import THE_ONE

HOME = "/ban-lam-viec"
OF_PLAN = "/kh"
"""Stands before the id of a plan in the addresses of its desk; a plan without an id needs neither."""


def home_of(plan_id: str) -> str:
    """Return the address of the first page of a plan's desk."""
    return HOME if plan_id == THE_ONE else f"{HOME}{OF_PLAN}/{plan_id}"
