"""Intercepts that are sent to the courier: what it answers, what it does not, and what its scans show."""

import pytest
from aftercare_chassis import failpoints
from aftercare_events import InterceptGranted, InterceptRefused, InterceptSubmitted, ParcelAnomalyRaised
from aftercare_simulators.shipping import Fault
from order_svc.commands.parcels import parcels
from order_svc.commands.partners import partner_inbox
from order_svc.domain.partners.pushes import PushSource
from order_svc.domain.tracking import ParcelStatus, Scan
from order_svc.domain.waybills import ParcelKey
from shipping_depot import CARRIER, SENDER

RETURN = {"purpose": "return_to_sender"}
MOVED = {"name": "王芳", "phone": "13800004321", "country": "CN", "city": "宁波市", "street": "中山路 9 号"}
RETURNING, DELIVERED = {"sf": "648", "kuaidi100": "6"}, {"sf": "80", "kuaidi100": "3"}


class ProcessEnded(Exception):
    """Stands for the end of the process: what follows the failpoint is not carried out."""


@pytest.fixture
async def parcel(depot, shop):
    """A parcel that the courier has collected for the merchant."""
    order, _ = await shop.paid()
    label = await depot.ordered(order)
    await depot.work()
    label = await depot.label(label)
    await depot.work()
    return (await shop.seller.get(f"/v1/parcels/{label['parcel_id']}")).json()


async def requested(shop, parcel, body=RETURN):
    response = await shop.buyer.post(f"/v1/parcels/{parcel['id']}/intercepts", json=body)
    assert response.status_code == 201, response.text
    return response.json()


async def shown(shop, intercept):
    return (await shop.buyer.get(f"/v1/intercepts/{intercept['id']}")).json()


async def scanned(depot, shop, parcel, codes):
    """The courier scans the parcel, and is asked for its scans."""
    shop.h.clock.advance(hours=1)
    depot.books.scan(parcel["waybill_no"], codes[depot.courier], "快件退回")
    await depot.work(seconds=7 * 3600)
    await shop.h.run_workers(partner_inbox.WORKERS[PushSource.COURIER])


async def test_a_return_is_submitted_by_the_answer_and_granted_by_the_first_scan_on_the_way_back(depot, shop, parcel):
    intercept = await requested(shop, parcel)
    assert (intercept["state"], intercept["sent_at"]) == ("requested", None)
    await depot.work()
    submitted = await shown(shop, intercept)
    assert (submitted["state"], submitted["whose_turn"]) == ("submitted", "courier")
    assert submitted["sent_at"] is not None
    [asked] = depot.books.intercepts
    assert parcel["waybill_no"] in asked.values()
    assert SENDER["street"] in str(asked), "a return goes to the merchant"
    await scanned(depot, shop, parcel, RETURNING)
    assert (await shown(shop, intercept))["state"] == "granted"
    back = (await shop.buyer.get(f"/v1/parcels/{parcel['id']}")).json()
    assert (back["status"], back["reason"], back["anomalies"]) == ("returning", "intercepted", [])
    assert await shop.events(ParcelAnomalyRaised) == [], "it goes back because it was asked to"
    [event], [grant] = await shop.events(InterceptSubmitted), await shop.events(InterceptGranted)
    assert (event.handler, grant.handler) == ("system", "system")
    await scanned(depot, shop, parcel, DELIVERED)
    assert (await shop.buyer.get(f"/v1/parcels/{parcel['id']}")).json()["status"] == "returned"


async def test_a_return_that_the_courier_takes_and_does_not_carry_out_fails_with_the_delivery(depot, shop, parcel):
    intercept = await requested(shop, parcel)
    await depot.work()
    await scanned(depot, shop, parcel, DELIVERED)
    assert (await shown(shop, intercept))["state"] == "failed"
    delivered = (await shop.buyer.get(f"/v1/parcels/{parcel['id']}")).json()
    assert delivered["status"] == "delivered", "the buyer has it, whatever the courier has answered"


async def test_a_change_of_address_is_granted_by_the_answer_and_is_where_the_parcel_goes(depot, shop, parcel):
    intercept = await requested(shop, parcel, {"purpose": "change_address", "shipping_address": MOVED})
    await depot.work()
    assert (await shown(shop, intercept))["state"] == "granted"
    [asked] = depot.books.intercepts
    assert MOVED["street"] in str(asked)
    parcel = (await shop.seller.get(f"/v1/parcels/{parcel['id']}")).json()
    assert (parcel["destination"]["street"], parcel["status"]) == (MOVED["street"], "pending")
    for envelope in await shop.h.envelopes():
        assert MOVED["street"].encode() not in envelope.data


async def test_a_refused_intercept_has_its_reason_and_another_may_follow(depot, shop, parcel):
    depot.books.fault = Fault.REFUSED
    intercept = await requested(shop, parcel)
    await depot.work()
    refused = await shown(shop, intercept)
    if depot.courier == "kuaidi100":  # whose codes do not state what they are about
        assert (refused["state"], refused["refusal"], refused["whose_turn"]) == ("requested", "other", "merchant")
        return
    assert (refused["state"], refused["refusal"]) == ("refused", "too_late")
    [event] = await shop.events(InterceptRefused)
    assert (event.refusal, event.handler) == ("too_late", "system")
    depot.books.fault = None
    await requested(shop, parcel)


async def test_an_intercept_without_an_answer_is_sent_again_and_cannot_be_withdrawn(depot, shop, parcel):
    depot.books.fault = Fault.LOST_ANSWER
    intercept = await requested(shop, parcel)
    await depot.work()
    withdrawn = await shop.buyer.post(f"/v1/intercepts/{intercept['id']}/withdraw")
    shop.problem(withdrawn, 409, "intercept_sent")
    await depot.work(seconds=3)
    depot.books.fault = None
    await depot.work(seconds=3600)
    assert (await shown(shop, intercept))["state"] == "submitted"
    assert len(depot.books.intercepts) == 3
    assert all(each == depot.books.intercepts[0] for each in depot.books.intercepts), "the same request, to the number"


async def test_a_refusal_after_an_answer_that_was_lost_leaves_the_intercept_to_people(depot, shop, parcel):
    depot.books.fault = Fault.LOST_ANSWER
    intercept = await requested(shop, parcel)
    await depot.work()
    depot.books.fault = Fault.REFUSED
    await depot.work(seconds=3)
    left = await shown(shop, intercept)
    code = {"sf": "too_late", "kuaidi100": "other"}[depot.courier]
    assert (left["state"], left["refusal"], left["whose_turn"]) == ("requested", code, "merchant")
    granted = await shop.seller.post(f"/v1/intercepts/{intercept['id']}/grant", json={})
    assert (granted.json()["state"], granted.json()["refusal"]) == ("granted", None)


async def test_a_courier_that_does_not_serve_the_account_leaves_the_intercept_to_people(depot, shop, parcel):
    depot.books.fault = Fault.BAD_SIGNATURE
    intercept = await requested(shop, parcel)
    await depot.work()
    left = await shown(shop, intercept)
    assert (left["state"], left["refusal"], left["sent_at"]) == ("requested", "credentials_invalid", None)
    await depot.work(seconds=3600)
    assert depot.books.intercepts == []
    assert (await shop.buyer.post(f"/v1/intercepts/{intercept['id']}/withdraw")).json()["state"] == "withdrawn"


async def test_a_request_that_is_withdrawn_at_once_is_not_sent(depot, shop, parcel):
    intercept = await requested(shop, parcel)
    assert (await shop.buyer.post(f"/v1/intercepts/{intercept['id']}/withdraw")).status_code == 200
    await depot.work()
    assert depot.books.intercepts == []


async def test_a_parcel_that_the_buyer_refuses_is_not_one_that_the_courier_has_intercepted(depot, shop, parcel):
    intercept = await requested(shop, parcel)
    await depot.work()
    scan = Scan(key="door", status=ParcelStatus.RETURNING, occurred_at=shop.h.clock.now(), reason="consignee_refused")
    async with shop.h.runtime.transaction() as tx:
        key = ParcelKey(carrier=CARRIER[depot.courier], waybill_no=parcel["waybill_no"])
        assert await parcels.apply_scans(tx, key, [scan]) == 1
    assert (await shown(shop, intercept))["state"] == "submitted"


@pytest.mark.parametrize("label", ["shipping_call.leased", "shipping_call.prepared", "shipping_call.answered"])
async def test_a_call_that_ends_at_a_failpoint_is_made_again(depot, shop, parcel, monkeypatch, label):
    intercept = await requested(shop, parcel)
    with monkeypatch.context() as patched:
        patched.setattr(failpoints, "point", lambda reached: _end(reached, label))
        with pytest.raises(ProcessEnded):
            await depot.work()
    assert (await shown(shop, intercept))["state"] == "requested"
    await depot.work(seconds=90)  # the lease of the call has ended
    assert (await shown(shop, intercept))["state"] == "submitted"
    assert len(await shop.events(InterceptSubmitted)) == 1


def _end(reached: str, label: str) -> None:
    if reached == label:
        raise ProcessEnded
