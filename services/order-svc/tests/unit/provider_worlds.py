"""Each payment provider with its adapter: the adapter's real code against the provider's simulator, in one process."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import httpx
from aftercare_simulators import alipay, stripe, wechat_pay
from aftercare_simulators import payment as own
from aftercare_simulators.payment.methods import Method
from aftercare_simulators.payment.provider import Provider
from aftercare_simulators.payment.rsa import KeyPair
from order_svc.domain.payments.model import Payment, PaymentState, Refund, RefundState
from order_svc.domain.payments.signing_keys import PublishedKey
from order_svc.integrations.payments.alipay import Alipay, AlipayAccount
from order_svc.integrations.payments.port import PaymentProvider, ProviderNotification, ProviderResult
from order_svc.integrations.payments.simulator import Simulator
from order_svc.integrations.payments.stripe import Stripe
from order_svc.integrations.payments.wechat_pay import WeChatPay, WeChatPayAccount
from order_svc.integrations.pushes import Acceptance, ExaminedPush, examine

# Any: applications, options and contents of several types.
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SHOP = "http://shop/v1/payment-webhooks"
SECRET, NEXT_SECRET = "whsec_bm90LWEtcmVhbC1zZWNyZXQ=", "whsec_YW5vdGhlci1vbmUtYWx0b2dldGhlcg=="
PAYMENT = Payment(
    id="pay_0195a1b2c3d47e5f8a9b0c1d2e3f4a5b",
    version=1,
    order_id="ord_0195a1b2c3d47e5f8a9b0c1d2e3f4a50",
    buyer_id="b",
    merchant_id="m",
    provider="",
    method="",
    state=PaymentState.PENDING,
    amount_minor=29500,
    currency="CNY",
    refunded_minor=0,
    created_at=NOW,
    expires_at=NOW + timedelta(minutes=30),
)


@cache
def keys(owner: str) -> KeyPair:
    """The key of this owner, made once."""
    return KeyPair()


def refund_of(payment: Payment, amount: int, id_: str = "ref_0195a1b2c3d47e5f8a9b0c1d2e3f4a5c") -> Refund:
    return Refund(
        id=id_,
        payment_id=payment.id,
        order_id=payment.order_id,
        case_id=None,
        state=RefundState.SUBMITTED,
        amount_minor=amount,
        currency=payment.currency,
        cause="approval",
        created_at=NOW,
    )


class World:
    """A provider and its adapter. `sent` are the callbacks as they arrived, `pushes` what the adapter found in them."""

    def __init__(self, name: str, method: str) -> None:
        self.now = NOW
        self.payment = dataclasses.replace(PAYMENT, provider=name, method=method)
        self.sent: list[tuple[bytes, Mapping[str, str]]] = []
        self.pushes: list[ExaminedPush[ProviderNotification | None]] = []
        self.payer_id: str | None = None
        self.adapter: PaymentProvider
        self.app: Any
        self._failure: Callable[[httpx.Request], httpx.Response] | None = None
        to_shop = httpx.MockTransport(self._receive)
        self.options: dict[str, Any] = {
            "clock": lambda: self.now,
            "client": httpx.AsyncClient(transport=to_shop),
            "delay": 0,
            "slow": 0.02,
            "retry_pauses": (0, 0),
        }

    @property
    def provider(self) -> Provider:
        found: Provider = self.app.state.provider
        return found

    def behave(self, method: Method | None) -> None:
        """Every later operation of the provider has this method."""
        self.provider.override = method

    def client(self) -> httpx.AsyncClient:
        """The way to the provider."""
        return httpx.AsyncClient(transport=httpx.MockTransport(self._pass_on))

    def break_with(self, failure: type[httpx.TransportError] | httpx.Response | None) -> None:
        """Every later request of the adapter ends like this, without having reached the provider; None: no more."""

        def fail(request: httpx.Request) -> httpx.Response:
            if isinstance(failure, httpx.Response):
                return failure
            assert failure is not None
            raise failure("as the test requires", request=request)

        self._failure = None if failure is None else fail

    async def settled(self) -> None:
        await self.provider.callbacks.settled()

    @property
    def request(self) -> dict[str, str]:
        """What the buyer sends to pay an order in this way."""
        return {"payment_method": self.payment.method} | ({"payer_id": self.payer_id} if self.payer_id else {})

    async def pay(self, payment: Payment | None = None) -> ProviderResult:
        """Ask the provider for the payment, or for this one."""
        return await self.adapter.pay(payment or self.payment, self.payer_id)

    async def paid(self) -> Payment:
        """The payment, made and reported."""
        await self.pay()
        await self.settled()
        found = await self.adapter.find(self.payment)
        self.sent.clear()
        self.pushes.clear()
        return dataclasses.replace(self.payment, state=PaymentState.SUCCEEDED, provider_reference=found.reference)

    def examined(self, raw: bytes, headers: Mapping[str, str], *, late: float = 0) -> ExaminedPush[Any]:
        at = self.now + timedelta(seconds=late)
        return examine(self.adapter, raw, headers, self.secrets, at)

    @property
    def secrets(self) -> Sequence[str]:
        """What the shop accepts callbacks by."""
        return self.adapter.secrets

    async def rotate(self) -> None:
        """The provider signs with its next key, which the shop knows already."""
        raise NotImplementedError

    def use_unknown_key(self) -> None:
        """The provider signs with a key that the shop does not know."""
        raise NotImplementedError

    async def _pass_on(self, request: httpx.Request) -> httpx.Response:
        if self._failure is not None:
            return self._failure(request)
        return await httpx.ASGITransport(app=self.app).handle_async_request(request)

    def _receive(self, request: httpx.Request) -> httpx.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.sent.append((request.content, headers))
        push = self.examined(request.content, headers)
        self.pushes.append(push)
        if push.rejection is None:
            answer = self.adapter.accepted(Acceptance.PROCESSED, push)
        else:
            answer = self.adapter.refused(push.rejection.code, push.rejection.detail)
        return httpx.Response(answer.status, content=answer.body, headers={"content-type": answer.media_type})


class SimulatorWorld(World):
    """Our own simulator, which has one secret for ever."""

    def __init__(self) -> None:
        super().__init__("simulator", "sim_success")
        self.app = own.create(SECRET, **self.options)
        self.adapter = Simulator(self.client(), url="http://sim", callback_url=f"{SHOP}/simulator", secret=SECRET)


class StripeWorld(World):
    """An account of Stripe whose webhook secret is being rolled."""

    def __init__(self, method: str = "pm_card_visa") -> None:
        super().__init__("stripe", method)
        self.app = stripe.create("sk_test", webhook_url=f"{SHOP}/stripe", secrets=[SECRET], **self.options)
        secrets = (SECRET, NEXT_SECRET)
        self.adapter = Stripe(self.client(), url="http://stripe", api_key="sk_test", secrets=secrets)

    async def rotate(self) -> None:
        self.app.state.secrets = [NEXT_SECRET]

    def use_unknown_key(self) -> None:
        self.app.state.secrets = ["whsec_unknown"]


class WeChatPayWorld(World):
    """A merchant of WeChat Pay that knows the platform's present key and the next one."""

    def __init__(self, method: str = "native", *, has_certificates: bool = False) -> None:
        super().__init__("wechat_pay", method)
        self.payer_id = "o-invented-buyer_1" if method == "jsapi" else None
        self.platform = wechat_pay.Platform(merchant=keys("merchant"), keys={"PUB_KEY_ID_1": keys("wechat 1")})
        self.app = wechat_pay.create(self.platform, **self.options)
        public_keys = {f"PUB_KEY_ID_{each}": keys(f"wechat {each}").public for each in (1, 2)}
        account = WeChatPayAccount(
            merchant_id=self.platform.merchant_id,
            app_id=self.platform.app_id,
            certificate_serial=self.platform.certificate_serial,
            private_key=keys("merchant").private,
            api_v3_key=self.platform.api_v3_key,
            public_keys={} if has_certificates else public_keys,
            has_certificates=has_certificates,
        )
        callback_url = f"{SHOP}/wechat_pay"
        self.adapter = WeChatPay(self.client(), url="http://wechat", callback_url=callback_url, account=account)

    async def rotate(self) -> None:
        self.platform.keys["PUB_KEY_ID_2"] = keys("wechat 2")

    def use_unknown_key(self) -> None:
        self.platform.keys["PUB_KEY_ID_3"] = keys("wechat 3")


class CertificatesWorld(WeChatPayWorld):
    """A merchant of WeChat Pay in the older mode, who fetches its certificates. A new one is published before it signs."""

    def __init__(self) -> None:
        super().__init__(has_certificates=True)
        self.platform.keys.clear()
        self.publish("wechat 1", signs=True)
        self.known: Sequence[PublishedKey] = ()

    def publish(self, owner: str, *, signs: bool) -> str:
        serial = self.platform.certify(keys(owner), NOW - timedelta(days=1), NOW + timedelta(days=5 * 365))
        if signs:
            self.platform.keys[serial] = keys(owner)
        return serial

    async def fetch(self) -> None:
        assert self.adapter.key_source is not None
        self.known = await self.adapter.key_source.keys() or ()

    @property
    def secrets(self) -> Sequence[str]:
        return [each.secret for each in self.known]

    async def pay(self, payment: Payment | None = None) -> ProviderResult:
        if not self.known:
            await self.fetch()
        return await super().pay(payment)

    async def rotate(self) -> None:
        serial = self.publish("wechat 2", signs=False)
        await self.fetch()
        self.platform.keys[serial] = keys("wechat 2")


class AlipayWorld(World):
    """An application of Alipay that knows the present key of Alipay and the next one."""

    def __init__(self) -> None:
        super().__init__("alipay", "qr")
        self.account = alipay.Account(merchant=keys("merchant"), alipay=keys("alipay 1"))
        self.app = alipay.create(self.account, **self.options)
        account = AlipayAccount(
            app_id=self.account.app_id,
            private_key=keys("merchant").private,
            public_keys=(keys("alipay 1").public, keys("alipay 2").public),
            seller_id=self.account.seller_id,
        )
        url, callback_url = "http://alipay/gateway.do", f"{SHOP}/alipay"
        self.adapter = Alipay(self.client(), url=url, callback_url=callback_url, account=account)

    async def rotate(self) -> None:
        self.account.alipay = keys("alipay 2")

    def use_unknown_key(self) -> None:
        self.account.alipay = keys("alipay 3")


WORLDS: Mapping[str, Callable[[], World]] = {
    "simulator": SimulatorWorld,
    "stripe": StripeWorld,
    "stripe-browser": lambda: StripeWorld("card"),
    "wechat_pay": WeChatPayWorld,
    "wechat_pay-jsapi": lambda: WeChatPayWorld("jsapi"),
    "alipay": AlipayWorld,
}
ROTATING: Mapping[str, Callable[[], World]] = {
    **{name: made for name, made in WORLDS.items() if name != "simulator"},
    "wechat_pay-certificates": CertificatesWorld,
}
