"""The provider's switch, what it does after a restart, and what it reports of a request that does not fit."""

import asyncio
from pathlib import Path

import httpx
import pytest
from aftercare_simulators.payment import create
from aftercare_simulators.payment.methods import Method, payment_script, refund_script

SECRET = "whsec_" + "c2ltdWxhdG9yLXNlY3JldC1vZi10aGUtdGVzdHM="


async def test_the_switch_is_shown_set_and_cleared(provider):
    assert (await provider.http.get("/v1/behaviour")).json() == {"method": None}
    shown = await provider.http.put("/v1/behaviour", json={"method": "sim_slow"})
    assert shown.json() == (await provider.http.get("/v1/behaviour")).json() == {"method": "sim_slow"}
    assert (await provider.http.delete("/v1/behaviour")).status_code == 204
    assert (await provider.http.get("/v1/behaviour")).json() == {"method": None}
    assert (await provider.http.put("/v1/behaviour", json={"method": "sim_magic"})).status_code == 422


async def test_the_switch_decides_about_refunds_too(provider, shop):
    await provider.pay()
    await provider.settled()
    await provider.http.put("/v1/behaviour", json={"method": "sim_refund_declined"})
    await provider.refund()
    await provider.settled()
    assert shop.callbacks[-1]["type"] == "refund.declined"


async def test_pending_operations_end_after_a_restart(make, shop, tmp_path: Path):
    books = tmp_path / "ledger.db"
    first = make(books=books, delay=3600)
    await first.pay()
    await first.app.state.provider.callbacks.close()
    first.app.state.provider.ledger.close()
    second = make(books=books)
    second.app.state.provider.resume()
    await second.settled()
    assert (await second.http.get("/v1/payments/pay_1")).json()["status"] == "succeeded"
    assert [each["type"] for each in shop.callbacks] == ["payment.succeeded"]


async def test_the_lifespan_resumes_and_closes(tmp_path: Path):
    app = create(SECRET, books=tmp_path / "ledger.db")
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://provider") as client:
            assert (await client.get("/livez")).json() == (await client.get("/readyz")).json() == {"status": "ok"}
    with pytest.raises(Exception, match="closed"):
        app.state.provider.ledger.payments()


async def test_a_response_waits_for_its_callback_only_for_a_while(make, shop, monkeypatch):
    monkeypatch.setattr("aftercare_simulators.payment.provider._LONGEST_CALLBACK", 0.01)
    shop.answers = [500] * 9
    provider = make(retry_pauses=(3600,))
    response = await asyncio.wait_for(provider.pay(method="sim_callback_first"), 10)
    assert (response.status_code, response.json()["status"]) == (201, "succeeded")
    await provider.app.state.provider.callbacks.close()


async def test_a_malformed_request_names_each_place_and_no_value(provider):
    response = await provider.pay(amount="secret", currency="cny")
    assert response.json()["code"] == "malformed"
    assert [each["where"] for each in response.json()["errors"]] == [["body", "amount"], ["body", "currency"]]
    assert "secret" not in response.text


async def test_a_refusal_has_a_code_and_a_sentence(provider):
    response = await provider.refund()
    assert response.json() == {"code": "payment_unknown", "detail": "this provider has no payment pay_1"}


@pytest.mark.parametrize("method", Method)
def test_every_method_has_a_script_for_payments_and_for_refunds(method: Method):
    payment, refund = payment_script(method), refund_script(method)
    declining = (Method.REFUND_DECLINED, Method.REFUND_CLOSED)
    of_refunds = method in (*declining, Method.REFUND_LOST_RESPONSE)
    assert (payment == payment_script(Method.SUCCESS)) is (of_refunds or method is Method.SUCCESS)
    assert refund.declined is (method in declining)
    assert refund.lost_response is (method in (Method.LOST_RESPONSE, Method.REFUND_LOST_RESPONSE))
