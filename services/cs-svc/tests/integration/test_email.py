"""E-mails in and out through a real mail server, in the conversations that they belong to."""

from collections.abc import AsyncIterator, Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, cast

import mail_server
import pytest
from aftercare_chassis.jobs.workers import AT_ONCE
from aftercare_chassis.testing import Harness
from cs_desk import Desk
from cs_svc import main
from cs_svc.commands import inbound
from file_samples import page
from mail_server import BUYER, SUPPORT, MailServer
from mails import mail, report


@pytest.fixture(scope="module")
def server() -> Iterator[MailServer]:
    with mail_server.running() as running:
        yield running


class Post:
    """The service at its mailbox."""

    def __init__(self, desk: Desk, server: MailServer) -> None:
        self.desk, self.server = desk, server
        self._workers = {each.name: each for each in desk.harness.service.workers}

    async def run(self, name: str) -> None:
        while await self._workers[name].step(self.desk.harness.runtime) is AT_ONCE:
            pass

    async def fetch(self) -> list[tuple[str, str | None]]:
        """Read the mailbox and process it; what became of all that ever came in, oldest first."""
        await self.run("mailbox")
        await self.run("channel-inbox")
        rows = await self.desk.harness.runtime.pool.fetch("SELECT state, why FROM channel_inbox ORDER BY id")
        return [(row["state"], row["why"]) for row in rows]

    async def conversations(self) -> list[dict[str, Any]]:
        """Oldest first, each with its messages."""
        found = (await self.desk.agent.get("/v1/conversations")).json()["data"][::-1]
        return [(await self.desk.agent.get(f"/v1/conversations/{each['id']}")).json() for each in found]

    async def answer(self, conversation: dict[str, Any], text: str) -> EmailMessage:
        """The mail that arrives at the buyer when an agent writes."""
        self.server.empty(BUYER)
        path = f"/v1/conversations/{conversation['id']}"
        await self.desk.agent.post(f"{path}/messages", json={"text": text})
        await self.run("channel-deliveries")
        [raw] = self.server.mailbox(BUYER)
        return cast(EmailMessage, message_from_bytes(raw, policy=policy.default))


@pytest.fixture
async def post(postgres_url: str, server: MailServer) -> AsyncIterator[Post]:
    server.empty(SUPPORT, BUYER)
    async with Harness.start(main.service, postgres_url, **server.settings()) as harness:
        yield Post(Desk(harness), server)


def texts(conversation: dict[str, Any]) -> list[tuple[str, str]]:
    return [(each["author_role"], each["text"]) for each in conversation["messages"]]


async def test_a_mail_its_answer_and_the_answer_to_that_are_one_conversation(post: Post) -> None:
    post.server.post(bytes(mail()))
    assert await post.fetch() == [("applied", None)]
    [opened] = await post.conversations()
    assert (opened["channel"], opened["subject"], opened["buyer_id"][:5]) == ("email", "退款", "cust_")
    answer = await post.answer(opened, "已退款，请查收。")
    assert answer.get_content().strip() == "已退款，请查收。"
    assert (answer["Subject"], answer["In-Reply-To"]) == ("Re: 退款", "<1@mail.example.com>")
    quoting = "收到，谢谢！\n\nOn Monday, Shop wrote:\n> 已退款，请查收。"
    post.server.post(bytes(mail(quoting, Message_ID="<2@mail.example.com>", In_Reply_To=answer["Message-ID"])))
    by_address = mail("还有一个问题", Message_ID="<3@mail.example.com>", To=answer["Reply-To"])
    post.server.post(bytes(by_address))
    await post.fetch()
    [conversation] = await post.conversations()
    assert texts(conversation) == [
        ("buyer", "退款到了吗？"),
        ("agent", "已退款，请查收。"),
        ("buyer", "收到，谢谢！"),
        ("buyer", "还有一个问题"),
    ]
    assert conversation["messages"][2]["quoted"].startswith("On Monday")


async def test_a_mail_that_comes_twice_is_posted_once(post: Post) -> None:
    for _ in range(2):
        post.server.post(bytes(mail()))
    assert await post.fetch() == [("applied", None)]
    assert await post.fetch() == [("applied", None)]
    assert len(await post.conversations()) == 1


async def test_somebody_else_with_our_mail_gets_a_conversation_of_their_own(post: Post) -> None:
    post.server.post(bytes(mail()))
    await post.fetch()
    [opened] = await post.conversations()
    answer = await post.answer(opened, "请提供订单号。")
    other = mail("给我看看", From="mallory@mail.example.com", Message_ID="<m@x>", In_Reply_To=answer["Message-ID"])
    post.server.post(bytes(other), sender="mallory@mail.example.com")
    await post.fetch()
    first, second = await post.conversations()
    assert ("buyer", "给我看看") not in texts(first)
    assert second["buyer_id"] != first["buyer_id"]


async def test_a_mail_that_comes_back_is_bounced_and_reports_of_others_change_nothing(post: Post) -> None:
    post.server.post(bytes(mail()))
    await post.fetch()
    [opened] = await post.conversations()
    answer = await post.answer(opened, "请提供订单号。")
    post.server.post(report("<forged@shop.example.com>"), sender="mailer-daemon@mail.example.com")
    post.server.post(report(answer["Message-ID"]), sender="mailer-daemon@mail.example.com")
    states = await post.fetch()
    assert sorted(states[1:], key=str) == [("applied", None), ("ignored", "report_of_nothing_ours")]
    found = (await post.desk.agent.get(f"/v1/conversations/{opened['id']}/deliveries")).json()["data"]
    assert [(each["state"], each["why"]) for each in found] == [("bounced", "status_5_1_1")]


async def test_programs_bombs_and_floods_are_kept_and_open_nothing(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbound, "MOST_AN_HOUR", 3)
    head = "".join(f"Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n" for n in range(1_000))
    post.server.post(bytes(mail(Auto_Submitted="auto-replied", Message_ID="<auto@mail.example.com>")))
    post.server.post(f"From: {BUYER}\r\n{head}".encode())
    assert set(await post.fetch()) == {("ignored", "automatic_reply"), ("unreadable", "mail_too_nested")}
    assert await post.conversations() == []
    for number in range(5):
        post.server.post(bytes(mail(Message_ID=f"<{number}@mail.example.com>")))
    states = await post.fetch()
    assert states.count(("applied", None)) == 3
    assert states.count(("ignored", "too_many_messages")) == 2


async def test_files_are_seen_once_they_are_checked(post: Post) -> None:
    made = mail()
    made.add_attachment(page(), maintype="application", subtype="octet-stream", filename="发票.pdf")
    made.add_attachment(b"#!/bin/sh", maintype="image", subtype="png", filename="照片.png")
    post.server.post(bytes(made))
    await post.fetch()
    [opened] = await post.conversations()
    path = f"/v1/conversations/{opened['id']}/attachments"
    [script, invoice] = (await post.desk.agent.get(path)).json()["data"]
    assert (invoice["name"], invoice["media_type"], invoice["state"]) == ("发票.pdf", "application/pdf", "uploaded")
    assert (script["state"], script["refused_because"]) == ("refused", "type_unsupported")
    assert [each["links"] for each in (script, invoice)] == [None, None]
    message = (await post.desk.agent.get(f"/v1/conversations/{opened['id']}")).json()["messages"][0]
    assert [each["id"] for each in message["attachments"]] == [invoice["id"], script["id"]]
    await post.desk.harness.run_workers("attachment-checks")
    checked = (await post.desk.agent.get(f"{path}/{invoice['id']}")).json()
    assert (checked["state"], checked["channel"]) == ("added", "email")
    copy = await post.desk.agent.get(checked["links"]["copy_url"])
    assert copy.content.startswith(b"%PDF-")
    assert b"Wang Fang" not in copy.content
    assert (await post.desk.buyer.get(f"{path}/{invoice['id']}")).status_code == 404
    assert await post.desk.harness.runtime.pool.fetchval("SELECT count(*) FROM received_contents") == 0


async def test_a_file_beyond_the_limits_is_named_and_not_kept(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cs_svc.integrations.channels.email.parts.MOST_BYTES", 3)
    made = mail()
    made.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="发票.pdf")
    post.server.post(bytes(made))
    await post.fetch()
    [opened] = await post.conversations()
    path = f"/v1/conversations/{opened['id']}/attachments"
    [file] = (await post.desk.agent.get(path)).json()["data"]
    assert (file["name"], file["size_bytes"], file["refused_because"]) == ("发票.pdf", 4, "too_large")
