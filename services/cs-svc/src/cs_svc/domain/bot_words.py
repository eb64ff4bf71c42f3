"""Words by which a person wants a person: a request for one, and anger. They are few and plain; what they miss, the intents find.

Words that name goods as well (垃圾袋, 滚筒洗衣机, "human hair") are left out where they do.
"""

import re

_REQUESTED = re.compile(
    r"转?人工(?!智能|降解|合成|皮革)|真人(?!版|秀)|转接客服|找客服|活人|^\W*human\W*$|\b(?:(?:a|an actual|real) human\b(?! hair)"
    r"|human (?:agent|being|please|support)|real person|live agent|speak to (?:an? )?(?:agent|human|person|someone)"
    r"|talk to (?:an? )?(?:agent|human|person|someone)|customer service rep\w*)\b",
    re.IGNORECASE,
)
_ANGER = re.compile(
    r"骗子|垃圾(?!袋|桶|箱|篓|铲|车|处理|分类|邮件|短信)|气死|投诉你们|什么破|太差了|无语|忽悠|坑人|滚(?![筒轮动烫珠水刷梯边])|\b(?:scam|ridiculous|furious|disgusting|outrageous|useless bot|fed up"
    r"|worst (?:service|company|shop)|wtf|liars?)\b",
    re.IGNORECASE,
)
_CHINESE = re.compile(r"[\u3400-\u9fff]")


def wants_person(text: str) -> bool:
    """Whether the text asks for a person."""
    return bool(_REQUESTED.search(text))


def is_angry(text: str) -> bool:
    """Whether the text has words of anger."""
    return bool(_ANGER.search(text))


def language_of(text: str) -> str:
    """The language of a text: Chinese where it has a character of it, else English."""
    return "zh-CN" if _CHINESE.search(text) else "en"
