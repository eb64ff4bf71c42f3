"""The channels other than e-mail whose accounts are set."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import httpx
from aftercare_chassis.http.partner_client import PartnerClient

from cs_svc.domain.channels import Channel
from cs_svc.integrations.channels.phone.receiving import PhoneReceiving
from cs_svc.integrations.channels.port import MediaChannel, ReadingChannel, SendingChannel
from cs_svc.integrations.channels.pushes import PushingChannel
from cs_svc.integrations.channels.qq.receiving import QqReceiving
from cs_svc.integrations.channels.qq.sending import QqSending
from cs_svc.integrations.channels.sms.aliyun import AliyunReceiving, AliyunSending
from cs_svc.integrations.channels.wechat.receiving import WeChatReceiving
from cs_svc.integrations.channels.wechat.sending import WeChatSending
from cs_svc.settings import Settings

_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Connected:
    """Adapters by channel: what sends, reads, receives pushes, and fetches files."""

    sending: dict[Channel, SendingChannel] = field(default_factory=dict)
    reading: dict[Channel, ReadingChannel] = field(default_factory=dict)
    pushing: dict[Channel, PushingChannel] = field(default_factory=dict)
    media: dict[Channel, MediaChannel] = field(default_factory=dict)


def connected(settings: Settings, transport: httpx.AsyncBaseTransport | None = None) -> Connected:
    """The channels of these settings; `transport` is for tests."""
    found = Connected()
    if settings.wechat_app_id:
        _connect_wechat(found, settings, transport)
    if settings.phone_webhook_secrets:
        phone = PhoneReceiving(secrets=_several(settings, "phone_webhook_secrets"))
        found.pushing[Channel.PHONE] = found.reading[Channel.PHONE] = phone
    if settings.sms_key_id:
        _connect_sms(found, settings, transport)
    if settings.qq_app_id:
        _connect_qq(found, settings, transport)
    return found


def _connect_wechat(found: Connected, settings: Settings, transport: httpx.AsyncBaseTransport | None) -> None:
    receiving = WeChatReceiving(
        app_id=settings.wechat_app_id,
        tokens=_several(settings, "wechat_tokens"),
        keys=_several(settings, "wechat_aes_keys"),
    )
    sending = WeChatSending(
        client=PartnerClient(timeout=_SECONDS, transport=transport),
        url=settings.wechat_url,
        app_id=settings.wechat_app_id,
        secret=_one(settings, "wechat_app_secret"),
    )
    found.pushing[Channel.WECHAT] = found.reading[Channel.WECHAT] = receiving
    found.sending[Channel.WECHAT] = found.media[Channel.WECHAT] = sending


def _connect_sms(found: Connected, settings: Settings, transport: httpx.AsyncBaseTransport | None) -> None:
    receiving = AliyunReceiving(tokens=_several(settings, "sms_push_tokens"))
    found.pushing[Channel.SMS] = found.reading[Channel.SMS] = receiving
    found.sending[Channel.SMS] = AliyunSending(
        client=PartnerClient(timeout=_SECONDS, transport=transport),
        url=settings.sms_url,
        key_id=settings.sms_key_id,
        secret=_one(settings, "sms_key_secret"),
        sign_name=settings.sms_sign_name,
        template=settings.sms_template,
        most_segments=settings.sms_most_segments,
        hourly=settings.sms_hourly,
    )


def _connect_qq(found: Connected, settings: Settings, transport: httpx.AsyncBaseTransport | None) -> None:
    secrets = _several(settings, "qq_secrets")
    sending = QqSending(
        client=PartnerClient(timeout=_SECONDS, transport=transport),
        url=settings.qq_url,
        token_url=settings.qq_login_url,
        app_id=settings.qq_app_id,
        secret=lambda: secrets()[0],
    )
    found.pushing[Channel.QQ] = found.reading[Channel.QQ] = QqReceiving(secrets=secrets)
    found.sending[Channel.QQ] = found.media[Channel.QQ] = sending


def _one(settings: Settings, name: str) -> Callable[[], str]:
    """The secret as it is now: its file may have been replaced."""
    return lambda: str(settings.current(name))


def _several(settings: Settings, name: str) -> Callable[[], Sequence[str]]:
    """As `_one`, of a secret that has several values while one replaces another."""
    return lambda: [each.strip() for each in str(settings.current(name)).split(",") if each.strip()]
