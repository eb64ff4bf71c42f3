"""The topics: one per aggregate type, one publisher each."""

import re

import pytest
from aftercare_events import EVENTS, TOPICS, Topic, topics

EACH = pytest.mark.parametrize("topic", TOPICS.values(), ids=TOPICS)


def test_there_are_fourteen_and_each_constant_is_one_of_them() -> None:
    constants = [each for each in vars(topics).values() if isinstance(each, Topic)]
    assert len(TOPICS) == 14
    assert constants == list(TOPICS.values())


@EACH
def test_a_name_has_the_suite_the_aggregate_and_a_version(topic: Topic) -> None:
    assert re.fullmatch(r"aftercare\.[a-z]+\.v1", topic.name)
    assert TOPICS[topic.name] is topic
    assert str(topic) == topic.name


@EACH
def test_it_has_events_partitions_and_a_publisher(topic: Topic) -> None:
    assert any(cls.TOPIC is topic for cls in EVENTS.values())
    assert topic.partitions == topics.PARTITIONS == 12
    assert topic.writer in {"order-svc", "aftersale-svc", "cs-svc", "kb-svc", "analytics-svc"}


@EACH
def test_its_events_are_keyed_by_its_aggregate(topic: Topic) -> None:
    keys = {cls.KEY for cls in EVENTS.values() if cls.TOPIC is topic}
    expected = {
        "order, setting or action of an administrator": {"order_id", "setting_id", "action_id"},
        "payment or payment difference": {"payment_id", "difference_id"},
        "parcel or intercept": {"parcel_id", "intercept_id"},
        "conversation, referral, held reply, attachment, note, tag, macro, identity, queue entry, agent, team, SLA clock, policy or calendar, or model, intents or answer of the bot": {
            *(
                "attachment_id",
                "note_id",
                "referral_id",
                "held_reply_id",
                "tag_id",
                "macro_id",
                "conversation_id",
                "identity_id",
                "call_id",
                "queue_entry_id",
                "agent_id",
                "team_id",
            ),
            *("clock_id", "policy_id", "calendar_id"),
            *("change_id", "model_id", "activation_id", "answer_id", "mark_id"),
        },
        "complaint or complaint of an authority": {"complaint_id", "regulator_complaint_id"},
        "feedback, rating, survey or preference": {"feedback_id", "rating_id", "survey_id", "preference_id"},
        "article, feedback, question or synonyms": {"article_id", "feedback_id", "question_id", "synonyms_id"},
        "sanctioned subject": {"subject_id"},
        "setting, deposit or action of an administrator": {"setting_id", "deposit_id", "action_id"},
    }
    assert keys == expected.get(topic.aggregate, {f"{topic.aggregate}_id"})
