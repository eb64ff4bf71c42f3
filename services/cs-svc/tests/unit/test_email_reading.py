"""What an e-mail says, whoever wrote it and however."""

import time
from contextlib import suppress
from typing import Any

import pytest
from cs_svc.domain.attachments import MOST_BYTES, MOST_FILES
from cs_svc.integrations.channels.email.parts import LARGEST
from cs_svc.integrations.channels.email.reading import EmailReading
from cs_svc.integrations.channels.email.texts import of_html, split
from cs_svc.integrations.channels.email.tokens import Tokens
from cs_svc.integrations.channels.port import DeliveryReport, InboundMessage, Irrelevant, Unreadable
from cs_svc.integrations.channels.texts import CUT, LONGEST_TEXT, clean
from hypothesis import given, settings
from hypothesis import strategies as st
from mails import BUYER, SUPPORT, mail, report

TOKENS = Tokens("a key for tests only")
READING = EmailReading(TOKENS, SUPPORT, "mx.shop.example.com")
DELIVERY, CONVERSATION = f"dlv_{'1' * 32}", f"conv_{'2' * 32}"


def read(raw: bytes) -> InboundMessage:
    content = READING.parse(raw)
    assert isinstance(content, InboundMessage), content
    return content


def test_a_plain_mail() -> None:
    found = read(bytes(mail()))
    assert (found.address, found.text, found.quoted, found.subject) == (BUYER, "退款到了吗？", None, "退款")
    assert found.external_id == "<1@mail.example.com>"


@pytest.mark.parametrize(
    ("text", "written", "quoted"),
    [
        ("好的\n\nOn Mon, 2 Mar 2026, Shop wrote:\n> 请寄回", "好的", "On Mon, 2 Mar 2026, Shop wrote:\n> 请寄回"),
        ("好的\n\n在 2026年3月2日，商城 写道：\n> 请寄回", "好的", "在 2026年3月2日，商城 写道：\n> 请寄回"),
        ("好的\n-----原始邮件-----\n发件人: 商城", "好的", "-----原始邮件-----\n发件人: 商城"),
        ("Yes\n-- \nLi Wei\nExample Ltd", "Yes", "--\nLi Wei\nExample Ltd"),
        ("> 请寄回\n\n好的", "好的", "> 请寄回"),
        ("> 只有引用", "> 只有引用", None),
        ("第一行\n> 引用\n第二行", "第一行\n第二行", "> 引用"),
    ],
)
def test_what_is_repeated_is_apart(text: str, written: str, quoted: str | None) -> None:
    assert split(text) == (written, quoted)


def test_html_is_text_without_scripts_links_and_quotations() -> None:
    markup = (
        "<style>p{}</style><p>您好</p><script>alert(1)</script><a href='https://bad.example'>bank</a>"
        "<div class='gmail_quote'><div>On Monday</div>请寄回</div>"
    )
    written, quoted = split(clean(of_html(markup)))
    assert (written, quoted) == ("您好\nbank", "> On Monday\n> 请寄回")
    made = mail()
    made.replace_header("Content-Type", "text/html; charset=utf-8")
    made.set_content(markup, subtype="html")
    assert read(bytes(made)).text == "您好\nbank"


def test_a_mail_in_big5_is_read() -> None:
    head = f"From: {BUYER}\r\nContent-Type: text/plain; charset=big5\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    assert read(head.encode() + "退款到了嗎".encode("big5")).text == "退款到了嗎"


@pytest.mark.parametrize(
    ("charset", "label"),
    [("gb18030", "gb2312"), ("gb18030", "gbk"), ("utf-8", "us-ascii"), ("gb18030", "x-unknown")],
)
def test_charsets_are_what_they_are_and_not_what_they_are_labelled(charset: str, label: str) -> None:
    head = f"From: {BUYER}\r\nContent-Type: text/plain; charset={label}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    assert read(head.encode() + "退款到了吗".encode(charset)).text == "退款到了吗"


def test_characters_that_deceive_are_left_out() -> None:
    assert clean("a\u202etxt.exe\u2066\x00\x07b") == "atxt.exeb"
    emoji = read(bytes(mail("😀" * 100_000)))
    assert emoji.text == "😀" * LONGEST_TEXT + CUT


def test_answers_name_their_conversation_only_with_the_right_code() -> None:
    message_id = f"<{TOKENS.coded(DELIVERY)}@shop.example.com>"
    assert read(bytes(mail(In_Reply_To=message_id))).delivery_id == DELIVERY
    assert read(bytes(mail(References=f"<x@y> {message_id}"))).delivery_id == DELIVERY
    to = f"support+{TOKENS.coded(CONVERSATION)}@shop.example.com"
    found = read(bytes(mail(To=to)))
    assert found.conversation_id == CONVERSATION
    forged = Tokens("another key of tests")
    assert read(bytes(mail(In_Reply_To=f"<{forged.coded(DELIVERY)}@x>"))).delivery_id is None


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Precedence": "bulk"},
        {"X_Auto_Response_Suppress": "All"},
        {"List_Id": "<news.example.com>"},
    ],
)
def test_programs_are_not_answered(headers: dict[str, str]) -> None:
    assert READING.parse(bytes(mail(**headers))) == Irrelevant("automatic_reply")
    assert isinstance(READING.parse(bytes(mail(Auto_Submitted="no"))), InboundMessage)
    assert READING.parse(bytes(mail(From=SUPPORT))) == Irrelevant("own_message")


def test_reports_are_about_our_mails_alone() -> None:
    ours = f"<{TOKENS.coded(DELIVERY)}@shop.example.com>"
    gone = DeliveryReport(delivery_id=DELIVERY, delivered=False, why="status_5_1_1")
    assert READING.parse(report(ours)) == gone
    assert READING.parse(report(ours, "delayed", "4.4.1")) == Irrelevant("delivery_delayed")
    assert READING.parse(report(ours, "delivered", "2.0.0")) == DeliveryReport(delivery_id=DELIVERY, delivered=True)
    assert READING.parse(report("<x@y>")) == Irrelevant("report_of_nothing_ours")


def test_only_our_own_server_decides_who_is_forged() -> None:
    failed = "mx.shop.example.com; dmarc=fail header.from=mail.example.com"
    assert READING.parse(bytes(mail(Authentication_Results=failed))) == Irrelevant("sender_not_authenticated")
    others = "mx.elsewhere.example; dmarc=fail"
    assert isinstance(READING.parse(bytes(mail(Authentication_Results=others))), InboundMessage)


def nested(depth: int) -> bytes:
    head = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(depth))
    return f"From: {BUYER}\r\n".encode() + head + b"\r\ntext"


@pytest.mark.parametrize(
    "bomb",
    [
        nested(5_000),
        b"From: a@b.example\r\n" + b"Content-Type: message/rfc822\r\n\r\n" * 5_000,
        b"x" * (LARGEST + 1),
    ],
    ids=["multiparts", "forwarded", "large"],
)
def test_bombs_are_unreadable(bomb: bytes) -> None:
    began = time.process_time()
    with pytest.raises(Unreadable):
        READING.parse(bomb)
    assert time.process_time() - began < 5


def test_ten_thousand_files_are_twenty() -> None:
    files = b"".join(b"--b\r\nContent-Disposition: attachment; filename=%d.txt\r\n\r\nx\r\n" % n for n in range(10_000))
    raw = f"From: {BUYER}\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n".encode() + files + b"--b--"
    assert len(read(raw).files) == MOST_FILES


def test_a_file_too_large_is_named_and_not_kept() -> None:
    made = mail()
    made.add_attachment(b"z" * (MOST_BYTES + 1), maintype="application", subtype="zip", filename="照片\u202egpj.zip")
    made.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="发票.pdf")
    large, small = read(bytes(made)).files
    assert (large.content, large.size_bytes, large.name) == (None, MOST_BYTES + 1, "照片gpj.zip")
    assert (small.content, small.media_type, small.name) == (b"%PDF", "application/pdf", "发票.pdf")


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from([*bytes(mail()).split(b"\n"), *report("<x@y>").split(b"\n"), b"\xff\x00", b""])))
def test_anything_is_read_or_refused(lines: list[Any]) -> None:
    with suppress(Unreadable):
        READING.parse(b"\n".join(lines))
