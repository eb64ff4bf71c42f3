"""Words by which a person wants a person: a request for one, and anger. They are few and plain; what they miss, the intents find."""

import re

_REQUESTED = re.compile(
    r"转?人工|真人|转接客服|找客服|活人|\b(?:human|real person|live agent|speak to (?:an? )?(?:agent|person|someone)"
    r"|talk to (?:an? )?(?:agent|person|someone)|customer service rep\w*)\b",
    re.IGNORECASE,
)
_ANGER = re.compile(
    r"骗子|垃圾|气死|投诉你们|什么破|太差了|无语|忽悠|坑人|滚|\b(?:scam|ridiculous|furious|disgusting|outrageous|useless bot|fed up"
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
