"""Settings that have had other names are read by those too, and those of a payment provider are complete or refused."""

import pytest
from aftercare_chassis.settings import SettingsInvalid
from order_svc.main import payment_providers
from order_svc.settings import Settings
from provider_worlds import keys


@pytest.mark.parametrize(
    ("former", "setting"),
    [
        ("COURIER_UNMATCHED_HOURS", "partner_unmatched_hours"),
        ("COURIER_INBOX_HOURS", "partner_inbox_hours"),
        ("PAYMENT_WEBHOOK_HOURS", "partner_inbox_hours"),
    ],
)
def test_a_former_name_is_read(monkeypatch: pytest.MonkeyPatch, former: str, setting: str) -> None:
    monkeypatch.setenv(f"AFTERCARE_{former}", "5")
    assert getattr(Settings.example(), setting) == 5
    warning = f"AFTERCARE_{former} is a former name of AFTERCARE_{setting.upper()}"
    assert list(Settings.name_warnings()) == [warning]


PROVIDERS = {
    "stripe_api_key": "rk_test",
    "stripe_webhook_secrets": "whsec_1,whsec_2",
    "wechat_pay_merchant_id": "1900000001",
    "wechat_pay_app_id": "wx0123456789abcdef",
    "wechat_pay_certificate_serial": "4A",
    "wechat_pay_private_key": keys("merchant").private,
    "wechat_pay_api_v3_key": "0" * 32,
    "wechat_pay_public_keys": f"PUB_KEY_ID_1={keys('wechat 1').public},PUB_KEY_ID_2={keys('wechat 2').public}",
    "alipay_app_id": "2021000000000001",
    "alipay_private_key": keys("merchant").private,
    "alipay_public_keys": keys("alipay 1").public,
}


def settings(monkeypatch: pytest.MonkeyPatch, **changes: str) -> Settings:
    for name, value in {**PROVIDERS, **changes}.items():
        monkeypatch.setenv(f"AFTERCARE_{name.upper()}", value)
    return Settings.example()


def test_every_provider_with_credentials_is_connected(monkeypatch: pytest.MonkeyPatch) -> None:
    assert list(payment_providers(Settings.example())) == ["simulator"]
    connected = payment_providers(settings(monkeypatch))
    assert {name: len(each.secrets) for name, each in connected.items()} == {
        "simulator": 1,
        "stripe": 2,
        "wechat_pay": 2,
        "alipay": 1,
    }


def test_wechat_pay_signs_by_public_keys_or_by_certificates(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsInvalid, match="AFTERCARE_WECHAT_PAY_PUBLIC_KEYS must be set beside"):
        settings(monkeypatch, wechat_pay_public_keys="")
    older = payment_providers(settings(monkeypatch, wechat_pay_public_keys="", wechat_pay_certificates="true"))
    assert (older["wechat_pay"].secrets, older["wechat_pay"].key_source is None) == ((), False)
    assert payment_providers(settings(monkeypatch, wechat_pay_certificates="false"))["wechat_pay"].key_source is None


def test_no_credential_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = repr(settings(monkeypatch))
    hidden = ("rk_test", "whsec_1", keys("merchant").private, "0" * 32)
    assert [each for each in hidden if each in shown] == []


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("stripe_webhook_secrets", "", "AFTERCARE_STRIPE_WEBHOOK_SECRETS must be set beside AFTERCARE_STRIPE_API_KEY"),
        ("alipay_public_keys", "", "AFTERCARE_ALIPAY_PUBLIC_KEYS must be set beside AFTERCARE_ALIPAY_APP_ID"),
        ("wechat_pay_public_keys", "no id", "AFTERCARE_WECHAT_PAY_PUBLIC_KEYS is malformed"),
        ("wechat_pay_api_v3_key", "short", "AFTERCARE_WECHAT_PAY_API_V3_KEY is malformed"),
        ("wechat_pay_private_key", "no key", "the private key must be the base64 of an RSA key in PKCS 8"),
        ("alipay_public_keys", "bm8ga2V5", "a public key must be the base64 of an RSA key"),
    ],
)
def test_credentials_that_do_not_fit_are_named(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, complaint: str
) -> None:
    with pytest.raises(SettingsInvalid, match=complaint):
        payment_providers(settings(monkeypatch, **{name: value}))


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("LEAST_RECEIPT_HOURS", "2000", "least_receipt_hours must not be more than longest_receipt_hours"),
        ("LONGEST_PAYMENT_HOURS", "0.1", "least_payment_hours must not be more than longest_payment_hours"),
        ("RECEIPT_EXTENSIONS", "5", "receipt_extensions must not be more than most_receipt_extensions"),
    ],
)
def test_limits_that_leave_merchants_nothing_to_set_are_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, complaint: str
) -> None:
    monkeypatch.setenv(f"AFTERCARE_{name}", value)
    with pytest.raises(SettingsInvalid, match=complaint):
        Settings.example()
