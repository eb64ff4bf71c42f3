"""Identities: the addresses by which people are known on channels, and whose they are."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import phonenumbers
from aftercare_chassis.lifecycle import Lifecycle, Transition

from cs_svc.domain.channels import Channel
from cs_svc.domain.errors import AddressMalformed
from cs_svc.domain.permissions import AGENT, SYSTEM_ONLY

_LONGEST_ADDRESS = 254  # RFC 5321, 4.5.3.1.3, without the angle brackets
_MASKED = "…"


class IdentityState(StrEnum):
    """Whose an identity is: a customer's of its own (`separate`), or that of the buyer to whom it is linked."""

    SEPARATE = "separate"
    LINKED = "linked"


class IdentityAction(StrEnum):
    LINK = "link"
    UNLINK = "unlink"
    PROVE = "prove"
    OPT_OUT = "opt_out"
    OPT_IN = "opt_in"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """An address on a channel.

    `customer_id` is the customer that it is of itself, as long as nobody knows more. `buyer_id` is whose it is: that customer, or the buyer to
    whom it is linked. `last_inbound_at` is when a message last came from it, on which the windows of some channels depend.
    `opted_out_at` is when the person asked for no more messages.
    """

    id: str
    version: int
    state: IdentityState
    channel: Channel
    address: str
    customer_id: str
    buyer_id: str
    last_inbound_at: datetime | None = None
    opted_out_at: datetime | None = None
    created_at: datetime
    updated_at: datetime


_S, _A = IdentityState, IdentityAction
# Another link is made after the one before has been undone, so that what belongs to whom is decided step by step.
IDENTITY: Lifecycle[IdentityState, IdentityAction] = Lifecycle(
    "identity",
    initial=_S.SEPARATE,
    transitions={
        (_S.SEPARATE, _A.LINK): Transition(_S.LINKED, AGENT),
        # The buyer has given a code that was sent to the address.
        (_S.SEPARATE, _A.PROVE): Transition(_S.LINKED, SYSTEM_ONLY),
        (_S.LINKED, _A.UNLINK): Transition(_S.SEPARATE, AGENT),
        # What the person writes over the channel.
        (_S.SEPARATE, _A.OPT_OUT): Transition(_S.SEPARATE, SYSTEM_ONLY),
        (_S.LINKED, _A.OPT_OUT): Transition(_S.LINKED, SYSTEM_ONLY),
        (_S.SEPARATE, _A.OPT_IN): Transition(_S.SEPARATE, SYSTEM_ONLY),
        (_S.LINKED, _A.OPT_IN): Transition(_S.LINKED, SYSTEM_ONLY),
    },
    timeouts={},
    ends={_S.SEPARATE, _S.LINKED},
)


def canonical(channel: Channel, address: str) -> str:
    """The address in the spelling in which addresses of this channel are compared.

    Raises:
        AddressMalformed: it cannot be an address of this channel.
    """
    spelt = unicodedata.normalize("NFKC", address).strip()
    if channel is Channel.EMAIL:
        spelt = _email(spelt)
    elif channel in (Channel.SMS, Channel.PHONE):
        spelt = _number(spelt)
    elif channel is Channel.WEB:
        raise AddressMalformed(pointer="/channel")
    if not 0 < len(spelt) <= _LONGEST_ADDRESS or not spelt.isprintable() or " " in spelt:
        raise AddressMalformed(pointer="/address")
    return spelt


def _email(spelt: str) -> str:
    """In lower case: no provider that people use distinguishes addresses by the case of their local part."""
    local, _, domain = spelt.lower().rpartition("@")
    if not local or "@" in local or "." not in domain or any(each in '<>(),;:\\"[]' for each in spelt):
        raise AddressMalformed(pointer="/address")
    return f"{local}@{domain}"


def _number(spelt: str) -> str:
    """In E.164. A number without a country code is China's."""
    try:
        number = phonenumbers.parse(spelt, "CN")
    except phonenumbers.NumberParseException:
        raise AddressMalformed(pointer="/address") from None
    if number.extension or not phonenumbers.is_possible_number(number):
        raise AddressMalformed(pointer="/address")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def masked(identity: Identity) -> str:
    """The address as parties other than agents see it: enough to recognise one's own."""
    local, at, domain = identity.address.partition("@")
    if at:
        return f"{local[:1]}{_MASKED}@{domain}"
    return f"{_MASKED}{identity.address[-4:]}" if len(identity.address) > 6 else _MASKED
