"""WeChat Pay as an ASGI application: `create(platform)`. Source: pay.weixin.qq.com/doc/v3/merchant (native and JSAPI payments, refunds)."""

import gzip
import hashlib
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any

import httpx
from fastapi import Body, FastAPI, Request
from fastapi.responses import JSONResponse, Response

from aftercare_simulators.payment.app import add_controls, lifespan
from aftercare_simulators.payment.callbacks import RETRY_PAUSES, Callbacks, Delivery
from aftercare_simulators.payment.ledger import Kind, Ledger, Operation, OperationRefused, Status
from aftercare_simulators.payment.methods import Method
from aftercare_simulators.payment.provider import Provider
from aftercare_simulators.wechat_pay import bills, documents
from aftercare_simulators.wechat_pay.platform import Platform, code_url

# Any: JSON, and callables as their libraries declare them.
Content = Annotated[dict[str, Any], Body()]  # Any: JSON
_MOST_REFUNDS = 50
_PREPAID = "wx"
_CODES = {
    "payment_unknown": (404, "ORDER_NOT_EXIST"),
    "refund_unknown": (404, "RESOURCE_NOT_EXISTS"),
    "idempotency_key_reused": (400, "INVALID_REQUEST"),
    "refund_exceeds_payment": (400, "INVALID_REQUEST"),
    "payment_not_succeeded": (400, "INVALID_REQUEST"),
}


def create(
    platform: Platform,
    *,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    client: httpx.AsyncClient | None = None,
    delay: float = 0.05,
    slow: float = 3.0,
    retry_pauses: Sequence[float] = RETRY_PAUSES,
) -> FastAPI:
    """WeChat Pay for one merchant. The buyer scans or confirms, and pays after `delay` seconds; the other parameters are those of the
    payment simulator."""
    app = FastAPI(title="WeChat Pay simulator", version="1", lifespan=lifespan)
    ledger, callbacks = Ledger(clock=clock), Callbacks(platform.sign_callback, clock, client, retry_pauses)

    def report(operation: Operation) -> Delivery | None:
        return documents.callback_about(platform, ledger, operation, clock())

    provider = Provider(ledger, callbacks, delay, slow, report)
    app.state.provider, app.state.platform = provider, platform
    app.add_exception_handler(OperationRefused, _refused)
    _add_signatures(app, platform)
    _add_payments(app, provider, platform)
    _add_refunds(app, provider)
    _add_bills(app, ledger, platform)

    @app.get("/v3/certificates")
    async def certificates() -> Response:
        if not platform.certificates:
            return _error(404, "RESOURCE_NOT_EXISTS", "the merchant has public keys")
        return JSONResponse({"data": platform.published(clock())})

    add_controls(app, provider)
    return app


def _add_signatures(app: FastAPI, platform: Platform) -> None:
    @app.middleware("http")
    async def sign(request: Request, follow: Any) -> Response:  # Any: Starlette's callable of the next application
        if not request.url.path.startswith("/v3/"):
            passed: Response = await follow(request)
            return passed
        target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        body = (await request.body()).decode()
        if not platform.authorizes(request.headers.get("authorization", ""), request.method, target, body):
            return _error(401, "SIGN_ERROR", "the signature does not fit")
        response = await follow(request)
        content = b"".join([each async for each in response.body_iterator])
        key_id = request.headers.get("wechatpay-serial", "")
        is_file = request.url.path == "/v3/billdownload/file"  # a file is not signed: its digest was announced
        is_signed = response.status_code < 300 and not is_file
        proof = platform.sign(content.decode(), datetime.now(UTC), key_id) if is_signed else {}
        kept = {"content-type": response.headers["content-type"]} if content else {}
        return Response(content, response.status_code, {**kept, **proof})


def _add_payments(app: FastAPI, provider: Provider, platform: Platform) -> None:
    ledger, path = provider.ledger, "/v3/pay/transactions/out-trade-no/{number}"

    async def order(content: dict[str, Any], shown: Callable[[Operation], dict[str, str]]) -> Response:  # Any: JSON
        number, amount = content["out_trade_no"], content["amount"]
        if not (6 <= len(number) <= 32):
            return _error(400, "PARAM_ERROR", "out_trade_no has 6 to 32 characters")
        method = provider.override or Method.SUCCESS
        url = content["notify_url"]
        operation = _operation(ledger, Kind.PAYMENT, number, number, amount["total"], amount["currency"], method, url)

        def answer(made: Operation, _: bool) -> Response:
            if made.status is Status.SUCCEEDED and not made.script.callback_first:
                return _error(400, "OUT_TRADE_NO_USED", "the order is paid")
            if made.status is Status.DECLINED:
                return _error(400, "ORDER_CLOSED", "the order is closed")
            return JSONResponse(shown(made))

        return await provider.submit(number, content, operation, answer)

    @app.post("/v3/pay/transactions/native")
    async def native(content: Content) -> Response:
        return await order(content, lambda _: {"code_url": code_url()})

    @app.post("/v3/pay/transactions/jsapi")
    async def jsapi(content: Content) -> Response:
        if (content["appid"], content["mchid"]) != (platform.app_id, platform.merchant_id):
            return _error(400, "APPID_MCHID_NOT_MATCH", "the app is not the merchant's")
        if not 1 <= len((content.get("payer") or {}).get("openid") or "") <= 128:
            return _error(400, "PARAM_ERROR", "payer.openid has 1 to 128 characters")
        return await order(content, lambda made: {"prepay_id": f"{_PREPAID}{made.reference}"})

    @app.post("/v1/cashier")
    async def cashier(parameters: Annotated[dict[str, str], Body()]) -> Response:
        """The WeChat client of a buyer, to which a page gives these parameters, and who confirms the payment."""
        if not platform.confirms(parameters):
            return _error(400, "SIGN_ERROR", "get_brand_wcpay_request:fail")
        reference = parameters["package"].removeprefix(f"prepay_id={_PREPAID}")
        operation = ledger.find_reference(Kind.PAYMENT, reference)
        if operation.status is not Status.PENDING:
            return _error(400, "ORDER_CLOSED", "get_brand_wcpay_request:fail")
        await provider.complete(operation)
        return JSONResponse({"err_msg": "get_brand_wcpay_request:ok"})

    @app.get(path)
    async def query(number: str, mchid: str) -> dict[str, Any]:  # Any: JSON
        return documents.transaction(platform, ledger, provider.find(Kind.PAYMENT, number))

    @app.post(f"{path}/close")
    async def close(number: str) -> Response:
        if provider.void(ledger.find(Kind.PAYMENT, number)).status is Status.SUCCEEDED:
            return _error(400, "ORDERPAID", "the order is paid")
        return Response(status_code=204)


def _add_refunds(app: FastAPI, provider: Provider) -> None:
    ledger, path = provider.ledger, "/v3/refund/domestic/refunds"

    @app.post(path)
    async def refund(content: Content) -> Response:
        number, amount = content["out_refund_no"], content["amount"]
        payment = ledger.find(Kind.PAYMENT, content["out_trade_no"])
        if amount["total"] != payment.amount:
            return _error(400, "INVALID_REQUEST", "the total is not that of the order")
        others = [each for each in ledger.refunds(payment.id) if each.id != number]
        if len(others) >= _MOST_REFUNDS:
            return _error(400, "INVALID_REQUEST", "an order has at most 50 refunds")
        method, url = provider.override or payment.method, content.get("notify_url", "")
        operation = _operation(
            ledger, Kind.REFUND, number, payment.id, amount["refund"], amount["currency"], method, url
        )
        return await provider.submit(
            number, content, operation, lambda made, _: JSONResponse(documents.refund(ledger, made))
        )

    @app.get(f"{path}/{{number}}")
    async def query(number: str) -> dict[str, Any]:  # Any: JSON
        return documents.refund(ledger, provider.find(Kind.REFUND, number))


def _add_bills(app: FastAPI, ledger: Ledger, platform: Platform) -> None:
    def bill(day: date) -> bytes | None:
        since = datetime.combine(day, time(), bills.CHINA)
        until = since + timedelta(days=1)
        refused = [each for each in ledger.settled(since, until, Status.DECLINED) if each[1].kind is Kind.REFUND]
        on_the_way = [(since, each) for each in ledger.pending() if each.kind is Kind.REFUND]
        rows = [*ledger.settled(since, until), *refused, *on_the_way]
        return bills.trade_bill(platform, ledger, rows) if rows else None

    @app.get("/v3/bill/tradebill")
    async def trade_bill(request: Request, bill_date: date, tar_type: str) -> Response:
        text = bill(bill_date)
        if text is None or tar_type != "GZIP":
            return _error(400, "NO_STATEMENT_EXIST", "there are no transactions on that day")
        digest = hashlib.sha1(text, usedforsecurity=False).hexdigest()
        url = f"{request.base_url}v3/billdownload/file?token={bill_date.isoformat()}"
        return JSONResponse({"hash_type": "SHA1", "hash_value": digest, "download_url": url})

    @app.get("/v3/billdownload/file")
    async def download(token: date) -> Response:
        return Response(gzip.compress(bill(token) or b""), media_type="application/octet-stream")


def _operation(
    ledger: Ledger, kind: Kind, id_: str, payment_id: str, amount: int, currency: str, method: Method, url: str
) -> Operation:
    return Operation(
        kind=kind,
        id=id_,
        payment_id=payment_id,
        amount=amount,
        currency=currency,
        method=method,
        callback_url=url,
        reference=ledger.next_reference(kind).replace(f"sim-{kind}-", "4200" if kind is Kind.PAYMENT else "5000"),
    )


async def _refused(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, OperationRefused)
    status, code = _CODES.get(error.code, (400, "PARAM_ERROR"))
    return _error(status, code, error.detail)


def _error(status: int, code: str, message: str) -> JSONResponse:
    return JSONResponse({"code": code, "message": message}, status)
