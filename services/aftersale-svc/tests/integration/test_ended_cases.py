"""What is still to be done in a case that has ended, and by whom: its sentences say so, now and of earlier times."""

from aftercare_events import ReturnFreightOwed
from aftersale_shop import Shop, done
from past_views import PastViews
from refused_parcels_back import act, claim_of, parcel, refused, sent
from test_charge_returns import back, paid_exchange
from test_insured_freights import decided
from test_insured_freights import sent as sent_insured
from test_return_freights import cny, inspected

NOBODY = {"zh_cn": "售后已结束，无需处理", "en": "The case has ended; nobody has to act"}


async def turn(shop: Shop, case_id: str) -> dict[str, str]:
    found: dict[str, str] = (await shop.get(case_id))["explanation"]["turn"]
    return found


async def test_the_merchant_still_has_to_send_refused_goods(shop: Shop) -> None:
    case_id = (await refused(shop))["id"]
    await shop.refund_succeeds()
    views = PastViews(shop, case_id)
    claim = await claim_of(shop, case_id)
    found = await turn(shop, case_id)
    assert found["zh_cn"].startswith("售后已结束；等待商家将商品寄回买家，截止 20")
    assert found["en"].startswith("The case has ended. The merchant has to send the goods back to the buyer, until 20")
    await views.look()
    deadlines = (await shop.buyer.get(f"/v1/cases/{case_id}/deadlines")).json()["data"]
    [deadline] = [each for each in deadlines if each["document_id"] == claim["id"]]
    done(await shop.buyer.post(f"/v1/deadlines/{deadline['id']}/extend", json={"hours": 24}))
    assert (await turn(shop, case_id)) != found, "the merchant has more time"
    await views.look()
    await act(shop, shop.buyer, claim, "abandon")
    assert await turn(shop, case_id) == NOBODY
    await views.look()
    await views.check()


async def test_the_buyer_confirms_refused_goods(shop: Shop) -> None:
    case_id = (await sent(shop))["id"]
    await shop.refund_succeeds()
    assert "The goods are on their way to the buyer, until" in (await turn(shop, case_id))["en"]
    await parcel(shop, case_id, "delivered")
    assert "等待买家确认，截止 20" in (await turn(shop, case_id))["zh_cn"]


async def test_a_payment_of_the_buyer_is_still_to_be_given_back(shop: Shop) -> None:
    case_id = await paid_exchange(shop)
    await shop.act(shop.seller, case_id, "no-stock")
    await shop.refund_succeeds()
    assert await turn(shop, case_id) == {
        "zh_cn": "售后已结束；商家应退还买家已付的 66.67 CNY",
        "en": "The case has ended. The merchant has to give back 66.67 CNY that the buyer has paid",
    }
    await shop.act(shop.seller, case_id, "record-charge-return", **back())
    assert await turn(shop, case_id) == NOBODY


async def test_insured_freight_is_still_to_be_claimed(shop: Shop) -> None:
    case_id = await sent_insured(shop)
    assert (await shop.get(case_id))["claimable"] is None, "the merchant does not have the goods"
    await inspected(shop, case_id)
    await shop.refund_succeeds()
    views = PastViews(shop, case_id)
    shown = await shop.get(case_id)
    assert shown["claimable"]["kind"] == "freight_insurance"
    assert shown["claimable"]["amount"] == cny(1200)
    assert shown["explanation"]["turn"]["zh_cn"] == "售后已结束；买家可申请运费险赔付退货运费，最多 12.00 CNY"
    assert shown["explanation"]["money"]["en"].endswith(
        "; an insurance pays up to 12.00 CNY of the freight of the return, once the buyer claims it"
    )
    await views.look()
    body = {"kind": shown["claimable"]["kind"], "amount": shown["claimable"]["amount"]}
    claim = done(await shop.buyer.post(f"/v1/cases/{case_id}/guarantee-claims", json=body), 201)
    claimed = await shop.get(case_id)
    assert claimed["claimable"] is None
    assert claimed["explanation"]["turn"]["en"].startswith(
        "The case has ended. In the claim on a guarantee: An agent of the platform has to decide, until 20"
    )
    await views.look()
    done(await shop.buyer.post(f"/v1/guarantee-claims/{claim['id']}/cancel", json={}))
    assert (await shop.get(case_id))["claimable"]["amount"] == cny(1200)
    await views.look()
    await decided(shop, case_id, 1200, 1000)
    assert (await shop.last(ReturnFreightOwed)).owed_minor == 200
    assert (await turn(shop, case_id))["en"] == (
        "The case has ended. The merchant has to pay 2.00 CNY of the freight of the return"
    )
    await views.look()
    await views.check()
