"""What somebody else has got, or sent, is of no use to another caller: cursors, keys of commands, rows of bulk commands, files."""

from typing import Any

import pytest
from access_rules import OTHER_PARTIES, PRINCIPALS, Route, allowed_roles, routes
from aftercare_chassis.database.cursors import CursorInvalid, Cursors
from aftercare_chassis.http.encryption import BodyCipher
from aftercare_chassis.http.idempotency import IdempotencyKey, StoredResponse
from aftercare_chassis.http.routing import ApiRoute
from aftercare_events import OrderPaid
from paired_calls import KNOWN_BY_FILTER, paired, unknown
from seeded_service import SeededService, made
from seeded_services import KETTLE

CALLERS = PRINCIPALS | {f"another {name}": each for name, each in OTHER_PARTIES.items()}
NEEDED = {"listCaseworkers": {"role": "agent"}}
"""The parameters that lists cannot do without."""
SENT, KEPT = b'{"surprise": 1}', b'{"mine": 1}'
"""A body that every command refuses, and the response that is stored for it."""
BULK = {"approveCases": {}, "rejectCases": {"reason": "used_or_affects_resale"}}
"""The commands about several objects, with what their bodies have besides the ids."""


class IssuedCursors(Cursors):
    """Keeps for which list, filters and reader a cursor was last verified."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.scope: tuple[str, dict[str, object]] | None = None

    def verify(self, listing: str, filters: Any, cursor: str) -> str:
        self.scope = listing, dict(filters)
        return super().verify(listing, filters, cursor)


async def test_a_cursor_serves_its_reader_list_and_filters_alone(
    service: SeededService, monkeypatch: pytest.MonkeyPatch
) -> None:
    cursors = IssuedCursors(service.harness.settings.signing_key)
    monkeypatch.setattr(service.harness.runtime, "cursors", cursors)
    lists = [route for route in routes(service) if "cursor" in route.filters]
    clients = {name: service.harness.client(*principal) for name, principal in CALLERS.items()}
    for route in lists:
        path, query = route.path.format(**service.ids), NEEDED.get(route.id, {})
        roles = [role for role in PRINCIPALS if role in allowed_roles(service)[route.id]]
        if not roles:
            continue
        owner = clients[roles[0]]
        cursors.scope = None
        await owner.get(path, params=query | {"cursor": "x"})
        assert cursors.scope is not None, f"{route.id} verifies no cursor"
        cursor = cursors.sign(*cursors.scope, "last")
        assert cursors.verify(*cursors.scope, cursor) == "last"
        for name, principal in CALLERS.items():
            if principal[0] in allowed_roles(service)[route.id] and name != roles[0]:
                response = await clients[name].get(path, params=query | {"cursor": cursor})
                assert response.json()["code"] in (CursorInvalid.code, "not_found"), (route.id, name, response.text)
        for name in route.filters & KNOWN_BY_FILTER.keys():
            response = await owner.get(path, params=query | {"cursor": cursor, name: KNOWN_BY_FILTER[name]})
            assert not response.is_success, (route.id, name)
        others = [each for each in lists if each != route and roles[0] in allowed_roles(service)[each.id]]
        for another in others[:3]:
            elsewhere = another.path.format(**service.ids)
            response = await owner.get(elsewhere, params=NEEDED.get(another.id, {}) | {"cursor": cursor})
            assert response.json()["code"] in (CursorInvalid.code, "not_found"), (route.id, another.id)


async def test_a_key_replays_the_responses_of_its_principal_alone(service: SeededService) -> None:
    """A stored response goes to who got it, and to nobody else who sends the same request with the same key."""
    clients = {name: service.harness.client(*principal) for name, principal in CALLERS.items()}
    made_by = {each.operation_id: each for each in service.harness.service.app.routes if isinstance(each, ApiRoute)}
    cipher = BodyCipher(service.harness.settings.signing_key)
    for route in [each for each in routes(service) if each.is_command]:
        path, key = route.path.format(**service.ids), f"key-{route.id}"
        owner = next((name for name in CALLERS if CALLERS[name][0] in allowed_roles(service)[route.id]), None)
        if owner is None:
            continue
        actor = service.harness.runtime.verifier.actor(clients[owner].headers)
        stored = IdempotencyKey.of(actor, f"{route.method} {route.path}", path, {"idempotency-key": key}, SENT)
        is_secret = getattr(made_by[route.id].response_model, "holds_secret", False)
        body = cipher.encrypt(KEPT) if is_secret else KEPT
        _, statement, values = stored.insert(StoredResponse(200, {"content-type": "application/json"}, body))
        await service.harness.runtime.pool.execute(statement, *values)
        headers = {"Idempotency-Key": key, "Content-Type": "application/json"}
        got = [
            name
            for name, client in clients.items()
            if (await client.request(route.method, path, content=SENT, headers=headers)).content == KEPT
        ]
        takes_body = (
            made_by[route.id].body_field is not None
        )  # without one, the body is refused before its key is looked up
        assert got == ([owner] if takes_body else []), route.id


def bulk_commands(service: SeededService) -> dict[str, Route]:
    """The commands whose bodies name several objects."""
    document = service.harness.service.app.openapi()
    found = {}
    for route in routes(service):
        operation = service.paths[route.path][route.method.lower()]
        content = operation.get("requestBody", {}).get("content", {})
        for each in content.values():
            name = each["schema"].get("$ref", "").rpartition("/")[2]
            if "case_ids" in document["components"]["schemas"].get(name, {}).get("properties", {}):
                found[route.id] = route
    return found


async def test_rows_of_foreign_objects_are_refused_like_unknown_ones(
    service: SeededService, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = bulk_commands(service)
    assert not found or found.keys() == BULK.keys()
    for id_, route in found.items():
        for name in ("seller", "seller named buyer-1"):
            known = service.ids["case_id"]
            body = BULK[id_] | {"case_ids": [known, unknown(known)[:-1] + "1"]}
            async with paired(service, service.harness.client(*OTHER_PARTIES[name]), monkeypatch) as calls:
                assert (differs := await calls.difference(route, {"case": known}, body=body)) is None, differs


@pytest.mark.parametrize("service", ["aftersale-svc"], indirect=True)
async def test_a_foreign_file_cannot_be_cited(service: SeededService, monkeypatch: pytest.MonkeyPatch) -> None:
    """A request that cites one is answered like a request that cites no file, in whatever state the file is."""
    paid_at = service.harness.clock.now()
    for number in (3, 4):
        whose = {"order_id": f"ord_{number}", "buyer_id": f"buyer-{number}", "merchant_id": "m-3"}
        lines = (KETTLE.model_copy(update={"line_id": f"line_{number}"}),)
        money = {"total_minor": 29700, "shipping_fee_minor": 0, "lines": lines, "paid_at": paid_at}
        await service.consume(OrderPaid, payment_id=f"pay_{number}", provider="simulator", **money, **whose)
    seller = service.harness.client("seller", "seller-3", "m-3")
    made(await seller.put("/v1/merchants/m-3/required-evidence", json={"reasons": ["quality_defect"]}))
    theirs, own = service.harness.client("buyer", "buyer-3"), service.harness.client("buyer", "buyer-4")
    [preview] = [route for route in routes(service) if route.id == "previewCase"]
    digest = "sha256:" + "3" * 64
    photo = {"kind": "photo", "media_type": "image/jpeg", "size": 1024, "sha256": digest, "order_id": "ord_3"}
    file = made(await theirs.post("/v1/evidence", json=photo))
    wanted = {"order_id": "ord_4", "type": "refund_only", "reason": "quality_defect", "evidence": [digest]}
    wanted["lines"] = [{"line_id": "line_4", "quantity": 1}]
    async with paired(service, own, monkeypatch) as calls:
        for state in ("pending", "uploaded", "expired"):
            await service.harness.runtime.pool.execute(
                "UPDATE evidence_files SET state = $2 WHERE id = $1", file["id"], state
            )
            assert (differs := await calls.difference(preview, {"evidence": digest}, body=wanted)) is None, differs
    refused = await own.post("/v1/cases/preview", json=wanted)
    assert "evidence_unusable" in refused.text, refused.text
