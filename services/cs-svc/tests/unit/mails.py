"""E-mails as programs write them."""

from email.message import EmailMessage

SUPPORT, BUYER = "support@shop.example.com", "li.wei@mail.example.com"


def mail(text: str = "退款到了吗？", **headers: str) -> EmailMessage:
    """A plain mail of the buyer; names of headers have underscores in place of hyphens."""
    made = EmailMessage()
    usual = {"From": f"李伟 <{BUYER}>", "To": SUPPORT, "Subject": "退款", "Message_ID": "<1@mail.example.com>"}
    for name, value in {**usual, **headers}.items():
        made[name.replace("_", "-")] = value
    made.set_content(text)
    return made


def report(message_id: str, action: str = "failed", status: str = "5.1.1") -> bytes:
    """A report of a mail server about the mail with this id (RFC 3464)."""
    return f"""\
Return-Path: <>
From: MAILER-DAEMON@mail.example.com
To: {SUPPORT}
Subject: Undelivered Mail
Message-ID: <report.{message_id.strip("<>")}>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

It could not be delivered.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example.com

Final-Recipient: rfc822; {BUYER}
Action: {action}
Status: {status}

--b
Content-Type: text/rfc822-headers

Message-ID: {message_id}
Subject: Re

--b--
""".replace("\n", "\r\n").encode()
