"""Letters in the record, and an inbox into which messages are put."""

from collections.abc import Sequence
from pathlib import Path

import sqlalchemy as sa
from answering import real_plan
from conftest import NOW
from mail_samples import ORIGINAL, TO

from tracker.store.engine import reading, writing
from tracker.store.tables import Base, Letter, Message, Period, PlanVersion


def add_letter(
    engine: sa.Engine,
    key: str = "remind:2024:so-cong-thuong:before-10",
    to: Sequence[str] = (TO,),
    cc: Sequence[str] = ("lanhdao.sct@angiang.example",),
    message_id: str = ORIGINAL,
    state: str = "sent",
) -> None:
    """Put a letter into the record, with a period and a plan of its own where there are none yet."""
    with writing(engine) as session:
        if session.get(PlanVersion, 1) is None:
            session.add(
                PlanVersion(id=1, digest="real", text=real_plan().text, applied_at=NOW, applied_by="quản trị")
            )
            days = dict.fromkeys(("opens", "due", "closes"), NOW.date())
            session.add(Period(id=1, code="2024", kind="annual", title="Năm 2024", years=[2024], **days))
            session.flush()
        session.add(
            Letter(
                key=key,
                kind="remind",
                period_id=1,
                agency_id="so-cong-thuong",
                to=list(to),
                cc=list(cc),
                stage_day=NOW.date(),
                plan_version_id=1,
                subject="Nhắc báo cáo năm 2024",
                text="Kính gửi",
                message=b"",
                link_id=None,
                message_id=message_id,
                state=state,
                queued_at=NOW,
                try_at=NOW,
                attempts=1,
                sent_at=NOW,
                uncertain=False,
                reply="250 ok",
            )
        )


def put(folder: Path, **messages: bytes) -> Path:
    """Put messages into the inbox `folder`, each under its name; return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, raw in messages.items():
        (folder / f"{name}.eml").write_bytes(raw)
    return folder


def names(folder: Path) -> list[str]:
    """Return the names of the files in `folder`; none where it is not there."""
    return sorted(path.name for path in folder.iterdir() if path.is_file()) if folder.exists() else []


def all_of(engine: sa.Engine, table: type[Base]) -> list[Base]:
    """Return all rows of `table`."""
    with reading(engine) as session:
        return list(session.scalars(sa.select(table)).all())


def the_letter(engine: sa.Engine, key: str = "remind:2024:so-cong-thuong:before-10") -> Letter:
    """Return one letter."""
    with reading(engine) as session:
        return session.scalars(sa.select(Letter).where(Letter.key == key)).one()


def the_message(engine: sa.Engine) -> Message:
    """Return the only message in the record."""
    with reading(engine) as session:
        return session.scalars(sa.select(Message)).one()
