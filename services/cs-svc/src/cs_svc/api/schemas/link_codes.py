"""Bodies of one-time codes."""

from dataclasses import asdict
from typing import Annotated, Self

from aftercare_chassis.http.schemas import CreatedAt, In, Out, Time, example
from pydantic import Field, StringConstraints

from cs_svc.domain.channels import Channel
from cs_svc.domain.link_codes import LinkCode, LinkCodeState


class LinkCodeIn(In):
    """The address to which a code is sent."""

    model_config = example(channel="sms", address="13800138000")

    channel: Channel
    """A channel over which messages are delivered: email, sms, wechat or qq."""
    address: Annotated[str, Field(min_length=1, max_length=254)]
    """The mail address, the telephone number, or the openid that the platform gives to a mini program."""


class CodeIn(In):
    """The code that arrived."""

    model_config = example(code="042117")

    code: Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]
    """Six digits."""


class LinkCodeOut(Out):
    """A code that was asked for; never the code itself."""

    id: str
    """Identifies it: `lc_…`."""
    channel: Channel
    """Over which channel it is sent."""
    state: LinkCodeState
    """`used`: the address is linked to the caller; `blocked`: too many wrong ones were given; `failed`: the channel did not take it."""
    attempts_left: int
    """How many codes may be given."""
    why: str | None
    """A code of the reason, such as `wrong_code`; null where there is none."""
    expires_at: Time
    """Until when it is valid."""
    created_at: CreatedAt

    @classmethod
    def of(cls, link_code: LinkCode) -> Self:
        """What its buyer sees."""
        found = asdict(link_code)
        return cls.model_validate({name: found[name] for name in cls.model_fields})
