"""The sentiment of feedback, measured on invented texts that were written before the rules."""

import tomllib
from pathlib import Path

import pytest
from cs_svc.domain.feedback import Sentiment
from cs_svc.domain.sentiment import sentiment_of
from hypothesis import given
from hypothesis import strategies as st

TEXTS = tomllib.loads((Path(__file__).parent / "sentiments.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("sentiment", list(Sentiment))
def test_most_texts_of_each_sentiment_are_recognised(sentiment: Sentiment) -> None:
    texts = TEXTS[sentiment]
    assert sum(sentiment_of(text) is sentiment for text in texts) >= 0.95 * len(texts)


@pytest.mark.parametrize(
    ("text", "sentiment"),
    [
        ("满意", Sentiment.POSITIVE),
        ("不满意", Sentiment.NEGATIVE),
        ("客服很好，但是水壶漏水", Sentiment.NEGATIVE),
        ("水壶漏水，但是客服很好", Sentiment.POSITIVE),
        ("not happy", Sentiment.NEGATIVE),
        ("It does not matter, happy anyway", Sentiment.POSITIVE),
        ("", Sentiment.NEUTRAL),
    ],
)
def test_the_rules(text: str, sentiment: Sentiment) -> None:
    assert sentiment_of(text) is sentiment


@given(st.text(max_size=200))
def test_every_text_has_the_same_sentiment_each_time(text: str) -> None:
    assert sentiment_of(text) is sentiment_of(text)
