"""One copy of all that an installation would be missed for: the record, evidence, memos, settings, the secret key.

The record is copied first and the files after it. A file of evidence is written before the record names it, so
every file that the copied record names is there to be copied. The copy has the layout of the store's folder.
"""

import filecmp
import hashlib
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa

from tracker.errors import FileTrouble, NothingApplied
from tracker.settings import Settings
from tracker.settings_files import PLAIN, SECRET
from tracker.store.copying import COUNTED, Copied, copy_database
from tracker.store.engine import opened_store

FOLDERS = {"evidence": "tài liệu kèm theo", "reports": "báo cáo tổng hợp", "inbox": "thư đến trong thư mục"}
"""Folders of the store that are copied where they are there; letters stand in the record."""


@dataclass(slots=True)
class BackUp:
    """What was copied, ready to print, and what is wrong with what was there to copy."""

    lines: list[str] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)


def back_up(settings: Settings, to: Path) -> BackUp:
    """Copy the installation into the new folder `to` and read the copy back; all of it is there, or no folder.

    Raises FileTrouble where there is nothing to copy, `to` holds something already, or the disk refuses.
    """
    if to.exists() and (not to.is_dir() or any(to.iterdir())):
        raise FileTrouble(f"{to}: đã có và không rỗng; nêu một thư mục mới, ví dụ {to}-2")
    done = BackUp()
    with _in_its_place(to) as aside:
        try:
            with opened_store(settings.database_url) as engine:
                _copy_record(engine, settings, aside, done)
        except NothingApplied:
            raise FileTrouble(
                f"{settings.var}: không có dữ liệu nào để sao lưu; kiểm tra thư mục đang đứng, TRACKER_VAR và "
                "tracker settings"
            ) from None
        _copy_settings(settings, aside, done)
    return done


def _copy_record(engine: sa.Engine, settings: Settings, aside: Path, done: BackUp) -> None:
    copied = copy_database(engine, settings.database_url, aside)
    counts = ", ".join(f"{copied.counts[name]} {called}" for name, called in COUNTED.items())
    done.lines.append(f"{copied.file.name}: {counts}")
    for name, called in FOLDERS.items():
        files, size = _copy(settings.var / name, aside / name)
        if files:
            done.lines.append(f"{name}/: {called}, {files} tệp, {size / 1e6:.1f} MB".replace(".", ","))
    done.troubles += _lost_evidence(copied, aside / "evidence")


def _lost_evidence(copied: Copied, folder: Path) -> Iterator[str]:
    for name, (stored_as, digest) in copied.evidence.items():
        path = folder / stored_as
        if not path.exists():
            yield f"evidence/{stored_as}: thiếu tệp này ({name}); tìm lại trong bản sao lưu cũ"
        elif hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            yield f"evidence/{stored_as}: nội dung không còn như khi nhận ({name}); tìm lại trong bản sao lưu cũ"


def _copy_settings(settings: Settings, aside: Path, done: BackUp) -> None:
    key = aside / "secret-key"
    key.write_bytes(settings.secret_key())
    done.lines.append("secret-key: khóa bí mật")
    for source, name in (
        (settings.var / PLAIN, PLAIN),
        (settings.var / SECRET, SECRET),
        *((file, f"plan/{file.name}") for file in (*settings.plan_files, settings.agencies_file)),
        (settings.templates, "templates"),
    ):
        files, _ = _copy(source, aside / name)
        if files:
            done.lines.append(f"{name}: {files} tệp")
    if "DATABASE_URL" in settings.places and settings.database_url.startswith("sqlite"):
        done.lines.append(f"Khôi phục thì chép tracker.db về chỗ riêng của nó: {settings.database_url}")
    outside = sorted(place for place in settings.places.values() if place.startswith("TRACKER_"))
    if outside:
        done.lines.append(f"Không có trong bản sao, vì đặt ở biến môi trường: {', '.join(outside)}")


def _copy(source: Path, target: Path) -> tuple[int, int]:
    """Copy a file, or the files of a folder, and read each back; return how many and their bytes, 0 where none."""
    paths = [source] if source.is_file() else sorted(path for path in source.rglob("*") if path.is_file())
    files = size = 0
    for path in paths:
        copy = target / path.relative_to(source) if path != source else target
        copy.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileNotFoundError):  # half-written, or mail that was handled meanwhile
            shutil.copyfile(path, copy)
            copy.chmod(0o600)
            if not filecmp.cmp(path, copy, shallow=False):
                raise FileTrouble(f"{path}: bản sao không giống bản gốc; xem ổ đĩa rồi chạy lại")
            files, size = files + 1, size + copy.stat().st_size
    return files, size


@contextmanager
def _in_its_place(to: Path) -> Iterator[Path]:
    """Give a new folder for its owner alone that becomes `to` when all went well, and goes away otherwise."""
    aside = to.absolute().with_name(f".{to.name}.{secrets.token_hex(4)}.part")
    try:
        aside.mkdir(mode=0o700, parents=True)
        yield aside
        aside.replace(to)
    except OSError as error:
        raise FileTrouble(
            f"{to}: không ghi được bản sao ({error.strerror}); giải phóng chỗ trống hoặc cho quyền ghi"
        ) from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)
