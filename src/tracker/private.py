"""The store's folder belongs to one account: nobody else reads it, and nobody else writes there by mistake."""

import os
import stat
from contextlib import suppress
from pathlib import Path

from tracker.errors import FileTrouble
from tracker.settings_files import owner_of

OTHERS = stat.S_IRWXG | stat.S_IRWXO


def enter(var: Path) -> None:
    """Do what every entry does before it uses the folder `var`: keep other accounts out of what it holds.

    From now on this process makes files that only their owner can use. What an older version left open in `var` is
    closed, once. Raises FileTrouble for root in a folder of another account: files that root makes there are files
    that the service cannot read.
    """
    os.umask(OTHERS)
    if not var.is_dir():
        return
    folder = var.stat()
    if os.geteuid() == 0 and folder.st_uid != 0:
        owner = owner_of(var)
        raise FileTrouble(
            f"{var}: thư mục dữ liệu của tài khoản {owner}; chạy lệnh bằng tài khoản đó: sudo -u {owner} tracker …"
        )
    shared = folder.st_mode & stat.S_ISVTX or folder.st_uid != os.geteuid()  # such as /tmp: not ours to close
    if folder.st_mode & OTHERS and not shared:
        _close(var)


def _close(var: Path) -> None:
    """Take the rights of other accounts from `var` and all in it; the folder itself comes last, as the sign."""
    for folder, _, names in os.walk(var, topdown=False):
        for path in [*(Path(folder, name) for name in names), Path(folder)]:
            with suppress(OSError):  # another account's, or gone meanwhile
                if not path.is_symlink():
                    path.chmod(stat.S_IMODE(path.stat().st_mode) & ~OTHERS)
