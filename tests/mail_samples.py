"""What mail servers and mail programs send, in the shapes they give it; the people and places are made up."""

from email.header import Header
from html import escape

ORIGINAL = "<9f1c2e7a@angiang.example>"
"""The Message-ID of the letter that all these answer."""
TO = "vanphong.sct@angiang.example"
SENDER = "theo-doi@ke-hoach.example"
RETURNED = f"""\
Return-Path: <{SENDER}>
Received: from theo-doi (theo-doi.angiang.example [192.0.2.7]) by mx.angiang.example
To: {TO}, lanhdao.sct@angiang.example
From: {Header("Hội LHPN tỉnh", "utf-8").encode()} <{SENDER}>
Subject: {Header("Nhắc báo cáo năm 2024", "utf-8").encode()}
Message-ID: {ORIGINAL}
In-Reply-To: <thread@angiang.example>
References: <thread@angiang.example>
"""


def mail(headers: dict[str, str], body: str) -> bytes:
    """Return a message with CR LF at the ends of its lines."""
    lines = [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", *body.splitlines()]).encode() + b"\r\n"


def postfix(
    address: str = TO, action: str = "failed", status: str = "5.1.1", answers: str = RETURNED, number: int = 1
) -> bytes:
    """Return Postfix's delivery report on one address."""
    body = f"""\
This is a MIME-encapsulated message.

--4XSgb25zJ8z.1728954003/mx.angiang.example
Content-Description: Notification
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

This is the mail system at host mx.angiang.example.

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients. It's attached below.

                   The mail system

<{address}>: host mail.sct.example[192.0.2.25] said: 550 5.1.1 User unknown
    (in reply to RCPT TO command)

--4XSgb25zJ8z.1728954003/mx.angiang.example
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.angiang.example
X-Postfix-Queue-ID: 4XSgb25zJ8z
Arrival-Date: Tue, 15 Oct 2024 08:00:03 +0700 (+07)

Final-Recipient: rfc822; {address}
Original-Recipient: rfc822;{address}
Action: {action}
Status: {status}
Remote-MTA: dns; mail.sct.example
Diagnostic-Code: smtp; 550 5.1.1 User unknown

--4XSgb25zJ8z.1728954003/mx.angiang.example
Content-Description: Undelivered Message Headers
Content-Type: text/rfc822-headers

{answers}
--4XSgb25zJ8z.1728954003/mx.angiang.example--
"""
    report = (
        'multipart/report; report-type=delivery-status;\r\n boundary="4XSgb25zJ8z.1728954003/mx.angiang.example"'
    )
    return mail(
        {
            "Return-Path": "<>",
            "Date": "Tue, 15 Oct 2024 08:00:04 +0700 (+07)",
            "From": "MAILER-DAEMON@mx.angiang.example (Mail Delivery System)",
            "Subject": "Undelivered Mail Returned to Sender",
            "To": SENDER,
            "Auto-Submitted": "auto-replied",
            "MIME-Version": "1.0",
            "Content-Type": report,
            "Message-Id": f"<2024101501{number:04}.4XSgb25zJ8z@mx.angiang.example>",
        },
        body,
    )


EXIM = mail(
    {
        "Return-path": "<>",
        "X-Failed-Recipients": TO,
        "Auto-Submitted": "auto-replied",
        "From": "Mail Delivery System <Mailer-Daemon@relay.example>",
        "To": SENDER,
        "Subject": "Mail delivery failed: returning message to sender",
        "Message-Id": "<E1t0XyZ-0004aB-7Q@relay.example>",
    },
    f"""\
This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  {TO}
    host mail.sct.example [192.0.2.25]
    SMTP error from remote mail server after RCPT TO:<{TO}>:
    550 5.2.1 mailbox disabled

------ This is a copy of the message, including all the headers. ------

{RETURNED}""",
)

POSTFIX_TEXT = mail(
    {
        "Return-Path": "<>",
        "From": "MAILER-DAEMON@mx.angiang.example (Mail Delivery System)",
        "To": SENDER,
        "Subject": "Undelivered Mail Returned to Sender",
        "Message-Id": "<20241015010009.1A2B3C@mx.angiang.example>",
        "In-Reply-To": ORIGINAL,
    },
    f"""\
This is the mail system at host mx.angiang.example.

<{TO}>: host mail.sct.example[192.0.2.25] said: 550 5.1.1
    User unknown (in reply to RCPT TO command)
""",
)

EXCHANGE = mail(
    {
        "Return-Path": "<>",
        "From": "Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@angiang.example>",
        "To": SENDER,
        "Subject": Header("Không thể gửi: Nhắc báo cáo năm 2024", "utf-8").encode(linesep="\r\n"),
        "Message-ID": "<0a1b2c3d@EX01.angiang.example>",
        "In-Reply-To": ORIGINAL,
        "References": ORIGINAL,
        "Content-Type": "text/html; charset=utf-8",
        "Content-Transfer-Encoding": "8bit",
    },
    f"""\
<html><head><style>p {{ color: red }}</style></head><body>
<p><b>Không gửi được thư cho những người nhận hoặc nhóm sau:</b></p>
<p><a href="mailto:{TO}">Văn phòng Sở</a> ({TO})<br>Không tìm thấy địa chỉ bạn nhập.</p>
<p>Thông tin chẩn đoán cho quản trị viên:</p>
<p>Máy chủ tạo: EX01.angiang.example</p>
<p>{TO}<br>Remote Server returned '550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found'</p>
<p>Tiêu đề thư gốc:</p><pre>Message-ID: {escape(ORIGINAL)}
To: {TO}, lanhdao.sct@angiang.example</pre></body></html>
""",
)

GMAIL_WARNING = mail(
    {
        "Return-Path": "<>",
        "From": "Mail Delivery Subsystem <mailer-daemon@mail.example>",
        "X-Failed-Recipients": TO,
        "Subject": "Delivery Status Notification (Delay)",
        "Message-ID": "<670dc0a4@mail.example>",
        "References": ORIGINAL,
    },
    f"""\
** THIS IS A WARNING MESSAGE ONLY **
YOU DO NOT NEED TO RESEND YOUR MESSAGE.

Delivery to the following recipient has been delayed:

     {TO}

Message will be retried for 2 more day(s)
""",
)

ABSENT = mail(
    {
        "Return-Path": "<canbo.sct@angiang.example>",
        "From": f"{Header('Trần Văn Bình (minh họa)', 'utf-8').encode()} <canbo.sct@angiang.example>",
        "To": SENDER,
        "Subject": Header("Trả lời tự động: Nhắc báo cáo năm 2024", "utf-8").encode(linesep="\r\n"),
        "Message-ID": "<vacation-1@angiang.example>",
        "In-Reply-To": ORIGINAL,
        "Auto-Submitted": "auto-replied (vacation)",
        "Content-Type": "text/plain; charset=utf-8",
    },
    "Tôi nghỉ phép đến hết ngày 20/10/2024.\n",
)


def reply(body: str, number: int = 1, **headers: str) -> bytes:
    """Return a person's answer to the letter."""
    told = {
        "Return-Path": "<canbo.sct@angiang.example>",
        "Date": "Wed, 16 Oct 2024 09:30:00 +0700",
        "From": f"{Header('Trần Văn Bình (minh họa)', 'utf-8').encode()} <canbo.sct@angiang.example>",
        "To": SENDER,
        "Subject": Header("Re: Nhắc báo cáo năm 2024", "utf-8").encode(linesep="\r\n"),
        "Message-ID": f"<reply-{number}@mail.angiang.example>",
        "In-Reply-To": ORIGINAL,
        "References": f"<thread@angiang.example> {ORIGINAL}",
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Transfer-Encoding": "8bit",
    }
    return mail(told | {name.replace("_", "-"): value for name, value in headers.items()}, body)
