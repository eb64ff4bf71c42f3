"""An endpoint that takes pushes from some addresses only: the others are refused in the partner's words, and nothing changes."""

import pytest
from courier_pushes import EXAMPLES, carrier_of, contents, signed

PROXY = "127.0.0.1"
"""The address from which the client of these tests connects."""
ALLOWED, FOREIGN = "203.0.113.7", "198.51.100.9"


@pytest.fixture
def behind_a_proxy(desk, monkeypatch):
    settings = desk.harness.runtime.settings.model_copy(update={"trusted_proxies": (PROXY,)})
    monkeypatch.setattr(desk.harness.runtime, "settings", settings)


async def restricted(desk, partner: str, *networks: str):
    made = await desk.endpoint(partner)
    path = f"/v1/courier-endpoints/{made['id']}/restrict"
    answer = await desk.admin.post(path, json={"allowed_networks": networks})
    assert answer.status_code == 200, answer.text
    return made | {"allowed_networks": answer.json()["allowed_networks"]}


async def posted(desk, endpoint, content, *forwarded: str):
    push = signed(endpoint["partner"], content, endpoint["secret"], desk.harness.clock.now())
    headers = [*push.headers.items(), *(("x-forwarded-for", each) for each in forwarded)]
    return await desk.courier.post(endpoint["path"], content=push.raw, headers=headers)


@pytest.mark.usefixtures("behind_a_proxy")
async def test_a_foreign_address_is_refused_by_every_partner_and_explained(desk):
    for number, (partner, example) in enumerate(EXAMPLES.items()):
        waybill = f"7300{number:04}"
        parcel = await desk.ship(await desk.ordered(), waybill, carrier=carrier_of(partner), reference=waybill)
        endpoint = await restricted(desk, partner, "203.0.113.0/24")
        content = contents(waybill, desk.harness.clock.now())[partner]
        for forwarded in ([FOREIGN], [ALLOWED, FOREIGN], [f"{ALLOWED}, {FOREIGN}"], [], [""]):
            answer = await posted(desk, endpoint, content, *forwarded)
            stated = (
                example.failure in answer.content
                if isinstance(example.failure, bytes)
                else (example.failure.items() <= answer.json().items())
            )
            assert stated, (partner, forwarded, answer.text)
            assert "203.0.113.0" not in answer.text
        [push] = await desk.pushes(endpoint_id=endpoint["id"], why="address_not_allowed")
        assert (push["state"], push["sent_from"]) == ("refused", FOREIGN)
        await desk.work()
        assert (await desk.parcel(parcel))["events"] == []
        assert (await posted(desk, endpoint, content, FOREIGN, ALLOWED)).status_code == 200
        await desk.work()
        shown = (await desk.pushes(endpoint_id=endpoint["id"], state="applied"))[0]
        assert shown["sent_from"] is None, partner
    figures = (await desk.courier.get("/metrics")).text
    assert 'outcome="address_not_allowed",partner="zto"} 5.0' in figures


async def test_without_a_trusted_proxy_no_header_counts(desk, order):
    await desk.ship(order)
    endpoint = await restricted(desk, "zto", "203.0.113.0/24")
    now = desk.harness.clock.now()
    assert (await posted(desk, endpoint, contents("73000000000001", now)["zto"], ALLOWED)).json()["status"] is False
    [push] = await desk.pushes(state="refused")
    assert push["sent_from"] == PROXY
    await desk.admin.post(f"/v1/courier-endpoints/{endpoint['id']}/restrict", json={"allowed_networks": [PROXY]})
    assert (await posted(desk, endpoint, contents("73000000000001", now)["zto"], FOREIGN)).json()["status"] is True


async def test_a_revoked_endpoint_refuses_for_that_from_wherever_it_is_posted(desk):
    endpoint = await restricted(desk, "zto", "203.0.113.0/24")
    await desk.admin.post(f"/v1/courier-endpoints/{endpoint['id']}/revoke", json={})
    await posted(desk, endpoint, contents("73000000000001", desk.harness.clock.now())["zto"])
    [push] = await desk.pushes(state="refused")
    assert (push["why"], push["sent_from"]) == ("endpoint_revoked", None)


@pytest.mark.usefixtures("behind_a_proxy")
async def test_an_empty_list_allows_any_address(desk, order):
    endpoint = await restricted(desk, "zto", "203.0.113.0/24")
    content = contents("73000000000001", desk.harness.clock.now())["zto"]
    assert (await posted(desk, endpoint, content, FOREIGN)).json()["status"] is False
    lifted = await desk.admin.post(f"/v1/courier-endpoints/{endpoint['id']}/restrict", json={"allowed_networks": []})
    assert lifted.json()["allowed_networks"] == []
    assert (await posted(desk, endpoint, content, FOREIGN)).json()["status"] is True


async def test_networks_are_given_with_the_endpoint_and_shown_in_one_form(desk):
    body = {"partner": "zto", "allowed_networks": ["::ffff:203.0.113.0/120", "203.0.113.0/24", " 2001:DB8::/32"]}
    made = (await desk.admin.post("/v1/courier-endpoints", json=body)).json()
    shown = (await desk.admin.get(f"/v1/courier-endpoints/{made['id']}")).json()
    assert made["allowed_networks"] == shown["allowed_networks"] == ["203.0.113.0/24", "2001:db8::/32"]


@pytest.mark.parametrize("text", ["zto.example", "203.0.113.7/24", "203.0.113.0/33", ""])
async def test_what_is_no_network_is_named(desk, text):
    answer = await desk.admin.post(
        "/v1/courier-endpoints", json={"partner": "zto", "allowed_networks": ["203.0.113.0/24", text]}
    )
    problem = desk.harness.problem(answer, 422, "network_unfit")
    assert problem["errors"][0]["pointer"] == "/allowed_networks/1"
    assert f"“{text}”" in problem["detail"]
    endpoint = await desk.endpoint()
    path = f"/v1/courier-endpoints/{endpoint['id']}/restrict"
    desk.harness.problem(await desk.admin.post(path, json={"allowed_networks": [text]}), 422, "network_unfit")
    assert (await desk.admin.get(f"/v1/courier-endpoints/{endpoint['id']}")).json()["allowed_networks"] == []
