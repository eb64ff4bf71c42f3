"""The sample of a test travels under a waybill of its own, which its sender may correct."""

from aftercare_events import DisputeSampleSent
from aftersale_shop import Shop
from test_lab_tests import PARCEL, ordered, refused, reviewed, the_test
from test_lab_tests import shop as shop


async def test_a_sample_has_a_waybill_of_its_own(shop: Shop) -> None:
    _, dispute_id = await reviewed(shop)
    await ordered(shop, dispute_id)
    delivery = {"carrier": "zto", "waybill_no": "73001"}
    refused = await shop.seller.post(f"/v1/disputes/{dispute_id}/send-sample", json=delivery)
    shop.harness.problem(refused, 409, "waybill_in_use")
    await shop.rule(dispute_id, "send-sample", shop.seller, **PARCEL)


async def test_who_has_sent_the_sample_corrects_its_waybill_until_it_has_arrived(shop: Shop) -> None:
    _, dispute_id = await reviewed(shop)
    await ordered(shop, dispute_id)
    right = {"carrier": "sf", "waybill_no": "SF1010"}
    path = f"{dispute_id}/correct-sample-waybill"
    await refused(shop, shop.seller, path, 409, "illegal_transition", **right)
    sent = await shop.rule(dispute_id, "send-sample", shop.seller, **PARCEL)
    await refused(shop, shop.buyer, path, 409, "sample_of_other_side", **right)
    await refused(shop, shop.seller, path, 422, "waybill_unchanged", **PARCEL)
    await refused(shop, shop.seller, path, 409, "waybill_in_use", carrier="zto", waybill_no="73001")
    corrected = await shop.rule(dispute_id, "correct-sample-waybill", shop.seller, **right)
    assert (corrected["state"], corrected["deadline_at"]) == ("sample_sent", sent["deadline_at"])
    assert (await the_test(shop, dispute_id))["waybill_no"] == "SF1010"
    event = await shop.last(DisputeSampleSent)
    assert (event.previous_waybill_no, event.waybill_no, event.by) == ("SF1009", "SF1010", "merchant")
    await shop.rule(dispute_id, "receive-sample", shop.agent)
    await refused(shop, shop.seller, path, 409, "illegal_transition", **PARCEL)
