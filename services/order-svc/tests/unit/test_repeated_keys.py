"""A partner's JSON in which an object has a key twice is verified and not read: what it states would depend on the parser."""

import json
from typing import Any

import pytest
from courier_pushes import EXAMPLES, contents, examined
from order_svc.integrations.payments.stripe.events import notification
from order_svc.integrations.pushes import RejectionCode
from provider_worlds import SimulatorWorld, WeChatPayWorld, World

NUMBER = "73111111111111"


class Twice(dict[str, Any]):
    """An object whose first key is written twice."""

    def items(self) -> Any:
        return [*super().items(), *list(super().items())[:1]]


def innermost_twice(value: Any) -> Any:
    """The content with the first key of its innermost objects written twice."""
    if isinstance(value, list):
        return [innermost_twice(each) for each in value]
    if not isinstance(value, dict):
        return value
    nested = any(isinstance(each, dict | list) for each in value.values())
    return {name: innermost_twice(each) for name, each in value.items()} if nested else Twice(value)


IN_JSON = sorted(partner for partner, content in contents(NUMBER).items() if not isinstance(content, str))


def test_all_but_one_partner_write_json() -> None:
    assert EXAMPLES.keys() - IN_JSON == {"yto"}


@pytest.mark.parametrize("partner", IN_JSON)
def test_a_courier_s_push_with_a_key_twice_is_unreadable(partner: str) -> None:
    content = contents(NUMBER)[partner]
    push = examined(partner, innermost_twice(content))
    assert push.verified, push.rejection
    assert push.rejection is not None
    assert (push.rejection.code, push.rejection.detail) == (RejectionCode.UNREADABLE, "an object has a key twice")
    assert examined(partner, content).rejection is None


@pytest.mark.parametrize("world", [SimulatorWorld(), WeChatPayWorld()], ids=["simulator", "wechat_pay"])
async def test_a_provider_s_callback_with_a_key_twice_is_unreadable(world: World) -> None:
    await world.pay()
    await world.settled()
    [(raw, _)] = world.sent
    with pytest.raises(ValueError, match="a key twice"):
        world.adapter.parse(raw.replace(b"{", b'{"id": "another", "id": "one", ', 1))


def test_stripe_s_event_with_a_key_twice_is_unreadable() -> None:
    event = {"id": "evt_1", "type": "payment_intent.succeeded", "data": {"object": Twice(id="pi_1", amount=1)}}
    with pytest.raises(ValueError, match="a key twice"):
        notification(json.dumps(event).encode())
