"""Claims on couriers about parcels with the units of several cases, and about units that may be in several parcels."""

from typing import Any

from aftercare_events.catalogue.courier_claims import CourierClaimFiled, CourierClaimOpened, CourierClaimRaised
from aftersale_shop import Shop
from test_courier_claims import act, claims, cny, leaves, refused, reported


async def second(shop: Shop) -> dict[str, Any]:
    return await shop.case(1, type_="refund_only", reason="damaged_in_transit")


async def drafted(shop: Shop) -> dict[str, Any]:
    """The claim that was opened beside a case about one of three damaged kettles."""
    await shop.delivered()
    await second(shop)
    [claim] = await claims(shop)
    assert claim["claimed"] == cny(9566)
    return claim


async def test_a_second_case_about_the_parcel_raises_the_claim(shop: Shop) -> None:
    claim = await drafted(shop)
    shop.clock.advance(hours=1)
    await second(shop)
    [raised] = await claims(shop)
    assert raised["deadline_at"] == claim["deadline_at"], "the time to file it goes on"
    assert (raised["id"], raised["claimed"], raised["case_id"]) == (claim["id"], cny(19133), claim["case_id"])
    event = await shop.last(CourierClaimRaised)
    assert (event.claim_id, event.claimed_minor, event.state) == (claim["id"], 19133, "drafted")
    shown = (await shop.seller.get(f"/v1/courier-claims/{claim['id']}")).json()
    assert [each["action"] for each in shown["steps"]] == ["open", "raise"]
    await second(shop)
    assert [each["claimed"] for each in await claims(shop)] == [cny(28700)], "all that the parcel is worth"


async def test_a_unit_that_is_asked_for_again_is_claimed_once(shop: Shop) -> None:
    claim = await drafted(shop)
    await shop.act(shop.buyer, claim["case_id"], "cancel")
    await second(shop)
    assert [each["claimed"] for each in await claims(shop)] == [cny(9566)], "the first unit is free again"


async def test_what_the_courier_has_is_not_raised(shop: Shop) -> None:
    claim = await drafted(shop)
    await act(shop, claim["id"], "file", reference="LP-1")
    await second(shop)
    assert [each["claimed"] for each in await claims(shop)] == [cny(9566)]
    await act(shop, claim["id"], "decline", reason="evidence_insufficient")
    await second(shop)
    assert [(each["state"], each["claimed"]) for each in await claims(shop)] == [("declined", cny(28700))]


async def test_a_lost_parcel_is_claimed_for_all_cases_with_units_in_it(shop: Shop) -> None:
    await shop.delivered()
    for _ in range(2):
        await shop.case(1, type_="refund_only", reason="quality_defect")
    assert await claims(shop) == []
    await reported(shop, "lost")
    assert (await shop.last(CourierClaimOpened)).claimed_minor == 19133


async def test_a_unit_that_may_be_in_either_parcel_is_filed_for_one_of_them(shop: Shop) -> None:
    await shop.paid()
    await leaves(shop, "par_1", {"line_1": 1})
    await leaves(shop, "par_2", {"line_1": 2})
    await second(shop)
    one, other = sorted(await claims(shop), key=lambda claim: str(claim["parcel_id"]))
    assert [one["claimed"], other["claimed"]] == [cny(9566), cny(9566)]
    await act(shop, one["id"], "file", reference="LP-1", amount=cny(6000))
    await act(shop, other["id"], "file", reference="LP-2")
    assert (await shop.last(CourierClaimFiled)).claimed_minor == 3566, "together what the case is worth"
    await act(shop, one["id"], "decline", reason="not_liable")
    await act(shop, one["id"], "file", reference="LP-3")
    assert (await shop.last(CourierClaimFiled)).claimed_minor == 6000


async def test_nothing_is_filed_for_a_unit_that_is_claimed_elsewhere(shop: Shop) -> None:
    await shop.paid()
    await leaves(shop, "par_1", {"line_1": 1})
    await leaves(shop, "par_2", {"line_1": 2})
    await second(shop)
    one, other = await claims(shop)
    await act(shop, one["id"], "file", reference="LP-1")
    await refused(shop, other["id"], "file", 409, "case_claimed", reference="LP-2")
    assert [each["id"] for each in await claims(shop, state="drafted")] == [other["id"]]
    filed = await act(shop, other["id"], "file", reference="LP-2", amount=cny(5000))
    assert filed["claimed"] == cny(5000), "the merchant says that this parcel had others"
