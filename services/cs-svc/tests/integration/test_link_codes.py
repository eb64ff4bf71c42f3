"""One-time codes: a buyer proves that an address is theirs, and nobody else can."""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import pytest
from channel_desk import ADDRESS, ChannelDesk, channel_desk
from cs_desk import made
from cs_svc.domain.channels import Channel
from cs_svc.domain.link_codes import MOST_AN_HOUR, MOST_ATTEMPTS
from cs_svc.integrations.channels.port import Outcome, Sent
from cs_svc.workers.link_codes import LinkCodes


@pytest.fixture
async def at(postgres_url: str) -> AsyncIterator[ChannelDesk]:
    async with channel_desk(postgres_url) as desk:
        yield desk


async def ask(at: ChannelDesk, address: str = ADDRESS, **more: str) -> tuple[dict[str, Any], str]:
    """What the buyer is shown, and the code that arrives."""
    asked = made(await at.desk.buyer.post("/v1/link-codes", json={"channel": "email", "address": address, **more}))
    before = len(at.email.sent)
    worker = LinkCodes({Channel.EMAIL: at.email})
    while await worker.step(at.desk.harness.runtime) is not None:
        pass
    codes = [re.findall(r"\d{6}", each.text)[0] for each in at.email.sent[before:]]
    return asked, (codes or [""])[0]


async def confirm(at: ChannelDesk, asked: dict[str, Any], code: str, who: str = "buyer") -> Any:
    return await getattr(at.desk, who).post(f"/v1/link-codes/{asked['id']}/confirm", json={"code": code})


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


async def test_the_right_code_links_the_address_and_its_conversations(at: ChannelDesk) -> None:
    identity = await at.add()
    conversation = await at.write(identity)
    asked, code = await ask(at)
    assert (asked["state"], at.email.sent[-1].address) == ("requested", ADDRESS)
    used = (await confirm(at, asked, code)).json()
    assert (used["state"], used["why"]) == ("used", None)
    assert (await at.desk.buyer.get(f"/v1/conversations/{conversation['id']}")).status_code == 200
    [linked] = [each for each in await at.desk.harness.envelopes() if each.type == "IdentityLinked.v1"]
    assert b'"proof":"code"' in linked.data.replace(b" ", b"")
    assert ADDRESS.encode() not in linked.data
    at.desk.harness.problem(await confirm(at, asked, code), 409, "illegal_transition")
    undone = await at.desk.agent.post(f"/v1/identities/{identity['id']}/unlink", json={"reason": "误操作"})
    assert undone.json()["state"] == "separate"


async def test_no_more_codes_are_sent_for_requests_at_once(at: ChannelDesk) -> None:
    people, addresses = ("buyer", "other_buyer"), [f"{number}@example.com" for number in range(10)]
    for asked in ([("buyer", each) for each in addresses], [(each, ADDRESS) for each in people * 5]):
        at.desk.harness.clock.advance(hours=2)
        answers = await asyncio.gather(
            *(
                getattr(at.desk, who).post("/v1/link-codes", json={"channel": "email", "address": address})
                for who, address in asked
            )
        )
        assert Counter(each.status_code for each in answers) == {201: MOST_AN_HOUR, 429: 10 - MOST_AN_HOUR}


async def test_an_address_that_nobody_knows_is_linked_as_well(at: ChannelDesk) -> None:
    asked, code = await ask(at, "new@example.com")
    assert (await confirm(at, asked, code)).json()["state"] == "used"
    [identity] = (await at.desk.buyer.get("/v1/identities")).json()["data"]
    assert (identity["buyer_id"], identity["state"]) == ("buyer-1", "linked")


async def test_wrong_codes_are_counted_and_end_it(at: ChannelDesk) -> None:
    await at.add()
    asked, code = await ask(at)
    for left in range(MOST_ATTEMPTS - 1, 0, -1):
        tried = (await confirm(at, asked, wrong(code))).json()
        assert (tried["state"], tried["attempts_left"], tried["why"]) == ("sent", left, "wrong_code")
    assert (await confirm(at, asked, wrong(code))).json()["state"] == "blocked"
    at.desk.harness.problem(await confirm(at, asked, code), 409, "illegal_transition")
    assert (await at.desk.buyer.get("/v1/identities")).json()["data"] == []


async def test_a_code_expires_and_is_its_buyers_alone(at: ChannelDesk) -> None:
    await at.add()
    asked, code = await ask(at)
    assert (await confirm(at, asked, code, "other_buyer")).status_code == 404
    assert (await confirm(at, asked, code, "agent")).status_code == 403
    at.desk.harness.clock.advance(seconds=601)
    at.desk.harness.problem(await confirm(at, asked, code), 409, "link_code_expired")


async def test_an_address_of_somebody_is_not_taken_with_a_code(at: ChannelDesk) -> None:
    identity = await at.add()
    await at.link(identity, "buyer-2")
    asked, code = await ask(at)
    at.desk.harness.problem(await confirm(at, asked, code), 409, "illegal_transition")


async def test_codes_are_limited_per_buyer_and_address(at: ChannelDesk) -> None:
    for _ in range(MOST_AN_HOUR):
        await ask(at)
    body = {"channel": "email", "address": ADDRESS}
    for who in (at.desk.buyer, at.desk.other_buyer):
        at.desk.harness.problem(await who.post("/v1/link-codes", json=body), 429, "too_many_link_codes")
    at.desk.harness.clock.advance(seconds=3601)
    assert (await at.desk.buyer.post("/v1/link-codes", json=body)).status_code == 201


async def test_the_code_is_kept_nowhere_and_a_channel_that_refuses_is_shown(at: ChannelDesk) -> None:
    asked, code = await ask(at)
    row = await at.desk.harness.runtime.pool.fetchrow("SELECT * FROM link_codes")
    assert code not in str({name: value for name, value in row.items() if name not in ("id", "code_hash")})
    assert code not in row["code_hash"] or len(row["code_hash"]) == 64
    at.email.results = [Sent(Outcome.REFUSED, why="smtp_550")]
    failed, _ = await ask(at)
    shown = (await at.desk.buyer.get(f"/v1/link-codes/{failed['id']}")).json()
    assert (shown["state"], shown["why"]) == ("failed", "smtp_550")
    at.desk.harness.problem(await confirm(at, failed, code), 409, "illegal_transition")
    for body in ({"channel": "phone", "address": "13800138000"}, {"channel": "web", "address": "x"}):
        at.desk.harness.problem(await at.desk.buyer.post("/v1/link-codes", json=body), 409, "channel_not_written")
    assert asked["expires_at"] > asked["created_at"]
