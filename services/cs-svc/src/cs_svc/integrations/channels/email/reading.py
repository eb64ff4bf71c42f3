"""What an e-mail is: a message of a person, a report that one of ours did not arrive (RFC 3464), or an answer of a program (RFC 3834)."""

import re
from dataclasses import dataclass
from email.utils import getaddresses, parseaddr

from cs_svc.integrations.channels.email.parts import Mail, content_of, decoded, files, header, is_file, leaves, read
from cs_svc.integrations.channels.email.texts import of_html, split
from cs_svc.integrations.channels.email.tokens import Tokens
from cs_svc.integrations.channels.port import Content, DeliveryReport, InboundMessage, Irrelevant, Unreadable
from cs_svc.integrations.channels.texts import clean, one_line

_ADDRESSED = ("To", "Cc", "Delivered-To", "X-Original-To")
_THREAD = ("In-Reply-To", "References")
_BULK = frozenset({"bulk", "junk", "list", "auto_reply"})
_STATUS = re.compile(r"^Status:\s*([245]\.\d{1,3}\.\d{1,3})", re.I | re.M)
_ACTION = re.compile(r"^Action:\s*([a-z]+)", re.I | re.M)
_MESSAGE_ID = re.compile(r"<[^<>\s]{1,250}>")
_LONGEST_REPORT = 200_000


@dataclass(frozen=True, slots=True)
class EmailReading:
    """Reads e-mails. `authserv_id` is how our own mail server names itself in Authentication-Results (RFC 8601); what it says failed DMARC is of
    nobody. Where it is empty, senders are believed."""

    tokens: Tokens
    own_address: str
    authserv_id: str = ""

    def parse(self, raw: bytes) -> Content:
        """See the port."""
        try:
            return self._parse(read(raw))
        except Unreadable:
            raise
        except (RecursionError, AttributeError, TypeError, LookupError, AssertionError, ValueError):
            # The parser of the standard library raises these on some malformed mails.
            raise Unreadable("mail_malformed") from None

    def _parse(self, mail: Mail) -> Content:
        parts = list(leaves(mail))
        if mail.get_content_type() == "multipart/report" or (
            parseaddr(header(mail, "Return-Path"))[1] == "" and ("Return-Path" in mail)
        ):
            return self._report(parts)
        address = parseaddr(header(mail, "From"))[1].lower()
        if not address or address == self.own_address.lower():
            return Irrelevant("own_message" if address else "no_sender")
        if _is_automatic(mail):
            return Irrelevant("automatic_reply")
        if self._is_forged(mail):
            return Irrelevant("sender_not_authenticated")
        return self._message(mail, address, parts)

    def _message(self, mail: Mail, address: str, parts: list[Mail]) -> InboundMessage:
        written, quoted = split(_text(parts))
        thread = " ".join(header(mail, name) for name in _THREAD)
        addressed = " ".join(each for _, each in getaddresses([header(mail, name) for name in _ADDRESSED]))
        subject = header(mail, "Subject")
        message_id = _MESSAGE_ID.search(header(mail, "Message-ID"))
        return InboundMessage(
            external_id=message_id[0] if message_id else None,
            address=address,
            text=written or one_line(subject) or "[…]",
            quoted=quoted,
            subject=one_line(subject) or None,
            delivery_id=self.tokens.find(thread, "dlv"),
            conversation_id=self.tokens.find(addressed, "conv"),
            files=files([part for part in parts if is_file(part)]),
        )

    def _report(self, parts: list[Mail]) -> Content:
        """A report names our message in the part that repeats its headers, or anywhere where a server writes one in words of its own."""
        whole = "\n".join(decoded(content_of(each)[:_LONGEST_REPORT], "utf-8") for each in parts[:10])
        status = next((each for each in parts if each.get_content_type() == "message/delivery-status"), None)
        status_text = decoded(content_of(status)[:_LONGEST_REPORT], "utf-8") if status is not None else ""
        action, code = _ACTION.search(status_text), _STATUS.search(status_text)
        delivery_id = self.tokens.find(whole, "dlv")
        if delivery_id is None:
            return Irrelevant("report_of_nothing_ours")
        if action is not None and action[1].lower() in ("delayed", "relayed", "expanded"):
            return Irrelevant("delivery_delayed")
        delivered = action is not None and action[1].lower() == "delivered"
        why = None if delivered else f"status_{code[1].replace('.', '_')}" if code else "returned"
        return DeliveryReport(delivery_id=delivery_id, delivered=delivered, why=why)

    def _is_forged(self, mail: Mail) -> bool:
        """Only the first header of our own server counts: all below it may have been written by the sender."""
        results = one_line(str(mail.get("Authentication-Results", "")), 2_000)
        name, _, found = results.partition(";")
        return bool(self.authserv_id) and name.split()[:1] == [self.authserv_id] and "dmarc=fail" in found


def _is_automatic(mail: Mail) -> bool:
    """Whether a program wrote it: nobody is to answer it (RFC 3834, 2; the X- headers are those of Exchange and of older programs)."""
    submitted = header(mail, "Auto-Submitted").lower()
    return (
        (submitted not in ("", "no"))
        or header(mail, "Precedence").lower() in _BULK
        or any(name in mail for name in ("X-Auto-Response-Suppress", "X-Autoreply", "X-Autorespond", "List-Id"))
    )


def _text(parts: list[Mail]) -> str:
    texts = [part for part in parts if not is_file(part)]
    plain = next((each for each in texts if each.get_content_subtype() == "plain"), None)
    chosen = plain or next(iter(texts), None)
    if chosen is None:
        return ""
    text = decoded(content_of(chosen), str(chosen.get_param("charset") or "utf-8"))
    return clean(text if chosen is plain else of_html(text))
