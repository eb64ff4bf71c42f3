"""No name of a person passes an adapter, in whichever wording a courier's sentence has it."""

from typing import Any

import pytest
from courier_pushes import EXAMPLES, contents, parsed
from hypothesis import given
from hypothesis import strategies as st
from order_svc.integrations.couriers.masking import mask

CHINESE = (
    "【杭州市】 {} 已签收",
    "已签收：{}（本人）",
    "已被 {} 签收",
    "{}代收，已签收",
    "客户{}已取件",
    "快件已由【{}】签收，签收网点：【西湖网点】",
    "快件已由{}代签收",
    "您的快件已签收，签收人：{}，感谢使用",
    "[杭州市]{}已取走",
    "派送成功，{}签收",
    "由{}代签",
    "{} 本人签收",
    "已妥投：{}",
    "派件员{}正在派送",
    "收派员：{}，电话13800000000",
    "快件交给{}。",
    "【{}13800000000】正在派件",
    "包裹已转交给「{}」",
    "{}先生已签收",
)
ENGLISH = (
    "Left with {} at reception",
    "Signed by: {}",
    "Delivered to {}",
    "Picked up by {}",
    "Handed to Mr. {}",
    "Received by {}, thank you",
    "Collected by {} (ID checked)",
    "Signature: {}",
    "Released to {}.",
)
KEPT = (
    "快件已签收",
    "您的快件已签收",
    "您的订单已签收",
    "本人签收",
    "【杭州市】包裹已签收",
    "家人代收",
    "快件已到达【杭州转运中心】",
    "已从驿站取出",
    "已存放至菜鸟驿站，请及时领取",
    "Delivered to locker",
    "Left with Front Desk",
    "Handed to the neighbour",
    "Out for delivery",
)
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗包单"
GIVEN = "芳伟娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英婷亭如"
chinese_names = st.builds(
    str.__add__,
    st.sampled_from([*SURNAMES, "欧阳", "诸葛"]),
    st.text(st.sampled_from(GIVEN), min_size=1, max_size=2),
) | st.just("买买提·艾力")
english_names = st.sampled_from(["JOHN SMITH", "Mary-Ann O'Neil", "Ahmad bin Ali", "Li Wei", "BOB"])
planted = st.tuples(st.sampled_from(CHINESE), chinese_names) | st.tuples(st.sampled_from(ENGLISH), english_names)


def saying(partner: str, sentence: str) -> Any:
    """A push of one delivery with this sentence where the partner has its sentences."""
    return EXAMPLES[partner].say(contents("73000000000001")[partner], sentence)


@given(st.sampled_from(sorted(EXAMPLES)), planted)
def test_no_adapter_lets_a_name_through(partner: str, words: tuple[str, str]) -> None:
    wording, name = words
    reports = parsed(partner, saying(partner, wording.format(name)))
    first = name.split()[0].split("·")[0]
    assert reports
    assert all(first not in each.text for each in reports), [each.text for each in reports]


@pytest.mark.parametrize("sentence", KEPT)
def test_what_names_nobody_is_kept(sentence: str) -> None:
    assert mask(sentence) == sentence


@pytest.mark.parametrize("wording", [*CHINESE, *ENGLISH])
def test_every_wording(wording: str) -> None:
    for name in ("王芳", "欧阳娜娜") if wording in CHINESE else ("JOHN SMITH", "Anna"):
        assert name not in mask(wording.format(name)), mask(wording.format(name))
