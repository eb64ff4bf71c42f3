"""Opening endpoints and changing their secrets."""

import pytest


async def test_an_endpoint_shows_its_secret_once(desk):
    made = await desk.endpoint("zto", secret="given-by-zto-0001")
    assert made["secret"] == "given-by-zto-0001"
    assert made["path"] == f"/v1/courier-webhooks/zto/{made['id']}"
    shown = await desk.admin.get(f"/v1/courier-endpoints/{made['id']}")
    listed = await desk.admin.get("/v1/courier-endpoints")
    assert shown.json()["id"] == listed.json()["data"][0]["id"] == made["id"]
    assert "given-by-zto-0001" not in shown.text + listed.text


@pytest.mark.parametrize("action", ["", "/{id}/rotate-secret"])
async def test_a_repeated_call_gets_the_same_secret_though_none_is_stored_in_clear(desk, action):
    made = await desk.endpoint("zto")
    path, body = "/v1/courier-endpoints" + action.format(**made), {} if action else {"partner": "zto"}
    key = {"Idempotency-Key": "one key"}
    first = await desk.admin.post(path, json=body, headers=key)
    again = await desk.admin.post(path, json=body, headers=key)
    assert again.headers["idempotent-replayed"] == "true"
    assert again.json() == first.json()
    kept = await desk.harness.runtime.pool.fetch("SELECT convert_from(body, 'UTF8') AS answer FROM idempotency_key")
    assert kept
    assert not any(secret in row["answer"] for row in kept for secret in (first.json()["secret"], made["secret"]))


async def test_a_response_encrypted_with_an_old_key_is_not_repeated(desk, monkeypatch):
    key = {"Idempotency-Key": "one key"}
    await desk.admin.post("/v1/courier-endpoints", json={"partner": "zto"}, headers=key)
    settings = desk.harness.runtime.settings.model_copy(update={"signing_key": "another key for tests only"})
    monkeypatch.setattr(desk.harness.runtime, "settings", settings)
    again = await desk.admin.post("/v1/courier-endpoints", json={"partner": "zto"}, headers=key)
    desk.harness.problem(again, 409, "kept_answer_sealed")


@pytest.mark.parametrize("partner", ["zto", "standard-webhooks"])
async def test_a_secret_is_made_when_none_is_given(desk, partner):
    first, second = await desk.endpoint(partner), await desk.endpoint(partner)
    assert first["secret"] != second["secret"]
    assert len(first["secret"]) >= 32


async def test_after_a_rotation_the_old_secret_is_accepted_until_its_grace_ends(desk):
    endpoint = await desk.endpoint()
    rotated = await desk.admin.post(f"/v1/courier-endpoints/{endpoint['id']}/rotate-secret", json={})
    assert rotated.status_code == 200, rotated.text
    assert rotated.json()["secret"] != endpoint["secret"]
    assert (await desk.zto(endpoint, "GOT", signed_with=rotated.json()["secret"])).json()["status"] is True
    assert (await desk.zto(endpoint, "ARRIVAL")).json()["status"] is True
    desk.harness.clock.advance(hours=24)
    assert (await desk.zto(endpoint, "DISPATCH")).json()["status"] is False
    assert (await desk.zto(endpoint, "SIGNED", signed_with=rotated.json()["secret"])).json()["status"] is True


async def test_without_a_grace_the_old_secret_is_refused_at_once(desk):
    endpoint = await desk.endpoint()
    await desk.admin.post(f"/v1/courier-endpoints/{endpoint['id']}/rotate-secret", json={"grace_hours": 0})
    assert (await desk.zto(endpoint, "GOT")).json()["status"] is False


@pytest.mark.parametrize("role", ["buyer", "seller", "agent", "arbitrator", "supplier", "courier"])
async def test_only_administrators(desk, role):
    client = desk.harness.client(role, "somebody", tenant="m-1" if role == "seller" else None)
    endpoint = await desk.endpoint()
    desk.harness.problem(await client.post("/v1/courier-endpoints", json={"partner": "zto"}), 403, "forbidden")
    for path in ("/v1/courier-endpoints", f"/v1/courier-endpoints/{endpoint['id']}", "/v1/courier-pushes"):
        desk.harness.problem(await client.get(path), 403, "forbidden")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"partner": "pigeon-post"}, "unknown_partner"),
        ({"partner": "standard-webhooks", "secret": "whsec_short0"}, "secret_unfit"),
        ({"partner": "zto", "secret": "short"}, "validation_failed"),
        ({"partner": "zto", "secret": " blanks "}, "secret_unfit"),
        ({"partner": "zto", "secret": "zero\u200bwidth"}, "secret_unfit"),
        ({"partner": "zto", "company": "c-1"}, "validation_failed"),
        ({}, "validation_failed"),
    ],
)
async def test_endpoints_that_are_refused(desk, body, code):
    desk.harness.problem(await desk.admin.post("/v1/courier-endpoints", json=body), 422, code)


async def test_an_endpoint_that_is_not_there(desk):
    desk.harness.problem(await desk.admin.get("/v1/courier-endpoints/ce_none"), 404, "not_found")
    answer = await desk.admin.post("/v1/courier-endpoints/ce_none/rotate-secret", json={})
    desk.harness.problem(answer, 404, "not_found")


@pytest.mark.parametrize("secret", ["123456", "sécret", "密钥密钥密钥"])
async def test_a_secret_is_what_the_partner_gave(desk, secret):
    made = await desk.endpoint("zto", secret=secret)
    assert made["secret"] == secret
    assert (await desk.zto(made, "GOT")).json()["status"] is True


async def test_the_address_of_a_partner_that_signs_nothing_has_the_secret_and_is_shown_once(desk):
    made = await desk.endpoint("sf", secret="sécret&1")
    assert made["path"] == f"/v1/courier-webhooks/sf/{made['id']}?token=s%C3%A9cret%261"
    shown = await desk.admin.get(f"/v1/courier-endpoints/{made['id']}")
    assert shown.json()["path"] == f"/v1/courier-webhooks/sf/{made['id']}"


async def test_a_revoked_endpoint_accepts_nothing_and_the_log_has_the_reason(desk):
    endpoint = await desk.endpoint()
    revoked = await desk.admin.post(f"/v1/courier-endpoints/{endpoint['id']}/revoke", json={"grace_hours": 2})
    assert revoked.status_code == 200, revoked.text
    assert (await desk.zto(endpoint, "GOT")).json()["status"] is True
    desk.harness.clock.advance(hours=2)
    answer = await desk.zto(endpoint, "ARRIVAL")
    assert (answer.status_code, answer.json()["status"]) == (200, False)
    assert [push["state"] for push in await desk.pushes(why="endpoint_revoked")] == ["refused"]
    again = await desk.admin.post(f"/v1/courier-endpoints/{endpoint['id']}/rotate-secret", json={})
    desk.harness.problem(again, 409, "endpoint_revoked")


async def test_a_grace_is_ended_and_never_extended(desk):
    endpoint = await desk.endpoint()
    path = f"/v1/courier-endpoints/{endpoint['id']}/revoke"
    at = [(await desk.admin.post(path, json={"grace_hours": hours})).json()["revoked_at"] for hours in (2, 5, 0)]
    assert at[0] == at[1] > at[2]
    assert (await desk.zto(endpoint, "GOT")).json()["status"] is False
