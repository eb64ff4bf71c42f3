"""Deliveries that end at any of their failpoints, as if the process were killed there: nothing is sent twice or lost."""

from collections.abc import AsyncIterator

import pytest
from aftercare_chassis import failpoints
from channel_desk import ChannelDesk, channel_desk
from cs_svc.commands import deliveries

LABELS = ("delivery.leased", "delivery.sent")


class ProcessEnded(Exception):
    """Stands for the end of the process: what follows the failpoint is not carried out."""


@pytest.fixture
async def at(postgres_url: str) -> AsyncIterator[ChannelDesk]:
    async with channel_desk(postgres_url) as desk:
        yield desk


@pytest.mark.parametrize("safe", [True, False])
@pytest.mark.parametrize("label", LABELS)
async def test_a_delivery_that_ends_at_a_failpoint_reaches_the_person_once(
    at: ChannelDesk, monkeypatch: pytest.MonkeyPatch, label: str, safe: bool
) -> None:
    """A channel that recognises a repeated message gets it again; over any other one, an agent decides."""
    conversation = await at.write(await at.add())
    at.email.repeats_safely = safe
    with monkeypatch.context() as patched:
        patched.setattr(failpoints, "point", lambda reached: _end(reached, label))
        with pytest.raises(ProcessEnded):
            await at.deliver()
    at.desk.harness.clock.advance(seconds=deliveries.LEASE.total_seconds() + 1)
    await at.deliver()
    [delivery] = await at.deliveries(conversation)
    assert len({each.delivery_id for each in at.email.sent}) == (0 if label == LABELS[0] and not safe else 1)
    assert len(at.email.sent) == (label == LABELS[1]) + safe
    assert (delivery["state"], delivery["why"]) == (("sent", None) if safe else ("failed", "outcome_unknown"))


def _end(reached: str, label: str) -> None:
    if reached == label:
        raise ProcessEnded
