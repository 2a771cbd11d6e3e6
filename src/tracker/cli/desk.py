"""The coordinator's desk: a link that signs a person in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tracker.cli.common import on_day, settings_on, store, tracker, who

if TYPE_CHECKING:
    from datetime import date


@tracker.command("signin", help="in một đường dẫn đăng nhập bàn làm việc, dùng một lần")
@on_day
@click.argument("email", metavar="ĐỊA_CHỈ")
def sign_in(on: date | None, email: str) -> None:
    """Print a link that signs a person of any plan in, once."""
    from tracker.errors import BadInput, nearest
    from tracker.letters.mime import sign_in_address
    from tracker.store.engine import writing
    from tracker.store.journal import note
    from tracker.store.plans import plans_in_force, plans_of_person
    from tracker.store.sessions import LINK_LIVES, make_sign_in

    settings = settings_on(on)
    now = settings.now()
    with store(settings) as engine, writing(engine) as session:
        person = next((found for _, found in plans_of_person(session, email)), None)
        if person is None:
            known = [one.email for plan in plans_in_force(session) for one in plan.reporting.people]
            raise BadInput(
                f'kế hoạch không có người dùng "{email}"; {nearest(email, known)}; '
                "thêm vào reporting.people của tệp kế hoạch rồi: tracker apply"
            )
        _, token = make_sign_in(session, person.email, settings.secret_key(), now)
        note(session, now, who(), "printed a link to sign in", person.email)
    print(f"{person.name}: {sign_in_address(settings.base_url, token)}")
    print(f"Dùng một lần, trong {int(LINK_LIVES.total_seconds() // 60)} phút.")
