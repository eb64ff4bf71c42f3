"""Intents: features, training that is repeatable, and a confidence that is kept by the threshold."""

import numpy as np
import pytest
from aftercare_language.intents.calibration import threshold_for
from aftercare_language.intents.features import BUCKETS, features, words
from aftercare_language.intents.model import Model, digest_of
from aftercare_language.intents.training import Examples, read, trained, written
from hypothesis import given
from hypothesis import strategies as st

TOPICS = {
    "refund": ("退款", "钱", "refund", "money back"),
    "freight": ("运费", "邮费", "freight", "postage"),
    "warranty": ("保修", "维修", "warranty", "repair"),
}
FRAMES = (
    "{} 什么时候到",
    "请问{}怎么办",
    "how about the {}",
    "where is my {}",
    "{} 谁承担",
    "i ask about {} today",
    "{}?",
    "我的{}呢",
)
OTHER = (
    "今天天气怎么样",
    "tell me a joke",
    "play some music",
    "明天股票会涨吗",
    "what time is it",
    "写一首诗",
    "who won the game",
)


def examples(**changed: object) -> Examples:
    """Examples of three intents, and of what none is about."""
    found = [
        (frame.format(word), at) for at, words_ in enumerate(TOPICS.values()) for word in words_ for frame in FRAMES
    ]
    found += [(text, -1) for text in OTHER]
    fields = {"intents": tuple(TOPICS), "texts": [text for text, _ in found], "labels": [label for _, label in found]}
    return Examples(**{**fields, **changed})


@pytest.fixture(scope="module")
def model() -> Model:
    return trained(examples())[0]


@given(st.text(max_size=200))
def test_every_text_has_features_within_bounds(text: str) -> None:
    found = features(text)
    assert found == sorted(set(found))
    assert all(0 <= each < BUCKETS for each in found)


def test_words_are_runs_of_letters_and_single_characters_of_chinese() -> None:
    assert words("Where is我的Refund?") == ["where", "is", "我", "的", "refund"]
    assert words("ＲＥＦＵＮＤ 退貨") == ["refund", "退", "货"]


def test_the_same_examples_make_the_same_model(model: Model) -> None:
    again = trained(examples())[0]
    assert digest_of(again.to_bytes()) == digest_of(model.to_bytes())


def test_a_stored_model_finds_the_same(model: Model) -> None:
    stored = Model.from_bytes(model.to_bytes())
    for text in ("我的退款什么时候到", "who pays postage?"):
        assert stored.find(text).intents[0][0] == model.find(text).intents[0][0]


@pytest.mark.parametrize(
    ("text", "intent"),
    [("请问退款什么时候到", "refund"), ("who pays the postage", "freight"), ("保修怎么办", "warranty")],
)
def test_a_question_in_other_words_of_an_intent_is_found(model: Model, text: str, intent: str) -> None:
    assert model.find(text).intents[0][0] == intent


def test_what_is_out_of_scope_is_less_sure_than_a_question(model: Model) -> None:
    asked, other = model.find("我的退款什么时候到"), model.find("给我讲个笑话")
    assert asked.confidence > other.confidence
    assert not model.find("zxqv wrtp").answered


def test_the_report_has_what_an_editor_decides_by() -> None:
    report = trained(examples())[1]
    assert (report["intents"], report["out_of_scope_examples"]) == (3, len(OTHER))
    assert report["accuracy"] > 0.8
    assert 0 < report["threshold"] < 1
    assert sum(each["examples"] for each in report["reliability"]) == report["examples"] + len(OTHER)


def test_vectors_are_part_of_the_model() -> None:
    labels = examples().labels
    vectors = np.eye(4, dtype=np.float32)[labels]
    found, report = trained(examples(vectors=vectors))
    assert found.has_vectors
    assert report["with_vectors"]
    assert Model.from_bytes(found.to_bytes()).find("?", [0.0, 1.0, 0.0, 0.0]).intents[0][0] == "freight"


def test_the_process_reads_and_writes_what_the_service_does(model: Model) -> None:
    import json

    some = examples()
    request = json.dumps({"intents": some.intents, "texts": some.texts, "labels": some.labels, "vectors": None})
    head, stored = written(*trained(read(request.encode()))).split(b"\n", 1)
    assert json.loads(head)["weights_hash"] == digest_of(model.to_bytes()) == digest_of(stored)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=60), st.floats(0.5, 1))
def test_from_the_threshold_on_the_wanted_share_is_right(pairs: list[tuple[float, bool]], wanted: float) -> None:
    sure, right = (np.asarray(each) for each in zip(*pairs, strict=True))
    threshold = threshold_for(sure, right, wanted)
    order = np.argsort(-sure, kind="stable")
    kept = right[order][: int((np.cumsum(np.ones(len(sure)))[sure[order] >= threshold]).size)]
    assert threshold == 0.999 or kept[: len(kept)].size > 0


def test_vectors_decide_where_words_say_nothing() -> None:
    """The texts of all intents are made of the same words; only the vectors, with noise, differ."""
    random = np.random.default_rng(7)
    labels = [at % 3 for at in range(90)]
    texts = [" ".join(random.choice(["a", "b", "c", "d", "e"], 3)) for _ in labels]
    vectors = np.eye(3, 16, dtype=np.float32)[labels] + random.normal(0, 0.2, (90, 16)).astype(np.float32)
    some = Examples(("x", "y", "z"), texts, labels, vectors, precision=0.9)
    found, report = trained(some)
    assert report["accuracy"] > 0.9
    assert found.find("a b c", vectors[1]).intents[0][0] == "y"
    assert digest_of(found.to_bytes()) == digest_of(trained(some)[0].to_bytes())


def test_words_far_apart_are_a_pair() -> None:
    assert set(features("cancel it and the order")) & set(features("cancel my big old order")) > set(features("order"))
