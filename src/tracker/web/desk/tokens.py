"""Tokens of programs: an admin makes them, sees each once, and withdraws them."""

from collections.abc import Mapping
from datetime import timedelta

from starlette.responses import Response

from tracker.errors import BadInput
from tracker.store.api_tokens import make_token, tokens_of, withdraw_token
from tracker.store.engine import reading, writing
from tracker.store.plans import plan_in_force
from tracker.web.desk.visit import DONE, Visit
from tracker.web.words import in_words, typed_day

A_YEAR = timedelta(days=365)


def show_tokens(
    visit: Visit, faults: tuple[str, ...] = (), token: str = "", typed: Mapping[str, str] | None = None
) -> Response:
    """Show every token there was; `token` is the one that was just made."""
    now = visit.settings.now()
    with reading(visit.engine) as session:
        _, plan = plan_in_force(session, visit.plan_id)
        rows = tokens_of(session, plan.plan.plan_id)
    return visit.render(
        "tokens",
        422 if faults else 200,
        rows=rows,
        live=[row.id for row in rows if row.withdrawn_at is None and row.expires_at > now],
        agencies=plan.agencies,
        token=token,
        address=f"{visit.settings.base_url}/api/openapi.json",
        typed=typed or {"den-ngay": str(visit.settings.today() + A_YEAR)},
        faults=faults,
    )


def act_on_tokens(visit: Visit, typed: Mapping[str, str]) -> Response:
    """Make a token and show it, or withdraw one."""
    number = typed.get("so", "")
    try:
        if typed.get("action") == "withdraw":
            return _withdraw(
                visit, int(number) if number.isascii() and number.isdecimal() and len(number) < 10 else 0
            )
        return show_tokens(visit, token=_make(visit, typed))
    except BadInput as error:
        return show_tokens(visit, in_words(error), typed=typed)


def _make(visit: Visit, typed: Mapping[str, str]) -> str:
    try:
        until = typed_day(typed.get("den-ngay", ""))
    except ValueError as error:
        raise BadInput("chưa chọn ngày hết hạn") from error
    with writing(visit.engine) as session:
        _, plan = plan_in_force(session, visit.plan_id)
        given = (typed.get("ten", ""), typed.get("co-quan", ""), until)
        return make_token(session, plan, *given, visit.who, visit.settings.now())[1]


def _withdraw(visit: Visit, number: int) -> Response:
    with writing(visit.engine) as session:
        _, plan = plan_in_force(session, visit.plan_id)
        withdraw_token(session, plan.plan.plan_id, number, visit.who, visit.settings.now())
    return visit.redirect("/ket-noi", **{DONE: "huy"})
