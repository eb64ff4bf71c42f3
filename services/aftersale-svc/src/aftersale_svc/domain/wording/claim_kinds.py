"""The words of every kind of claim."""

from typing import Any

from aftersale_svc.domain.wording.claims import ClaimWords
from aftersale_svc.domain.wording.courier_claims import COURIER_WORDS
from aftersale_svc.domain.wording.guarantee_claims import GUARANTEE_WORDS
from aftersale_svc.domain.wording.refused_goods import REFUSED_GOODS_WORDS

# Any: each kind has rows of its own
CLAIM_WORDS: tuple[ClaimWords[Any], ...] = (
    COURIER_WORDS,
    GUARANTEE_WORDS,
    REFUSED_GOODS_WORDS,
)
