"""Answers in the words of a generative model, where the cited clauses support each of its sentences."""

from dataclasses import replace

from cs_svc.commands.bot_answers import Reply
from cs_svc.domain.supported import is_supported
from cs_svc.integrations.wording import Generator, GeneratorUnavailable


async def worded(generator: Generator, question: str, replied: Reply) -> Reply:
    """The reply in the generator's words where they are supported, else as it is. Nothing of own orders or cases is sent: replies that have
    some are left as they are. Called outside any transaction."""
    if not replied.is_of_clauses or not replied.citations:
        return replied
    clauses = [each["quote"] for each in replied.citations]
    try:
        text = await generator.write(question, clauses)
    except GeneratorUnavailable:
        return replied
    return replace(replied, text=text, is_generated=True) if is_supported(text, clauses) else replied
