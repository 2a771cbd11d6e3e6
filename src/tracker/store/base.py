"""What all mapped tables share: names of constraints, and how values are kept."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase

from tracker.progress import DutyState, UpdateStatus
from tracker.store.engine import UTCTime

Key = sa.String(200)


class Base(DeclarativeBase):
    """All tables; named constraints, so that migrations can address them on both databases."""

    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012  # SQLAlchemy's own convention
        datetime: UTCTime,
        dict[str, Any]: sa.JSON,
        list[str]: sa.JSON,
        DutyState: sa.Enum(
            DutyState, native_enum=False, length=20, values_callable=lambda e: [x.value for x in e]
        ),
        UpdateStatus: sa.Enum(
            UpdateStatus, native_enum=False, length=20, values_callable=lambda e: [x.value for x in e]
        ),
    }
