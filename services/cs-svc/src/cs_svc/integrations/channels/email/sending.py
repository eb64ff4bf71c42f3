"""E-mails out, over SMTP."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime

import aiosmtplib

from cs_svc.integrations.channels.email.tokens import Tokens
from cs_svc.integrations.channels.port import Outcome, Outgoing, Sent
from cs_svc.integrations.channels.texts import one_line

_SECONDS = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpAccount:
    """A mail server that takes our mails. `security`: `tls` from the first byte, `starttls`, or `none`, which is for tests."""

    host: str
    port: int
    security: str
    username: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailSending:
    """Sends e-mails from one address. A repetition has the Message-ID of the first, by which mail programs show it once."""

    account: SmtpAccount
    address: str
    name: str
    tokens: Tokens
    repeats_safely: bool = True
    resources: Sequence[AbstractAsyncContextManager[object]] = ()

    async def send(self, outgoing: Outgoing, now: datetime) -> Sent:
        """See the port. A server refuses for now with a code of 400 to 499, and for good with one of 500 to 599 (RFC 5321, 4.2.1)."""
        mail = self.mail(outgoing, now)
        account = self.account
        try:
            await aiosmtplib.send(
                mail,
                hostname=account.host,
                port=account.port,
                username=account.username or None,
                password=account.password or None,
                use_tls=account.security == "tls",
                start_tls=account.security == "starttls",
                timeout=_SECONDS,
            )
        except aiosmtplib.SMTPRecipientsRefused as refused:
            return _refused(max(each.code for each in refused.recipients))
        except aiosmtplib.SMTPAuthenticationError:
            return Sent(Outcome.UNAVAILABLE, why="smtp_login_refused")
        except aiosmtplib.SMTPResponseException as refused:
            return _refused(refused.code)
        except (aiosmtplib.SMTPException, OSError):
            return Sent(Outcome.UNAVAILABLE, why="smtp_unavailable")
        return Sent(Outcome.SENT, str(mail["Message-ID"]))

    def mail(self, outgoing: Outgoing, now: datetime) -> EmailMessage:
        """The mail: an answer to the latest of the person, where there is one, to an address that names the conversation."""
        local, _, domain = self.address.partition("@")
        mail = EmailMessage()
        mail["From"] = f"{self.name} <{self.address}>" if self.name else self.address
        mail["To"] = outgoing.address
        mail["Reply-To"] = f"{local}+{self.tokens.coded(outgoing.conversation_id)}@{domain}"
        subject = one_line(outgoing.subject or "") or "客服消息 / Message from customer service"
        mail["Subject"] = f"Re: {subject}" if outgoing.answers and not subject.lower().startswith("re:") else subject
        mail["Date"] = format_datetime(now)
        mail["Message-ID"] = f"<{self.tokens.coded(outgoing.delivery_id)}@{domain}>"
        if outgoing.answers:
            mail["In-Reply-To"] = mail["References"] = outgoing.answers
        mail["X-Auto-Response-Suppress"] = "All"
        mail.set_content(outgoing.text)
        return mail


def _refused(code: int) -> Sent:
    return Sent(Outcome.REFUSED if code >= 500 else Outcome.UNAVAILABLE, why=f"smtp_{code}")
