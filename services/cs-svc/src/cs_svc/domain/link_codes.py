"""One-time codes, by which a buyer proves that an address on a channel is theirs."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from aftercare_chassis.lifecycle import Lifecycle, Timeout, Transition
from aftercare_chassis.refusals import Kind, Refusal

from cs_svc.domain.channels import Channel
from cs_svc.domain.permissions import BUYER, SYSTEM_ONLY

VALID = timedelta(minutes=10)
MOST_ATTEMPTS = 5
"""Of one code; each is right by chance one time in a million."""
MOST_AN_HOUR = 5
"""Codes to one address, and codes of one buyer."""
DIGITS = 6
_CONTEXT = b"aftercare link code"


class LinkCodeState(StrEnum):
    """How far a code is. `failed`: the channel did not take it; `blocked`: too many wrong ones were given."""

    REQUESTED = "requested"
    SENT = "sent"
    USED = "used"
    BLOCKED = "blocked"
    FAILED = "failed"


class LinkCodeAction(StrEnum):
    SEND = "send"
    FAIL = "fail"
    TRY = "try"
    CONFIRM = "confirm"
    BLOCK = "block"


_S, _A = LinkCodeState, LinkCodeAction
LINK_CODE: Lifecycle[LinkCodeState, LinkCodeAction] = Lifecycle(
    "link code",
    initial=_S.REQUESTED,
    transitions={
        (_S.REQUESTED, _A.SEND): Transition(_S.SENT, SYSTEM_ONLY),
        (_S.SENT, _A.FAIL): Transition(_S.FAILED, SYSTEM_ONLY),
        (_S.SENT, _A.CONFIRM): Transition(_S.USED, BUYER),
        (_S.SENT, _A.TRY): Transition(_S.SENT, BUYER, outcome_of="confirm"),
        (_S.SENT, _A.BLOCK): Transition(_S.BLOCKED, BUYER, outcome_of="confirm"),
    },
    timeouts={_S.REQUESTED: Timeout("system"), _S.SENT: Timeout("buyer")},
    ends={_S.USED, _S.BLOCKED, _S.FAILED},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkCode:
    """A code that a buyer has asked for. `code_hash` is None until it is sent; the code itself is nowhere. `due_at` is when it is to be sent,
    `why` the reason of its state."""

    id: str
    buyer_id: str
    channel: Channel
    address: str
    state: LinkCodeState
    code_hash: str | None = None
    attempts_left: int = MOST_ATTEMPTS
    why: str | None = None
    due_at: datetime | None
    expires_at: datetime
    created_at: datetime


class TooManyLinkCodes(Refusal):
    """The buyer, or somebody for this address, has asked for `most` codes within an hour."""

    kind, code = Kind.TOO_MANY, "too_many_link_codes"
    zh = "一小时内最多获取 {most} 次验证码，请稍后再试。"
    en = "At most {most} codes are sent within an hour; try again later."


class LinkCodeExpired(Refusal):
    """The code was valid for ten minutes, which have passed."""

    kind, code = Kind.CONFLICT, "link_code_expired"
    zh = "验证码已过期，请重新获取。"
    en = "The code has expired; ask for another one."


def new_code() -> str:
    """Six random digits."""
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"


def hashed(code_id: str, code: str, signing_key: str) -> str:
    """An HMAC of the code under a key derived from that of the service: without it, a million guesses would find the code."""
    key = hmac.digest(signing_key.encode(), _CONTEXT, "sha256")
    return hmac.new(key, f"{code_id}:{code}".encode(), hashlib.sha256).hexdigest()


def is_right(link_code: LinkCode, code: str, signing_key: str) -> bool:
    """Whether this is the code; the time taken does not depend on it."""
    return hmac.compare_digest(hashed(link_code.id, code, signing_key), link_code.code_hash or "")


def text_of(code: str) -> str:
    """What is sent."""
    return (
        f"验证码 {code}，10 分钟内有效，用于关联您的账号；如非本人操作请忽略，不要告诉任何人。\n"
        f"Your code is {code}, valid for 10 minutes. If you have not asked for it, ignore it; tell it to nobody."
    )
