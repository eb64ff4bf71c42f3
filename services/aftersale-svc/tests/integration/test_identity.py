"""The service as it runs, with tokens of an identity provider: keys by discovery, and withdrawals that reach open streams."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
from aftercare_chassis.testing.servers import serve_process
from aftersale_shop import Shop
from identity_provider import identity_provider

ISSUERS = """
[[issuers]]
issuer = "{url}"
roles = {{ customers = "buyer", merchants = "seller" }}
[issuers.claims]
role = "groups"
merchant_id = "shop"
"""
WITHDRAWN = '[[subjects]]\nsubject = "buyer-1"\n'


async def ends(stream: httpx.Response) -> None:
    async for _ in stream.aiter_lines():
        pass


async def test_a_withdrawn_subject_is_refused_and_its_streams_end(shop: Shop, tmp_path: Path) -> None:
    shop.harness.clock.set(datetime.now(UTC) - timedelta(minutes=1))
    await shop.delivered()
    case_id = (await shop.case())["id"]
    issuers, withdrawn = tmp_path / "issuers.toml", tmp_path / "withdrawn.toml"
    withdrawn.write_text("")
    with identity_provider() as provider:
        issuers.write_text(ISSUERS.format(url=provider.url))
        files = {"jwks_file": None, "issuers_file": str(issuers), "withdrawn_file": str(withdrawn)}
        settings = shop.harness.settings.model_copy(update=files)
        settings.model_fields_set.discard("jwks_file")
        buyer = {"Authorization": "Bearer " + provider.sign({"groups": ["staff", "customers"]})}
        seller = {"Authorization": "Bearer " + provider.sign({"sub": "s", "groups": "merchants", "shop": "m-1"})}
        async with serve_process(shop.harness.service.package, settings) as served:
            client, case = served.client, f"/v1/cases/{case_id}"
            for caller in (buyer, seller):
                assert (await client.get(case, headers=caller)).json()["id"] == case_id
            timeline = client.stream("GET", f"{case}/timeline/live", headers=buyer)
            feed = client.stream("GET", "/v1/cases/stream", headers=buyer)
            async with timeline as one, feed as other:
                assert (one.status_code, other.status_code) == (200, 200)
                withdrawn.write_text(WITHDRAWN)
                async with asyncio.timeout(14):  # keepalives are sent every 15 s
                    await asyncio.gather(ends(one), ends(other))
            refused = await client.get(case, headers=buyer)
            assert (refused.status_code, json.loads(refused.content)["code"]) == (401, "token_invalid")
            assert (await client.get(case, headers=seller)).is_success
