"""The lists of what is owed beside refunds, as each side reads them."""

from aftersale_shop import Shop
from aftersale_svc.domain.work_lists import OwedBeside

_CODES = {OwedBeside.RETURN_FREIGHT_TO_PAY: "return_freights_to_pay", OwedBeside.DEBT_OWED: "debts_owed"}


async def cases_owed(shop: Shop, owed: OwedBeside) -> list[str]:
    """The ids of the cases in which this is owed, the oldest first. Asserts that both parties and agents have them in the list and counted, and
    another merchant none."""
    lists = {}
    foreign = shop.harness.client("seller", "seller-2", tenant="m-2")
    for name, client in {"seller": shop.seller, "buyer": shop.buyer, "agent": shop.agent, "foreign": foreign}.items():
        listed = await client.get("/v1/cases", params={owed.value: True, "sort": "oldest"})
        lists[name] = [each["id"] for each in listed.json()["data"]]
        counts = {each["code"]: each for each in (await client.get("/v1/work-lists")).json()["data"]}
        found = counts[_CODES[owed]]
        assert (found["count"], found[owed.value], found["path"]) == (len(lists[name]), True, "/v1/cases")
    assert lists["seller"] == lists["buyer"] == lists["agent"]
    assert lists["foreign"] == []
    return lists["seller"]
