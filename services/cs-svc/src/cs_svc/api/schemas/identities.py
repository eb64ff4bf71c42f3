"""Bodies of identities and deliveries."""

from dataclasses import asdict
from typing import Annotated, Self

from aftercare_chassis.http.schemas import (
    AllowedActions,
    AllowedOut,
    CreatedAt,
    In,
    Name,
    Out,
    PrincipalId,
    Text,
    Time,
    UpdatedAt,
    Version,
    example,
)
from aftercare_chassis.lifecycle import Actor
from pydantic import Field

from cs_svc.domain.channels import DELIVERY, Channel, ChannelDeliveryState, Delivery, answered_until
from cs_svc.domain.identities import IDENTITY, Identity, IdentityState, masked

_BUYER_ID = "buyer-1"


class IdentityIn(In):
    """An address on a channel."""

    model_config = example(channel="email", address="li.wei@example.com")

    channel: Channel
    """The channel; `web` has no addresses."""
    address: Annotated[str, Field(min_length=1, max_length=254)]
    """The mail address, the telephone number (one without a country code is China's), or the openid that the platform gives."""


class LinkIn(In):
    """To whom the identity is linked, and why."""

    model_config = example(buyer_id=_BUYER_ID, reason="来电核对了订单号与收货人。")

    buyer_id: PrincipalId
    """The buyer at the identity provider, or another customer (`cust_…`)."""
    reason: Name
    """How the agent knows; it is kept as a hash in the event."""


class UnlinkIn(In):
    """Why the link is undone."""

    model_config = example(reason="该邮箱属于他人。")

    reason: Name
    """Why; it is kept as a hash in the event."""


class FirstMessageIn(In):
    """The first message of a conversation that an agent opens."""

    model_config = example(text="您好，您的退货已收到。", subject="关于您的退货")

    text: Text
    """What is delivered."""
    subject: Name | None = None
    """The subject, where the channel is e-mail; may be left out."""


class IdentityOut(Out):
    """An address of a customer on a channel, and whose it is."""

    id: str
    """Identifies the identity: `idt_…`."""
    version: Version
    state: IdentityState
    """Whether it is a customer of its own, or linked to a buyer."""
    channel: Channel
    """The channel of the address."""
    address: str
    """In full for agents; others see as much as is needed to recognise their own."""
    customer_id: str
    """The customer that it is of itself, while it is linked to nobody: `cust_…`."""
    buyer_id: str
    """Whose it is: `customer_id`, or the buyer to whom it is linked."""
    last_inbound_at: Time | None
    """When a message last came from it; null where none has."""
    answered_until: Time | None
    """Until when the channel takes messages to it, where that depends on the latest one that came; null where it does not, or none came."""
    opted_out_at: Time | None
    """When the person asked for no more messages over this channel; null where messages are taken."""
    allowed_actions: AllowedActions
    created_at: CreatedAt
    updated_at: UpdatedAt

    @classmethod
    def of(cls, identity: Identity, actor: Actor) -> Self:
        """The identity with what this actor may do."""
        address = identity.address if actor.role == "agent" else masked(identity)
        allowed = AllowedOut.of(IDENTITY.allowed(identity, actor))
        until = answered_until(identity.channel, identity.last_inbound_at)
        changed = {"address": address, "allowed_actions": allowed, "answered_until": until}
        return cls.model_validate(asdict(identity) | changed)


class DeliveryOut(Out):
    """How far one message to the buyer has come over the channel."""

    id: str
    """Identifies the delivery: `dlv_…`."""
    message_id: str
    """The message."""
    identity_id: str
    """To which address."""
    channel: Channel
    """Over which channel."""
    state: ChannelDeliveryState
    """`sent`: the channel has taken it; `bounced`: it took it and gave it back."""
    why: str | None
    """A code of the reason why it failed, bounced, or was not taken yet; null where there is none."""
    attempts: int
    """How often it was attempted."""
    segments: int | None
    """How many text messages it took, where they are counted."""
    due_at: Time | None
    """When it is attempted next; null where it is not."""
    allowed_actions: AllowedActions
    created_at: CreatedAt
    updated_at: UpdatedAt

    @classmethod
    def of(cls, delivery: Delivery, actor: Actor) -> Self:
        """The delivery with what this actor may do."""
        allowed = AllowedOut.of(DELIVERY.allowed(delivery, actor))
        return cls.model_validate({**asdict(delivery), "allowed_actions": allowed})


class DeliveriesOut(Out):
    """Deliveries, newest first."""

    data: list[DeliveryOut]
    """The latest hundred."""
