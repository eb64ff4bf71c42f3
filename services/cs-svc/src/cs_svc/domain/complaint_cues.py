"""Messages that say that they complain, in Chinese and English: what an agent is suggested to take in as a complaint, with its category.

A message is one where it says so (投诉, complain), or where it is negative and names something that people complain about. Questions
about what may happen, and thanks, are none. `tests/unit/test_complaint_cues.py` measures it.
"""

import re
from collections.abc import Mapping

from aftercare_language.normalization import normalize

from cs_svc.domain.bot_words import is_angry
from cs_svc.domain.complaints import ComplaintCategory
from cs_svc.domain.feedback import Sentiment
from cs_svc.domain.sentiment import sentiment_of

_LONGEST = 2_000
"""So many characters are read: people say first what it is about."""
_COMPLAINS = re.compile(
    r"投诉|举报|12315|消协|曝光|维权|\b(?:complain|complaint|report you|report this|consumer association|trading standards|small claims)\b"
)
_ENDED = re.compile(
    r"投诉.{0,6}(?:处理好|解决|撤销|撤回)|没有投诉|\bno complaints?\b|谢谢|感谢|\bthank(?:s| you)\b|五星|很满意"
)
_HYPOTHETICAL = re.compile(r"如果|怎么办|怎么投诉|如何投诉|\bwhat (?:happens )?if\b|\bhow (?:do|can) i complain\b")
_DEMANDS = re.compile(
    r"凭什么|到底|太过分|不接受|摆设|没人管|管不管|\b(?:unacceptable|not accepting|nobody cares|for no reason|without any reason|outrageous)\b"
)
_TOO_LONG = re.compile(
    r"(?:\d+|[一二两三四五六七八九十几半]+)(?:多)?个?(?:天|周|星期|礼拜|月)了|"
    r"\b(?:been|waited|waiting|ignored)\b.{0,20}\b(?:days?|weeks?|months?)\b|\b(?:three|four|five|many|several|\d+) times\b|[三四五六七八九十多好几\d]+次"
)
_C = ComplaintCategory
_ABOUT: Mapping[ComplaintCategory, re.Pattern[str]] = {
    _C.COUNTERFEIT: re.compile(
        r"假货|假的|仿冒|山寨|盗版|高仿|不是正品|\b(?:fakes?|counterfeit|knock-?offs?|replica|not (?:genuine|authentic))\b"
    ),
    _C.REFUND_TOO_LOW: re.compile(
        r"少退|只退|退款?.{0,8}(?:不对|不够|太少|少了)|扣了.{0,12}(?:钱|块|元|运费)|"
        r"\bonly refunded\b|\brefund\b.{0,40}\b(?:less|too low|short|wrong amount)\b|\bpartial refund\b"
    ),
    _C.REFUND_DELAYED: re.compile(
        r"(?:退款|退钱|退的钱|返款|一分钱).{0,24}(?:没|未|不|迟)|(?:没|未|不).{0,6}(?:退款|退钱|到账)|"
        r"\brefund\b.{0,40}\b(?:not|never|still|late|delayed|waiting|yet)\b|"
        r"\b(?:not|never|still|waiting|promised)\b.{0,40}\b(?:refund|money back)\b"
    ),
    _C.UNFAIR_REJECTION: re.compile(
        r"拒绝|驳回|不给退|不让退|拒退|\b(?:reject(?:ed|s)?|refus(?:ed|es|e)|denied|den(?:y|ies)|declined?)\b"
    ),
    _C.DELIVERY: re.compile(
        r"快递|物流|送货|包裹|派送|收到货|\b(?:package|parcel|courier|delivery|delivered|shipping|shipment)\b"
    ),
    _C.SERVICE_ATTITUDE: re.compile(
        r"态度|骂|辱|不耐烦|很冲|很凶|挂.{0,3}电话|\b(?:rude|insult(?:ed|s)?|impolite|attitude|hung up|disrespectful)\b"
    ),
    _C.NO_ANSWER: re.compile(
        r"没(?:有)?人(?:回|理|接|答)|不(?:回复|理人|理我|回消息)|(?:没有?|未)回复|"
        r"\b(?:nobody|no one)\b.{0,12}\b(?:answers?|repl(?:y|ies|ied)|responds?)\b|\bno (?:answer|reply|response)\b|\bignored?\b"
    ),
    _C.NOT_AS_DESCRIBED: re.compile(
        r"不符|不一样|不一致|发错|货不对板|\b(?:not as described|nothing like|different from|wrong (?:item|colou?r|size|product|model))\b"
    ),
    _C.QUALITY: re.compile(
        r"质量|坏|破|漏|裂|故障|瑕疵|不能用|用不了|\b(?:broken|defect(?:s|ive)?|faulty|damaged|stopped working|leaks?|leaking|cracked|quality)\b"
    ),
}
"""In the order in which they are looked for: the narrower ones first."""


def cue_of(text: str) -> ComplaintCategory | None:
    """The category of the complaint that the text makes; None where it makes none."""
    normalized = normalize(text[:_LONGEST])
    if _ENDED.search(normalized) or _HYPOTHETICAL.search(normalized):
        return None
    about = next((category for category, pattern in _ABOUT.items() if pattern.search(normalized)), None)
    if _COMPLAINS.search(normalized):
        return about or ComplaintCategory.OTHER
    if about is None:
        return None
    return about if _is_displeased(normalized) else None


def _is_displeased(normalized: str) -> bool:
    return bool(
        _DEMANDS.search(normalized)
        or _TOO_LONG.search(normalized)
        or is_angry(normalized)
        or sentiment_of(normalized) is Sentiment.NEGATIVE
    )
