"""Whatever comes in over channels is read, or refused as their ports say; nothing that is read cannot be stored."""

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from aftercare_simulators.channels.qq import Qq
from aftercare_simulators.channels.sms import SmsProvider
from aftercare_simulators.channels.telephone import Telephone
from aftercare_simulators.channels.wechat import WeChat
from cs_svc.integrations.channels.phone.receiving import PhoneReceiving
from cs_svc.integrations.channels.port import CallReport, Content, DeliveryReport, InboundMessage, Unreadable
from cs_svc.integrations.channels.pushes import Push, PushingChannel, Rejected
from cs_svc.integrations.channels.qq.receiving import QqReceiving
from cs_svc.integrations.channels.sms.aliyun import AliyunReceiving
from cs_svc.integrations.channels.wechat.receiving import WeChatReceiving
from hypothesis import given, settings
from hypothesis import strategies as st

# Any: JSON.
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
WECHAT, QQ, SMS, PHONE = WeChat(lambda: NOW), Qq(lambda: NOW), SmsProvider(lambda: NOW), Telephone(lambda: NOW)
CHANNELS: dict[str, Any] = {
    "wechat": WeChatReceiving(app_id=WECHAT.app_id, tokens=lambda: [WECHAT.token], keys=lambda: [WECHAT.key]),
    "qq": QqReceiving(secrets=lambda: [QQ.secret]),
    "sms": AliyunReceiving(tokens=lambda: ["token"]),
    "phone": PhoneReceiving(secrets=lambda: [PHONE.secret]),
}
EXAMPLES: dict[str, Any] = {
    "qq": QQ.private("person", "在吗", number=1, attachments=[{"url": "https://a.qq.com/1", "filename": "1"}]),
    "sms": SMS.answer("13800138000", "TD", sequence=1) | {"success": False, "biz_id": "1", "err_code": "1"},
    "phone": json.loads(PHONE.report("ended", "c-1", "13800138000", agent_id="a", duration_seconds=1)[1]),
}
STRANGE = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.just("\ud800\x00\u202e"),
    st.just("0001-01-01T00:00:00+14:00"),
    st.just("0001-01-01 00:00:00"),
    st.just("9" * 5_000),
    st.lists(st.integers(), max_size=3),
    st.dictionaries(st.text(max_size=5), st.integers(), max_size=2),
)


def storable(content: Content) -> bool:
    """Whether PostgreSQL takes every text of it."""
    match content:
        case InboundMessage():
            texts = [content.external_id, content.text, *(each.reference for each in content.media)]
        case CallReport():
            texts = [content.call_id, content.number, content.line, content.agent_id, content.recording]
        case DeliveryReport():
            texts = [content.external_id, content.delivery_id, content.why]
        case _:
            texts = [content.why]
    return all(("\x00" not in each and each.isprintable()) or each.encode() for each in texts if each)


def read(channel: str, raw: bytes) -> None:
    with suppress(Unreadable):
        assert storable(CHANNELS[channel].parse(raw))


@pytest.mark.parametrize("channel", CHANNELS)
@given(raw=st.binary(max_size=300))
def test_any_bytes_are_read_or_unreadable(channel: str, raw: bytes) -> None:
    read(channel, raw)


@pytest.mark.parametrize("channel", EXAMPLES)
@settings(max_examples=300)
@given(data=st.data())
def test_an_example_with_a_strange_value_is_read_or_unreadable(channel: str, data: st.DataObject) -> None:
    changed = json.loads(json.dumps(EXAMPLES[channel]))
    node: Any = changed
    while isinstance(node, dict) and node:
        name = data.draw(st.sampled_from(sorted(node)))
        if isinstance(node[name], dict) and data.draw(st.booleans()):
            node = node[name]
            continue
        node[name] = data.draw(STRANGE)
        break
    read(channel, json.dumps(changed).encode())


@given(name=st.sampled_from(["MsgId", "CreateTime", "Content", "MsgType", "FromUserName", "MediaId"]), value=st.text())
def test_a_message_of_wechat_with_a_strange_value_is_read_or_unreadable(name: str, value: str) -> None:
    safe = value.replace("&", "").replace("<", "")
    xml = WECHAT.xml("person", "image", NOW, f"<MediaId>1</MediaId><{name}>{safe}</{name}>")
    read("wechat", xml.encode("utf-8", "replace"))


@pytest.mark.parametrize("channel", CHANNELS)
@given(
    raw=st.binary(max_size=200),
    names=st.lists(
        st.sampled_from(
            ["x-signature-ed25519", "x-signature-timestamp", "webhook-id", "webhook-timestamp", "webhook-signature"]
        )
    ),
    values=st.text(max_size=30),
)
def test_a_push_without_its_signature_is_rejected(channel: str, raw: bytes, names: list[str], values: str) -> None:
    adapter: PushingChannel = CHANNELS[channel]
    query = dict.fromkeys(("signature", "timestamp", "nonce", "msg_signature", "token"), values)
    with pytest.raises(Rejected):
        adapter.receive(Push(raw=raw, headers=dict.fromkeys(names, values), query=query), NOW)
