"""Letters of one store leave by one kind of door: after a mail server, a folder only where somebody asks for it.

Who types a command without the service's settings would else write its letters into a folder, mark them as sent,
and nobody would ever get them; their links and sender would be this machine's defaults, too.
"""

import sqlalchemy as sa

from tracker.errors import SettingsError
from tracker.letters.address import is_real_mail
from tracker.settings import Settings
from tracker.store.mail_server import has_used_mail_server


def refuse_forgotten_settings(connection: sa.Connection, settings: Settings) -> None:
    """Raise SettingsError where letters have left this store by a mail server and no mail door is set now.

    Also where they would leave by a mail server with links to this machine, because no base address is set. What
    somebody wrote down is asked for, and used: a folder as `mail_url`, this machine as `base_url`.
    """
    if "BASE_URL" not in settings.places and is_real_mail(settings.mail_url):
        raise SettingsError(
            f"base_url: chưa đặt, nên đường dẫn trong thư sẽ là {settings.base_url}, không cơ quan nào mở được; "
            f"chưa có gì được xếp hàng hay gửi. Ghi base_url vào {settings.var / 'tracker.toml'} "
            "(xem: tracker settings)"
        )
    asked_for = "MAIL_URL" in settings.places or not settings.mail_url.startswith("folder:")
    if asked_for or not has_used_mail_server(connection):
        return
    raise SettingsError(
        "mail_url: thư của kho dữ liệu này đi qua máy chủ thư, mà lệnh này không có cài đặt đó; chưa có gì được "
        f"xếp hàng hay gửi. Ghi mail_url vào {settings.var / 'secrets.toml'} cho mọi lệnh cùng dùng (xem: tracker "
        f'settings); chỉ khi thật sự muốn ghi thư ra tệp thì đặt mail_url = "folder://{settings.var / "outbox"}"'
    )
